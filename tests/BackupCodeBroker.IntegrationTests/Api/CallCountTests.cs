using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Hashing;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.IntegrationTests.Recoveries;
using Xunit;
using static BackupCodeBroker.IntegrationTests.Kit.TappedCall;

namespace BackupCodeBroker.IntegrationTests.Api;

/// <summary>
/// Each flow makes the calls of the table in <c>src/docs/costs.md</c> and no more, in as many round trips, cold and warm. The calls of one round trip are answered
/// only once all of them were sent: a broker that sends them one after the other gets no answer.
/// </summary>
public sealed class CallCountTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>, IAsyncDisposable
{
    // What a replica remembers of people is kept longest, an hour.
    private static readonly TimeSpan UntilCold = TimeSpan.FromHours(2);

    // Long enough for caller and child to be forgotten, and not for the wrap's deadline.
    private static readonly TimeSpan UntilChildIsForgotten = TimeSpan.FromMinutes(4);

    private static readonly string[] Introduction = [LookupSelf, Capabilities, Alias];
    private static readonly string[] Documents = [Read, State];
    private static readonly string[] People = [Entity, Entity];

    private readonly TestClock _clock = new(stands: true);
    private VaultTap? _tap;
    private RunningBroker? _broker;
    private Cast _cast = null!;

    [Theory]
    [Trait("Requirement", "R-43")]
    [InlineData("machine", true, 5)]
    [InlineData("machine", false, 3)]
    [InlineData("printable", true, 5)]
    [InlineData("printable", false, 4)]
    public async Task Consume(string profile, bool cold, int roundTrips)
    {
        await ArrangeAsync();
        var holding = await environment.HoldingAsync(_broker!, _cast, profile);
        using var verifier = _broker!.As(_cast.Verifier);
        await verifier.ConsumeAsync(holding.Identity, holding.Code(9));
        string[] pepper = profile == "printable" ? [Pepper] : [];
        string[][] rounds = cold
            ? [Introduction, [Ask("consume"), Mint], Documents, [.. People, .. pepper], [Write]]
            : [[Ask("consume")], [.. Documents, .. People], pepper, [Write]];
        await MeasureAsync(() => verifier.ConsumeAsync(holding.Identity, holding.Code()), cold ? UntilCold : default, 200, roundTrips, rounds);
    }

    [Theory]
    [Trait("Requirement", "R-43")]
    [InlineData(Recovering.ByRole, true, 7)]
    [InlineData(Recovering.ByRole, false, 4)]
    [InlineData(Recovering.ByToken, true, 7)]
    [InlineData(Recovering.ByToken, false, 4)]
    public async Task Recover(string profile, bool cold, int roundTrips)
    {
        await environment.BootstrapAsync(recoveries: true);
        await ArrangeAsync();
        var holding = await environment.HoldingAsync(_broker!, _cast, profile);
        await new Recovering(environment, _broker!, _cast).MakeRoleAsync(holding.Identity);
        using var nobody = _broker!.AsNobody();
        await nobody.RecoverAsync(holding.Identity, holding.Code(9));
        string[][] making = profile == Recovering.ByRole ? [[SecretId, RoleId], [Wrap]] : [[RecoveryToken], [LookupAccessor]];
        string[][] rounds = cold
            ? [[Alias], [Mint], Documents, People, .. making, [Write]]
            : [[.. Documents, .. People], .. making, [Write]];
        await MeasureAsync(() => nobody.RecoverAsync(holding.Identity, holding.Code()), cold ? UntilCold : default, 200, roundTrips, rounds);
    }

    [Theory]
    [Trait("Requirement", "R-43")]
    [InlineData(true, 5)]
    [InlineData(false, 3)]
    public async Task Drill(bool cold, int roundTrips)
    {
        await ArrangeAsync();
        var holding = await environment.HoldingAsync(_broker!, _cast);
        using var desk = _broker!.As(_cast.Desk);
        await desk.DrillAsync(holding.Identity, holding.Code());
        string[][] rounds = cold
            ? [Introduction, [Ask("drill"), Mint], Documents, People, [Write]]
            : [[Ask("drill")], [.. Documents, .. People], [Write]];
        await MeasureAsync(() => desk.DrillAsync(holding.Identity, holding.Code()), cold ? UntilCold : default, 200, roundTrips, rounds);
    }

