using System.Text.Json;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.IntegrationTests.Worker;
using BackupCodeBroker.Worker;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Reports;

/// <summary>Who is shown what of the report, that nothing is left out of it, and that it says what the worker counts.</summary>
public sealed class ReportTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private readonly string _team = "t" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4));

    [Fact]
    [Trait("Requirement", "R-25")]
    public async Task Who_holds_report_is_shown_the_fleet_and_why_who_could_not_be_recovered()
    {
        await using var broker = await environment.StartAsync();
        var owner = await environment.OwnerAsync();
        var leaver = await environment.OwnerAsync();
        await RegisterAsync(broker, ("fresh", owner), ("claimed", owner), ("used", owner), ("orphan", leaver), ("bare-orphan", leaver));
        foreach (var (name, who) in new[] { ("claimed", owner), ("used", owner), ("orphan", leaver) })
        {
            await environment.ClaimAsync(broker, who, Named(name));
        }

        var payload = await environment.ClaimAsync(broker, owner, Named("used"));
        using (var desk = broker.As(await environment.HolderAsync("desk", "consume/*")))
        {
            Assert.Equal(200, (await desk.ConsumeAsync(Named("used"), payload.Codes[0])).Status);
        }

        await environment.Root.SendAsync(HttpMethod.Delete, "identity/entity/id/" + leaver.EntityId);
        using var auditor = broker.As(await environment.HolderAsync("auditor", "report"));
        var reply = await auditor.ReportAsync($"?label=team={_team}");

        Assert.True(reply.Status == 200, reply.Text);
        var rows = Rows(reply);
        Assert.Equal(["bare-orphan", "claimed", "fresh", "orphan", "used"], rows.Select(r => r.Identity[(_team.Length + 1)..]));
        Assert.Equal(
            ["not-recoverable: no-codes ownerless", "at-risk: never-proven", "not-recoverable: no-codes", "not-recoverable: ownerless never-proven", "ready: "],
            rows.Select(r => r.Readiness + ": " + string.Join(' ', r.Causes)));
        Assert.Equal("owner-gone", rows[0].Json.GetProperty("owner").GetProperty("state").GetString());
        Assert.Equal("owner-gone", rows[3].Json.GetProperty("state").GetString());
        var used = rows[4].Json;
        Assert.Equal((2, 9, "replaced"), (used.GetProperty("active").GetProperty("generation").GetInt32(), used.GetProperty("active").GetProperty("remaining").GetInt32(), used.GetProperty("previous").GetProperty("how").GetString()));
        Assert.True(used.TryGetProperty("last_rotated_at", out _) && used.TryGetProperty("last_proven_at", out _) && used.GetProperty("last_30_days").GetProperty("used").GetInt32() == 1);
        Assert.Equal((5, 3, 1), (Summary(reply, "identities"), Summary(reply, "readiness", "not-recoverable"), Summary(reply, "readiness", "ready")));
        Assert.Equal(reply.Json.GetProperty("unreadable").GetInt32() == 0, reply.Json.GetProperty("complete").GetBoolean());
        Assert.Equal(["orphan"], Rows(await auditor.ReportAsync($"?label=team={_team}&state=owner-gone")).Select(r => r.Identity[(_team.Length + 1)..]));
        Assert.Equal(2, Rows(await auditor.ReportAsync($"?owner={leaver.EntityId}&cause=ownerless")).Count);
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task Anybody_else_is_shown_what_they_hold_status_on_and_has_no_fleet_looked_at()
    {
        using var access = new AccessRecords();
        await using var broker = await environment.StartAsync(s => s with { Telemetry = s.Telemetry with { AccessFile = access.Path } });
        var (owner, other) = (await environment.OwnerAsync(), await environment.OwnerAsync());
        await RegisterAsync(broker, ("mine", owner), ("theirs", other), ("theirs-2", other));
        using var mine = broker.As(owner);
        using var holder = broker.As(await environment.HolderAsync("holder", $"status/{_team}.theirs*"));
        using var stranger = broker.As(await environment.HolderAsync("stranger", "consume/*", "report/*"));

        Assert.Equal([Named("mine")], Rows(await mine.ReportAsync()).Select(r => r.Identity));
        var page = await holder.ReportAsync("?limit=1");
        Assert.Matches("^~[0-9]{9}$", page.Member("next"));
        Assert.False(page.Json.TryGetProperty("summary", out _) || page.Json.TryGetProperty("complete", out _));
        Assert.Equal([Named("theirs"), Named("theirs-2")], await PagedAsync(holder, "limit=1"));
        var denied = await stranger.ReportAsync();
        Assert.Equal((403, "not-permitted", $"{environment.Names.AskMount}/report"), (denied.Status, denied.Code, denied.Member("path")));
        // Records are written in their order: with the last one all are there.
        await broker.UntilAsync(() => Task.FromResult(access.Read().Any(r => r.Text("operation_id") == denied.OperationId)));
        Assert.DoesNotContain(access.Read(), r => r.Text("operation") == "report-pass");
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task Each_page_on_which_somebody_holds_nothing_is_asked_for_in_vain()
    {
        var tap = new VaultTap(environment.Names);
        await using var broker = await environment.StartAsync(tap: tap);
        var owner = await environment.OwnerAsync();
        await RegisterAsync(broker, ("a", owner), ("b", owner));
        using var holder = broker.As(await environment.HolderAsync("holder", $"status/{_team}.a"));
        using var stranger = broker.As(await environment.HolderAsync("stranger", "consume/*"));

        var first = await holder.ReportAsync("?limit=1");
        var second = await holder.ReportAsync("?limit=1&after=" + first.Member("next"));
        var elsewhere = await stranger.ReportAsync("?after=~000000001");

        Assert.Equal([Named("a")], Rows(first).Select(r => r.Identity));
        Assert.All(new[] { second, elsewhere }, page => Assert.Empty(Rows(page)));
        Assert.Equal([TappedCall.Ask("status")], Asked(first));
        Assert.All(new[] { second, elsewhere }, page => Assert.Equal(["GET ask/report"], Asked(page)));

        IEnumerable<string> Asked(ApiReply page) => tap.NamesOf(page).Where(call => call.StartsWith("GET ask/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_row_that_says_so_and_the_report_is_not_complete()
    {
        await using var broker = await environment.StartAsync();
        var owner = await environment.OwnerAsync();
        await RegisterAsync(broker, ("broken", owner), ("deleted", owner), ("well", owner));
        await environment.Root.PostAsync($"{environment.Names.KvMount}/data/identities/bcb.{Named("broken")}", new { options = new { cas = 1 }, data = new { schema = 99 } });
        await environment.Root.SendAsync(HttpMethod.Delete, $"{environment.Names.KvMount}/data/identities/bcb.{Named("deleted")}");

        using var auditor = broker.As(await environment.HolderAsync("auditor", "report"));
        var reply = await auditor.ReportAsync("?limit=500");
        var rows = Rows(reply).Where(r => r.Identity.StartsWith(_team, StringComparison.Ordinal)).ToList();
        Assert.Equal(["not-recoverable: unreadable", "not-recoverable: removed", "not-recoverable: no-codes"], rows.Select(r => r.Readiness + ": " + string.Join(' ', r.Causes)));
        Assert.False(reply.Json.GetProperty("complete").GetBoolean());
        Assert.True(reply.Json.GetProperty("unreadable").GetInt32() >= 2);
        Assert.Contains(Named("broken"), Rows(await auditor.ReportAsync("?state=unreadable&limit=500")).Select(r => r.Identity));

        // Nor for whoever sees it by its name; who would own it, nobody can tell.
        using var holder = broker.As(await environment.HolderAsync("holder", $"status/{_team}.*"));
        Assert.Equal([Named("broken"), Named("deleted"), Named("well")], Rows(await holder.ReportAsync("?limit=500")).Select(r => r.Identity));
        using var mine = broker.As(owner);
        Assert.Equal([Named("well")], Rows(await mine.ReportAsync("?limit=500")).Select(r => r.Identity));
    }

    [Fact]
    public async Task Pages_show_each_identity_once_while_others_are_registered()
    {
        await using var broker = await environment.StartAsync();
        var owner = await environment.OwnerAsync();
        await RegisterAsync(broker, [.. Enumerable.Range(0, 7).Select(i => ("n" + i, owner))]);
        using var auditor = broker.As(await environment.HolderAsync("auditor", "report"));
        var first = await auditor.ReportAsync($"?label=team={_team}&limit=3");
        Assert.True(first.Json.TryGetProperty("summary", out _));
        await RegisterAsync(broker, ("a-early", owner), ("n3-between", owner), ("z-late", owner));

        List<string> names = [.. Rows(first).Select(r => r.Identity), .. await PagedAsync(auditor, $"label=team={_team}&limit=3", first.Member("next"))];
        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
        Assert.Superset(Enumerable.Range(0, 7).Select(i => Named("n" + i)).ToHashSet(), names.ToHashSet());
        Assert.False((await auditor.ReportAsync($"?label=team={_team}&limit=3&after={Named("n0")}")).Json.TryGetProperty("summary", out _));
    }

    [Fact]
    public async Task A_replica_that_does_not_lead_looks_itself_once_a_minute_and_the_leaders_sweep_serves_who_asks_there()
    {
        using var access = new AccessRecords();
        var clock = new TestClock();
        await using var follower = await environment.StartAsync(s => s with { Telemetry = s.Telemetry with { AccessFile = access.Path } }, clock: clock);
        await using var leader = await SweepWatch.StartAsync(environment, clock);
        var owner = await environment.OwnerAsync();
        await RegisterAsync(follower, ("one", owner));
        var auditor = await environment.HolderAsync("auditor", "report");
        using var at = follower.As(auditor);
        using var atLeader = leader.Broker.As(auditor);

        var first = await at.ReportAsync();
        Assert.Equal(first.Member("taken_at"), (await at.ReportAsync()).Member("taken_at"));
        await follower.UntilAsync(() => Task.FromResult(access.Read().Any(r => r.Text("operation") == "report-pass")));

        // Asked for once, the sweeps leave one.
        var asked = await atLeader.ReportAsync();
        await RegisterAsync(follower, ("two", owner));
        await leader.UntilLeadsAsync();
        await leader.SweepAsync();
        var swept = await atLeader.ReportAsync($"?label=team={_team}");
        Assert.Equal([Named("one"), Named("two")], Rows(swept).Select(r => r.Identity));
        Assert.NotEqual(asked.Member("taken_at"), swept.Member("taken_at"));
    }

    [Fact]
    public async Task The_report_says_what_the_workers_metrics_say()
    {
        await using var leader = await SweepWatch.StartAsync(environment);
        var (owner, leaver) = (await environment.OwnerAsync(), await environment.OwnerAsync());
        await RegisterAsync(leader.Broker, ("well", owner), ("old", owner), ("left", leaver), ("bare", leaver));
        foreach (var (name, who) in new[] { ("well", owner), ("old", owner), ("left", leaver) })
        {
            await environment.ClaimAsync(leader.Broker, who, Named(name));
        }

        await environment.ChangeDocumentAsync(Named("old"), d => d with { Active = d.Active! with { IssuedAt = d.Active.IssuedAt.AddDays(-85), ExpiresAt = d.Active.ExpiresAt.AddDays(-85) } });
        await environment.Root.SendAsync(HttpMethod.Delete, "identity/entity/id/" + leaver.EntityId);
        using var auditor = leader.Broker.As(await environment.HolderAsync("auditor", "report"));
        Assert.Equal(200, (await auditor.ReportAsync()).Status);
        await leader.UntilLeadsAsync();

        // Twice: what the first one suspends must not vanish from the count of the ownerless with the second.
        for (var sweep = 0; sweep < 2; sweep++)
        {
            await leader.SweepAsync();
            var counted = leader.Broker.Services.GetRequiredService<WorkerMetrics>().Fleet!;
            var reply = await auditor.ReportAsync("?limit=500");
            Assert.Equal(
                (counted.Overdue, counted.Ownerless, counted.Unproven, counted.Unreadable),
                (Summary(reply, "causes", "overdue"), Summary(reply, "causes", "ownerless"), Summary(reply, "causes", "never-proven") + Summary(reply, "causes", "proof-old"), reply.Json.GetProperty("unreadable").GetInt32()));
            Assert.True(counted is { Overdue: >= 1, Ownerless: >= 2, Unproven: >= 2 });
            Assert.Equal(counted.States.Where(s => s.Value > 0).OrderBy(s => s.Key).Select(s => (s.Key, s.Value)), States(reply));
        }
    }

    private static IEnumerable<(string Key, int Value)> States(ApiReply reply) => reply.Json.GetProperty("summary").GetProperty("states").EnumerateObject()
        .Where(s => s.Name is not ("unreadable" or "removed")).OrderBy(s => s.Name).Select(s => (s.Name, s.Value.GetInt32()));

    private static int Summary(ApiReply reply, params string[] path)
    {
        var at = reply.Json.GetProperty("summary");
        foreach (var name in path)
        {
            if (!at.TryGetProperty(name, out at))
            {
                return 0;
            }
        }

        return at.GetInt32();
    }

    private static List<Shown> Rows(ApiReply reply)
    {
        Assert.True(reply.Status == 200, reply.Text);
        return [.. reply.Json.GetProperty("identities").EnumerateArray().Select(r => new Shown(
            r.GetProperty("identity").GetString()!, r.GetProperty("readiness").GetString()!, [.. r.GetProperty("causes").EnumerateArray().Select(c => c.GetString()!)], r))];
    }

    private static async Task<List<string>> PagedAsync(ApiClient client, string query, string? after = null)
    {
        List<string> names = [];
        do
        {
            var page = await client.ReportAsync($"?{query}{(after is null ? "" : "&after=" + after)}");
            names.AddRange(Rows(page).Select(r => r.Identity));
            after = page.Json.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        return names;
    }

    private string Named(string name) => $"{_team}.{name}";

    private async Task RegisterAsync(RunningBroker broker, params (string Name, Person Owner)[] identities)
    {
        using var api = broker.As(await environment.HolderAsync("registrar", $"register/{_team}.*"));
        foreach (var (name, owner) in identities)
        {
            var reply = await api.RegisterAsync(Named(name), "", more: new { owner = owner.EntityId, profile = "machine", labels = new { team = _team } });
            Assert.True(reply.Status == 201, reply.Text);
        }
    }

    private sealed record Shown(string Identity, string Readiness, IReadOnlyList<string> Causes, JsonElement Json);
}
