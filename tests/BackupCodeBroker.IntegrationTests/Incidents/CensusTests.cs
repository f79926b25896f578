using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Incidents;

/// <summary>Live looks at the fleet: what they count, what they keep others from, and who may make them.</summary>
public sealed class CensusTests(TestVault vault) : IAsyncLifetime
{
    private const string Names = "LIST codes/metadata/identities";

    private readonly BrokerEnvironment _environment = new(vault);

    public async ValueTask InitializeAsync() => await _environment.InitializeAsync();

    public ValueTask DisposeAsync() => _environment.DisposeAsync();

    [Fact]
    [Trait("Requirement", "R-26")]
    public async Task A_void_one_is_not_lifted_while_something_that_it_means_cannot_be_read()
    {
        var clock = new TestClock();
        var (broker, cast) = (await _environment.StartAsync(clock: clock), await _environment.CastAsync());
        var team = Responders.NewTeam();
        var (damaged, deleted, other) = (await HoldingAsync("damaged"), await HoldingAsync("deleted"), await _environment.HoldingAsync(broker, cast));
        using var responder = broker.As(await _environment.ResponderAsync());
        var id = (await responder.DeclareAsync(new { identities = team + "*" })).Member("id")!;
        clock.Move(TimeSpan.FromSeconds(6));
        foreach (var name in new[] { damaged.Identity, other.Identity })
        {
            await _environment.Root.PostAsync(PathOf("data", name), new { options = new { cas = (await _environment.DocumentAsync(name)).Version }, data = new { schema = 99 } });
        }

        await _environment.Root.DeleteAsync(PathOf("data", deleted.Identity));
        Assert.Equal((409, "not-complete", "2"), await AnswerAsync());
        await using (await _environment.StartAsync(s => s with { Worker = s.Worker with { Enabled = true, Interval = TimeSpan.FromMilliseconds(300) } }, clock: clock))
        {
            JsonElement progress = default;
            await broker.UntilAsync(async () => (await responder.LockdownAsync(id)).Json.TryGetProperty("progress", out progress));
            Assert.Equal((2, false), (progress.GetProperty("unread").GetInt32(), progress.GetProperty("complete").GetBoolean()));
        }

        await _environment.Root.DeleteAsync(PathOf("metadata", damaged.Identity));
        Assert.Equal((409, "not-complete", "1"), await AnswerAsync());
        await _environment.Root.DeleteAsync(PathOf("metadata", deleted.Identity));
        Assert.Equal(204, (await responder.LiftAsync(id)).Status);

        Task<Holding> HoldingAsync(string name) => _environment.HoldingAsync(broker, cast, team, name);

        async Task<(int, string?, string?)> AnswerAsync()
        {
            var reply = await responder.LiftAsync(id);
            return (reply.Status, reply.Code, reply.Member("found"));
        }
    }

    [Fact]
    public async Task Whoever_is_curious_keeps_nobody_from_declaring_what_they_expect()
    {
        var (tap, gate) = (new VaultTap(_environment.Names), new TaskCompletionSource());
        var (broker, cast) = (await _environment.StartAsync(tap: tap), await _environment.CastAsync());
        var team = Responders.NewTeam();
        await _environment.HoldingAsync(broker, cast, team, "a");
        using var api = broker.As(await _environment.ResponderAsync());
        var listed = 0;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name.StartsWith(Names, StringComparison.Ordinal) && Interlocked.Increment(ref listed) == 1)
            {
                await gate.Task;
            }