    [Theory]
    [Trait("Requirement", "R-43")]
    [InlineData("machine", true, 6)]
    [InlineData("machine", false, 4)]
    [InlineData("printable", true, 6)]
    [InlineData("printable", false, 4)]
    public async Task Issue(string profile, bool cold, int roundTrips)
    {
        await ArrangeAsync();
        var identity = await RegisteredAsync(profile);
        using var owner = _broker!.As(_cast.Owner);
        await owner.IssueAsync(identity);
        string[] wrap = profile == "printable" ? [Pepper, Wrap] : [Wrap];
        string[][] rounds = cold
            ? [Introduction, [Ask("issue"), Mint], Documents, People, wrap, [Write]]
            : [[Ask("issue")], [.. Documents, .. People], wrap, [Write]];
        await MeasureAsync(() => owner.IssueAsync(identity), cold ? UntilCold : default, 201, roundTrips, rounds);
    }

    [Theory]
    [Trait("Requirement", "R-43")]
    [InlineData(true, 4)]
    [InlineData(false, 3)]
    public async Task Activate(bool cold, int roundTrips)
    {
        await ArrangeAsync();
        var identity = await RegisteredAsync("machine");
        using var owner = _broker!.As(_cast.Owner);
        await environment.ClaimAsync(_broker!, _cast.Owner, identity);
        var payload = await environment.UnwrapAsync(_cast.Owner, await owner.IssueAsync(identity));
        await MeasureAsync(
            () => owner.ActivateAsync(identity, payload.Generation, payload.Activation),
            cold ? UntilChildIsForgotten : default,
            204,
            roundTrips,
            Change("retrieve", cold));
    }

    [Theory]
    [Trait("Requirement", "R-43")]
    [InlineData(true, 4)]
    [InlineData(false, 3)]
    public async Task Revoke(bool cold, int roundTrips)
    {
        await ArrangeAsync();
        var identity = await RegisteredAsync("machine");
        using var owner = _broker!.As(_cast.Owner);
        await owner.RevokeAsync(identity);
        await owner.IssueAsync(identity);
        await MeasureAsync(() => owner.RevokeAsync(identity), cold ? UntilCold : default, 204, roundTrips, Change("revoke", cold));
    }

    [Theory]
    [Trait("Requirement", "R-43")]
    [InlineData(true, 3)]
    [InlineData(false, 2)]
    public async Task Status(bool cold, int roundTrips)
    {
        await ArrangeAsync();
        var identity = await RegisteredAsync("machine");
        using var owner = _broker!.As(_cast.Owner);
        await owner.StatusAsync(identity);
        string[][] rounds = cold ? [Introduction, [Ask("status"), Mint], Documents] : [[Ask("status")], Documents];
        await MeasureAsync(() => owner.StatusAsync(identity), cold ? UntilCold : default, 200, roundTrips, rounds);
    }

    [Theory]
    [Trait("Requirement", "R-43")]
    [InlineData(true, 5)]
    [InlineData(false, 3)]
    public async Task Consume_by_a_member_of_the_group_that_owns(bool cold, int roundTrips)
    {
        await ArrangeAsync();
        var member = await environment.HolderAsync("member", "issue/@owned", "retrieve/@owned", "consume/@owned");
        var identity = await GroupOwnedAsync(member);
        var payload = await environment.ClaimAsync(_broker!, member, identity);
        using var api = _broker!.As(member);
        await api.ConsumeAsync(identity, payload.Codes[9]);
        string[] people = [Group, Entity, Entity];
        string[][] rounds = cold
            ? [Introduction, [Ask("consume"), Mint], Documents, people, [Write]]
            : [[Ask("consume")], [.. Documents, .. people], [Write]];
        await MeasureAsync(() => api.ConsumeAsync(identity, payload.Codes[0]), cold ? UntilCold : default, 200, roundTrips, rounds);
    }

    [Theory]
    [Trait("Requirement", "R-43")]
    [InlineData(true, 5)]
    [InlineData(false, 3)]
    public async Task Consume_of_what_a_group_owns(bool cold, int roundTrips)
    {
        await ArrangeAsync();
        var member = await environment.OwnerAsync();
        var identity = await GroupOwnedAsync(member);
        var payload = await environment.ClaimAsync(_broker!, member, identity);
        using var verifier = _broker!.As(_cast.Verifier);
        await verifier.ConsumeAsync(identity, payload.Codes[9]);
        string[] people = [Group, Entity];
        string[][] rounds = cold
            ? [Introduction, [Ask("consume"), Mint], Documents, people, [Write]]
            : [[Ask("consume")], [.. Documents, .. people], [Write]];
        await MeasureAsync(() => verifier.ConsumeAsync(identity, payload.Codes[0]), cold ? UntilCold : default, 200, roundTrips, rounds);
    }

