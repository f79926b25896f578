using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Consumption;

/// <summary>
/// To a caller without <c>status</c> every refusal is the same: status, headers, body, and the same calls to Vault in the same order, cold and warm.
/// A caller with <c>status</c> is told the reason.
/// </summary>
public sealed class UniformRefusalTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private static readonly TimeSpan UntilCold = TimeSpan.FromHours(2);
    private static readonly string[] Counting = [TappedCall.Read, TappedCall.State, TappedCall.Write];

    private readonly TestClock _clock = new();

    [Theory]
    [Trait("Requirement", "R-05")]
    [InlineData("machine")]
    [InlineData("printable")]
    public async Task All_refusals_are_the_same_bytes_and_the_same_calls(string profile)
    {
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap, clock: _clock);
        var cast = await environment.CastAsync();
        var cases = await CasesAsync(broker, cast, profile);
        using var verifier = broker.As(cast.Verifier);
        var seen = new List<(string Case, bool Warm, string Answer, string Calls)>();
        foreach (var (name, identity, code, _) in cases)
        {
            foreach (var warm in new[] { false, true })
            {
                _clock.Move(warm ? TimeSpan.Zero : UntilCold);
                var reply = await verifier.ConsumeAsync(identity, code);
                Assert.Equal((403, "refused"), (reply.Status, reply.Code));
                var calls = tap.NamesOf(reply).ToList();
                foreach (var counting in name == "wrong" ? Counting : [])
                {
                    Assert.True(calls.Remove(counting), "a wrong secret is counted by " + counting);
                }

                seen.Add((name, warm, reply.UniformHeaders + "\n" + reply.Uniform, string.Join('\n', calls)));
            }
        }

        Assert.Single(seen.Select(s => s.Answer).Distinct());
        foreach (var group in seen.GroupBy(s => s.Warm))
        {
            var different = group.GroupBy(s => s.Calls).ToList();
            Assert.True(different.Count == 1, string.Join("\n\n", different.Select(d => string.Join(',', d.Select(s => s.Case)) + ":\n" + d.Key)));
        }
    }

    [Theory]
    [Trait("Requirement", "R-05")]
    [Trait("Requirement", "R-17")]
    [InlineData("machine")]
    public async Task Who_may_see_the_status_is_told_the_reason(string profile)
    {
        var broker = await environment.StartAsync(clock: _clock);
        var cast = await environment.CastAsync();
        using var desk = broker.As(cast.Desk);
        foreach (var (name, identity, code, reason) in await CasesAsync(broker, cast, profile))
        {
            var reply = await desk.ConsumeAsync(identity, code);
            Assert.True((403, "refused", reason.Name()) == (reply.Status, reply.Code, reply.Reason), $"{name}: {reply.Text}");
        }
    }

    /// <summary>Every way in which a code can be no good, each with an identity of its own.</summary>
    private async Task<IReadOnlyList<(string Name, string Identity, string Code, Reason Reason)>> CasesAsync(RunningBroker broker, Cast cast, string profile)
    {
        var kind = profile == "machine" ? CodeKind.Machine : CodeKind.Printable;
        var cases = new List<(string, string, string, Reason)>
        {
            ("unknown identity", BrokerEnvironment.NewIdentity(), MadeCodes.Unknown(kind), Reason.UnknownIdentity),
        };
        async Task AddAsync(string name, Reason reason, Func<Holding, Task> change, Func<Holding, string>? code = null)
        {
            var holding = await environment.HoldingAsync(broker, cast, profile);
            await change(holding);
            cases.Add((name, holding.Identity, code?.Invoke(holding) ?? holding.Code(), reason));
        }

        await AddAsync("unknown selector", Reason.UnknownCode, _ => Task.CompletedTask, _ => MadeCodes.Unknown(kind));
        await AddAsync("wrong", Reason.Wrong, _ => Task.CompletedTask, h => MadeCodes.WrongSecretOf(h.Code()));
        await AddAsync("spent", Reason.Spent, h => SpendAsync(broker, cast, h));
        await AddAsync("revoked", Reason.Ended, h => RevokeAsync(broker, cast, h));
        await AddAsync("expired", Reason.Expired, h => ChangeSetAsync(h, s => s with { ExpiresAt = _clock.GetUtcNow().AddMinutes(-1) }));
        await AddAsync("disabled", Reason.Disabled, h => ChangeSetAsync(h, s => s with { DisabledAt = DateTimeOffset.UtcNow }));
        await AddAsync("voided", Reason.Voided, h => ChangeSetAsync(h, s => s with { Codes = [.. s.Codes.Select(c => c with { VoidedAt = s.IssuedAt })] }));
        await AddAsync("other epoch", Reason.OtherEpoch, h => ChangeSetAsync(h, s => s with { Epoch = 7 }));
        cases.Add(await PendingAsync(broker, cast, profile));
        return cases;
    }

    private async Task<(string Name, string Identity, string Code, Reason Reason)> PendingAsync(RunningBroker broker, Cast cast, string profile)
    {
        var identity = BrokerEnvironment.NewIdentity();
        await broker.RegisterAsync(cast.Team, identity, cast.Owner, profile);
        using var owner = broker.As(cast.Owner);
        var payload = await environment.UnwrapAsync(cast.Owner, await owner.IssueAsync(identity));
        return ("pending", identity, payload.Codes[0], Reason.Pending);
    }

    private static async Task SpendAsync(RunningBroker broker, Cast cast, Holding holding)
    {
        using var verifier = broker.As(cast.Verifier);
        Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code())).Status);
    }

    private static async Task RevokeAsync(RunningBroker broker, Cast cast, Holding holding)
    {
        using var team = broker.As(cast.Team);
        Assert.Equal(204, (await team.RevokeAsync(holding.Identity)).Status);
    }

    private Task ChangeSetAsync(Holding holding, Func<CodeSet, CodeSet> change) =>
        environment.ChangeDocumentAsync(holding.Identity, d => d with { Active = change(d.Active!) });
}