            return await send();
        };
        var first = api.DeclareAsync(new { identities = team + "*" }, dryRun: true);
        await broker.UntilAsync(() => Task.FromResult(Volatile.Read(ref listed) == 1));

        var second = await api.DeclareAsync(new { identities = team + "*" }, dryRun: true);
        Assert.Equal((503, "busy"), (second.Status, second.Code));
        var declared = await api.DeclareAsync(new { identities = team + "*" }, "freeze", expect: 1);
        Assert.True(declared.Status == 201, declared.Text);
        gate.SetResult();
        Assert.Equal("1", (await first).Member("matches"));
        Assert.Equal(200, (await api.DeclareAsync(new { identities = team + "*" }, dryRun: true)).Status);
    }

    [Fact]
    public async Task A_dry_run_ends_with_whoever_asked_for_it()
    {
        var (tap, gate) = (new VaultTap(_environment.Names), new TaskCompletionSource());
        var (broker, cast) = (await _environment.StartAsync(tap: tap), await _environment.CastAsync());
        var team = Responders.NewTeam();
        await _environment.HoldingAsync(broker, cast, team, "a");
        var responder = await _environment.ResponderAsync();
        using var other = broker.As(responder);
        var listed = 0;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name.StartsWith(Names, StringComparison.Ordinal) && Interlocked.Increment(ref listed) == 1)
            {
                await gate.Task;
            }

            return await send();
        };
        var gone = broker.As(responder);
        var looking = gone.DeclareAsync(new { identities = team + "*" }, dryRun: true);
        await broker.UntilAsync(() => Task.FromResult(Volatile.Read(ref listed) == 1));
        var before = Reads();
        gone.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => looking);
        // Its connection is closed; the server has seen it once the next request is answered on another.
        await broker.UntilAsync(async () => (await other.LockdownAsync("20270131120000-0123456789ab")).Status == 404);
        gate.SetResult();
        await broker.UntilAsync(async () => (await other.DeclareAsync(new { identities = team + "*" }, dryRun: true)).Status == 200);
        Assert.Equal(before + 1, Reads());

        int Reads() => tap.All.Count(c => c.Name == TappedCall.Read);
    }

    [Fact]
    public async Task Another_number_than_expected_is_told_by_a_dry_run_too()
    {
        var (broker, cast) = (await _environment.SharedAsync(), await _environment.CastAsync());
        var team = Responders.NewTeam();
        await _environment.HoldingAsync(broker, cast, team, "a");
        using var api = broker.As(await _environment.ResponderAsync());
        var other = await api.DeclareAsync(new { identities = team + "*" }, dryRun: true, expect: 2);
        Assert.Equal((409, "expectation-failed", "1"), (other.Status, other.Code, other.Member("found")));
        Assert.Equal(200, (await api.DeclareAsync(new { identities = team + "*" }, dryRun: true, expect: 1)).Status);
    }

    [Fact]
    public async Task All_that_were_hit_can_be_read_a_page_at_a_time_without_a_worker()
    {
        var (broker, cast) = (await _environment.SharedAsync(), await _environment.CastAsync());
        var team = Responders.NewTeam();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await _environment.HoldingAsync(broker, cast, team, name);
        }

        using var api = broker.As(await _environment.ResponderAsync());
        using var teamApi = broker.As(cast.Team);
        var id = (await api.DeclareAsync(new { identities = team + "*" })).Member("id")!;
        Assert.Equal(204, (await teamApi.RevokeAsync(team + "b")).Status);
        await broker.RegisterAsync(cast.Team, team + "d", cast.Owner);

        var first = await PageAsync("?limit=2");
        Assert.Equal([(team + "a", false), (team + "b", true)], Hits(first));
        var second = await PageAsync("?limit=2&after=" + first.GetProperty("next").GetString());
        Assert.Equal([(team + "c", false)], Hits(second));
        Assert.False(second.TryGetProperty("next", out _));
        Assert.False((await api.LockdownAsync(id)).Json.TryGetProperty("hits", out _));
        foreach (var query in new[] { "?limit=0", "?limit=501", "?after=*", "?after=", "?names=1" })
        {
            Assert.Equal((400, "malformed"), await CodeAsync(api.LockdownAsync(id + query)));
        }

        async Task<JsonElement> PageAsync(string query) => (await api.LockdownAsync(id + query)).Json.GetProperty("hits");

        static IEnumerable<(string?, bool)> Hits(JsonElement page) =>
            page.GetProperty("identities").EnumerateArray().Select(i => (i.GetProperty("identity").GetString(), i.GetProperty("ended").GetBoolean()));
    }

    [Fact]
    public async Task Nothing_is_looked_for_before_the_caller_is_known()
    {
        var tap = new VaultTap(_environment.Names);
        var broker = await _environment.StartAsync(tap: tap);
        using var responder = broker.As(await _environment.ResponderAsync());
        var id = (await responder.DeclareAsync(new { owner = "nobody" }, "freeze")).Member("id")!;
        using var stranger = new ApiClient(broker.Address, new string('s', 40));
        foreach (var reply in new[] { await stranger.LockdownAsync(id), await stranger.LockdownAsync("20270131120000-0123456789ab"), await stranger.LiftAsync(id) })
        {
            Assert.Equal((401, "invalid-token"), (reply.Status, reply.Code));
            Assert.Empty(tap.NamesOf(reply).Except([TappedCall.LookupSelf, TappedCall.Capabilities]));
        }
    }

    [Fact]
    public async Task A_lifted_one_is_forgotten_by_the_heart_when_its_hour_is_over()
    {
        var broker = await _environment.SharedAsync();
        using var api = broker.As(await _environment.ResponderAsync());
        foreach (var name in new[] { "team-a.x", "team-b.x" })
        {
            Assert.Equal(204, (await api.LiftAsync((await api.DeclareAsync(new { identities = name }, "freeze")).Member("id")!)).Status);
        }

        await _environment.ChangeStateAsync((state, _) => state with
        {
            Lifted = [state.Lifted[0] with { Lift = state.Lifted[0].Lift with { At = DateTimeOffset.UtcNow - TimeSpan.FromHours(1) } }, state.Lifted[1]],
        });
        await using var working = await _environment.StartAsync(s => s with { Worker = s.Worker with { Enabled = true } });
        await broker.UntilAsync(async () => (await _environment.StateAsync()).State is { Heartbeat.Count: > 0 });
        Assert.Equal("team-b.x", Assert.Single((await _environment.StateAsync()).State.Lifted).Lockdown.Scope.Identities);
    }

    private string PathOf(string kind, string identity) => $"{_environment.Names.KvMount}/{kind}/identities/bcb.{identity}";

    private static async Task<(int, string?)> CodeAsync(Task<ApiReply> reply) => ((await reply).Status, (await reply).Code);
}