    [Theory]
    [Trait("Requirement", "R-43")]
    [InlineData("transfer", true, 5)]
    [InlineData("transfer", false, 4)]
    [InlineData("confirm", true, 5)]
    [InlineData("confirm", false, 3)]
    [InlineData("suspend", true, 4)]
    [InlineData("suspend", false, 3)]
    [InlineData("retire", true, 4)]
    public async Task Changes_of_ownership(string flow, bool cold, int roundTrips)
    {
        await ArrangeAsync();
        var identity = await RegisteredAsync("machine");
        using var mover = _broker!.As(await environment.HolderAsync("mover", "transfer/*", "retire/*", "revoke/*"));
        await mover.SuspendAsync(identity);
        await mover.TransferAsync(identity, _cast.Owner.EntityId, confirm: true);
        await (flow == "confirm" ? mover.SuspendAsync(identity) : Task.CompletedTask);

        var ask = Ask(flow is "confirm" ? "transfer" : flow is "suspend" ? "revoke" : flow);
        string[][] start = cold ? [Introduction, [ask, Mint]] : [[ask]];
        string[][] rounds = flow switch
        {
            "transfer" => [.. start, Documents, [Entity], [Write]],
            "confirm" => cold ? [.. start, Documents, People, [Write]] : [.. start, [.. Documents, .. People], [Write]],
            _ => [.. start, Documents, [Write]],
        };
        await MeasureAsync(FlowAsync, cold ? UntilCold : default, 204, roundTrips, rounds);

        Task<ApiReply> FlowAsync() => flow switch
        {
            "transfer" => mover.TransferAsync(identity, _cast.Verifier.EntityId),
            "confirm" => mover.TransferAsync(identity, _cast.Owner.EntityId, confirm: true),
            "suspend" => mover.SuspendAsync(identity),
            _ => mover.RetireAsync(identity),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await (_broker?.DisposeAsync() ?? ValueTask.CompletedTask);
        _tap?.Dispose();
    }

    private static string[][] Change(string operation, bool cold) =>
        cold ? [Introduction, [Ask(operation), Mint], Documents, [Write]] : [[Ask(operation)], Documents, [Write]];

    // Stretching ten codes on a busy machine takes longer than a call may.
    private static BrokerSettings Patient(BrokerSettings settings) => settings with
    {
        Vault = settings.Vault with { CallTimeout = TimeSpan.FromSeconds(30) },
        Profiles = new Dictionary<string, Profile>
        {
            [Profile.Machine.Name] = Profile.Machine,
            [Recovering.ByRole] = Profile.Machine with { Name = Recovering.ByRole, Recovery = RecoveryForm.AppRole },
            [Recovering.ByToken] = Profile.Machine with { Name = Recovering.ByToken, Recovery = RecoveryForm.Token },
            [Profile.Printable.Name] = Profile.Printable with { Scheme = HashScheme.PrintableDefault with { Iterations = HashScheme.MinIterations } },
        },
    };

    private async Task ArrangeAsync()
    {
        _tap = new VaultTap(environment.Names);
        _broker = await environment.StartAsync(Patient, tap: _tap, clock: _clock);
        _cast = await environment.CastAsync();
    }

    private async Task<string> RegisteredAsync(string profile)
    {
        var identity = BrokerEnvironment.NewIdentity();
        await _broker!.RegisterAsync(_cast.Team, identity, _cast.Owner, profile);
        return identity;
    }

    private async Task<string> GroupOwnedAsync(Person member)
    {
        var identity = BrokerEnvironment.NewIdentity();
        using var team = _broker!.As(_cast.Team);
        Assert.Equal(201, (await team.RegisterAsync(identity, await environment.GroupAsync(member))).Status);
        return identity;
    }

    private async Task MeasureAsync(Func<Task<ApiReply>> flow, TimeSpan passes, int status, int roundTrips, string[][] rounds)
    {
        string[][] expected = [.. rounds.Where(r => r.Length > 0)];
        Assert.Equal(roundTrips, expected.Length);
        _clock.Move(passes);
        var gates = new RoundTrips(expected);
        _tap!.Interfere = async (call, send) =>
        {
            var answer = await send();
            await gates.AllSentAsync(call.Name);
            return answer;
        };
        var reply = await flow();
        Assert.True(reply.Status == status, $"{reply.Text} after\n{string.Join('\n', _tap!.Of(reply).Select(c => c.Name))}");
        Assert.Equal(expected.SelectMany(r => r).Order(StringComparer.Ordinal), _tap!.NamesOf(reply));
        Assert.Equal(roundTrips, _tap!.RoundTripsOf(reply));
    }
}
