using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Notices;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Incidents;

/// <summary>Whole incidents, with the worker that ends what is locked down and counts how far that got.</summary>
public sealed class IncidentTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private readonly TestClock _clock = new();
    private readonly NoticeWatch _told = new();

    [Fact]
    [Trait("Requirement", "U-2")]
    [Trait("Requirement", "R-26")]
    public async Task An_incident_from_its_declaration_to_its_end()
    {
        await using var own = await FreshAsync();
        var (broker, cast) = (await own.StartAsync(Working, services => services.AddSingleton<INoticeSink>(_told), clock: _clock), await own.CastAsync());
        var team = Responders.NewTeam();
        var (first, second) = (await own.HoldingAsync(broker, cast, team, "a"), await own.HoldingAsync(broker, cast, team, "b"));
        using var responder = broker.As(await own.ResponderAsync());
        using var desk = broker.As(cast.Desk);
        using var owner = broker.As(cast.Owner);

        // Declared: what was issued before is worth nothing from now on, and nobody but the responder has new codes made.
        var declared = await responder.DeclareAsync(new { identities = team + "*" }, expect: 2, reason: "vault of team-a on a stolen laptop");
        Assert.True(declared.Status == 201, declared.Text);
        var id = declared.Member("id")!;
        foreach (var holding in new[] { first, second })
        {
            Assert.Equal(403, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
            Assert.Equal((403, "issue-locked-down"), await ReasonAsync(owner.IssueAsync(holding.Identity)));
        }

        // Not before everything is ended is it lifted.
        Assert.Equal((409, "not-complete"), await CodeAsync(responder.LiftAsync(id)));
        _clock.Move(TimeSpan.FromSeconds(6));
        var done = await UntilAsync(broker, responder, id, p => p.GetProperty("complete").GetBoolean());
        Assert.Equal((2, 2, 0), Figures(done));
        Assert.Equal([first.Identity, second.Identity], done.Json.GetProperty("progress").Names("waiting"));
        foreach (var holding in new[] { first, second })
        {
            var (document, _) = await own.DocumentAsync(holding.Identity);
            Assert.Null(document.Active);
            Assert.Equal("locked-down", document.Ended!.Reason);
            Assert.Equal(id, Assert.Single(document.Lockdowns).Lockdown);
            Assert.Equal("lockdown", document.Events[^1].Operation);
        }

        // The responder has new ones made for one of them, while it lasts: those work.
        var issued = await responder.IssueAsync(first.Identity);
        Assert.True(issued.Status == 403 && issued.Code == "not-permitted", issued.Text);
        using var both = broker.As(await own.PersonAsync("responder-who-issues", "incident-responder", await own.PolicyAsync("issuer", "issue/*")));
        var payload = await own.UnwrapAsync(cast.Owner, await both.IssueAsync(first.Identity));
        Assert.Equal(204, (await owner.ActivateAsync(first.Identity, payload.Generation, payload.Activation)).Status);
        Assert.Equal(200, (await desk.ConsumeAsync(first.Identity, payload.Codes[0])).Status);
        var half = await UntilAsync(broker, responder, id, p => p.GetProperty("reissued").GetInt32() == 1);
        Assert.Equal([second.Identity], half.Json.GetProperty("progress").Names("waiting"));

        // Lifted: nothing comes back, the owner may ask again, and the story goes on until everybody has new codes.
        Assert.Equal(204, (await responder.LiftAsync(id, "laptop found, vault rotated")).Status);
        Assert.Equal(403, (await desk.ConsumeAsync(second.Identity, second.Code())).Status);
        Assert.Equal(403, (await desk.ConsumeAsync(first.Identity, first.Code(1))).Status);
        Assert.Equal(200, (await desk.ConsumeAsync(first.Identity, payload.Codes[1])).Status);
        await own.ClaimAsync(broker, cast.Owner, second.Identity);
        var over = await UntilAsync(broker, responder, id, p => p.GetProperty("reissued").GetInt32() == 2);
        Assert.Empty(over.Json.GetProperty("progress").Names("waiting"));
        Assert.False(over.Json.GetProperty("in_force").GetBoolean());
        Assert.Equal("laptop found, vault rotated", over.Json.GetProperty("lifted").GetProperty("reason").GetString());
        await broker.UntilAsync(async () => (await own.StoryAsync(id))!.Outbox.Count == 0);
        Assert.Equal([LockdownStory.Declared, LockdownStory.Completed, LockdownStory.WasLifted], _told.About(id));
    }

    [Fact]
    public async Task A_freeze_is_lifted_at_any_time_and_nothing_is_lost()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var team = Responders.NewTeam();
        var holding = await environment.HoldingAsync(broker, cast, team, "a");
        using var responder = broker.As(await environment.ResponderAsync());
        using var desk = broker.As(cast.Desk);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(), "k")).Status);
        var id = (await responder.DeclareAsync(new { identities = team + "*" }, "freeze")).Member("id")!;
        Assert.Equal((403, "frozen"), await ReasonAsync(desk.ConsumeAsync(holding.Identity, holding.Code(1))));
        Assert.Equal((403, "frozen"), await ReasonAsync(desk.ConsumeAsync(holding.Identity, holding.Code(), "k")));

        Assert.Equal(204, (await responder.LiftAsync(id)).Status);

        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(1))).Status);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(), "k")).Status);
        Assert.Equal(204, (await responder.LiftAsync(id)).Status);
        Assert.Single((await environment.StoryAsync(id))!.Outbox, n => n.Notice == LockdownStory.WasLifted);
    }

    [Fact]
    public async Task A_void_one_is_lifted_once_all_is_stamped_and_stays_void_for_what_comes_late()
    {
        await using var own = await FreshAsync();
        var (broker, cast) = (await own.StartAsync(clock: _clock), await own.CastAsync());
        var holding = await own.HoldingAsync(broker, cast);
        var (late, _) = await own.DocumentAsync(holding.Identity);
        using var responder = broker.As(await own.ResponderAsync());
        using var desk = broker.As(cast.Desk);
        using var teamApi = broker.As(cast.Team);
        var id = (await responder.DeclareAsync(new { identities = holding.Identity })).Member("id")!;
        _clock.Move(TimeSpan.FromSeconds(6));
        var left = await responder.LiftAsync(id);
        Assert.Equal((409, "not-complete", "1"), (left.Status, left.Code, left.Member("found")));
        Assert.Equal(204, (await teamApi.RevokeAsync(holding.Identity)).Status);
        // What somebody else has ended is hit all the same: the worker's stamp is what says so once it is lifted.
        left = await responder.LiftAsync(id);
        Assert.Equal((409, "not-complete", "1"), (left.Status, left.Code, left.Member("found")));
        await using (await own.StartAsync(Working, clock: _clock))
        {
            await broker.UntilAsync(async () => (await responder.LiftAsync(id)).Status == 204);
        }

        // A write that Vault commits after everybody has given it up brings the old set back, and it is void all the same.
        await own.ChangeDocumentAsync(holding.Identity, document => document with { Active = late.Active });
        Assert.Equal((403, "locked-down"), await ReasonAsync(desk.ConsumeAsync(holding.Identity, holding.Code())));
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task A_lockdown_of_other_names_looks_like_none()
    {
        var broker = await environment.SharedAsync();
        using var all = broker.As(await environment.ResponderAsync());
        using var a = broker.As(await environment.ResponderForAsync("team-a."));
        using var b = broker.As(await environment.ResponderForAsync("team-b."));
        var id = (await a.DeclareAsync(new { identities = "team-a.x*" }, "freeze")).Member("id")!;
        var everywhere = (await all.DeclareAsync(new { owner = "nobody-at-all" }, "freeze")).Member("id")!;
        const string None = "20270131120000-0123456789ab";

        foreach (var api in new[] { a, all })
        {
            Assert.Equal(200, (await api.LockdownAsync(id)).Status);
        }

        Assert.Equal(200, (await all.LockdownAsync(everywhere)).Status);
        Assert.Equal((404, "no-such-lockdown"), await CodeAsync(all.LockdownAsync(None)));
        Assert.Equal((404, "no-such-lockdown"), await CodeAsync(all.LiftAsync(None)));
        var unknown = await b.LockdownAsync(None);
        Assert.Equal((403, "not-permitted"), (unknown.Status, unknown.Code));
        foreach (var other in new[] { await b.LockdownAsync(id), await b.LockdownAsync(everywhere), await a.LockdownAsync(everywhere), await b.LiftAsync(id), await a.LiftAsync(everywhere) })
        {
            Assert.Equal(unknown.Uniform, other.Uniform);
        }

        foreach (var id400 in new[] { "x", "..", "20270131120000-0123456789AB", "20270131120000-0123456789abc" })
        {
            Assert.InRange((await all.LockdownAsync(id400)).Status, 400, 405);
        }
    }

    [Fact]
    public async Task The_list_shows_what_the_caller_could_declare_the_newest_first_a_page_at_a_time()
    {
        await using var own = await FreshAsync();
        var broker = await own.StartAsync(clock: _clock);
        using var all = broker.As(await own.ResponderAsync());
        using var a = broker.As(await own.ResponderForAsync("team-a."));
        List<string> ids = [];
        foreach (var identities in new[] { "team-a.1", "team-b.*", "team-a.*" })
        {
            ids.Add((await all.DeclareAsync(new { identities }, "freeze")).Member("id")!);
            _clock.Move(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(204, (await all.LiftAsync(ids[0])).Status);
        Assert.Equal(Enumerable.Reverse(ids), Ids(await all.SendAsync(HttpMethod.Get, "/v1/lockdowns")));
        var page = await all.SendAsync(HttpMethod.Get, "/v1/lockdowns?limit=2");
        Assert.Equal([ids[2], ids[1]], Ids(page));
        Assert.Equal([ids[0]], Ids(await all.SendAsync(HttpMethod.Get, "/v1/lockdowns?limit=2&before=" + page.Member("next"))));
        Assert.Equal([ids[2], ids[0]], Ids(await a.SendAsync(HttpMethod.Get, "/v1/lockdowns?identities=team-a.*")));
        var denied = await a.SendAsync(HttpMethod.Get, "/v1/lockdowns");
        Assert.Equal((403, own.Names.AskMount + "/lockdown/"), (denied.Status, denied.Member("path")));
        foreach (var query in new[] { "?limit=0", "?limit=101", "?before=x", "?identities=*.a", "?canary=1" })
        {
            Assert.Equal((400, "malformed"), await CodeAsync(all.SendAsync(HttpMethod.Get, "/v1/lockdowns" + query)));
        }
    }

    private static BrokerSettings Working(BrokerSettings s) =>
        s with { Worker = s.Worker with { Enabled = true, Interval = TimeSpan.FromMilliseconds(300), Takeover = TimeSpan.FromSeconds(3) } };

    private async Task<BrokerEnvironment> FreshAsync()
    {
        var own = new BrokerEnvironment(environment.Vault);
        await own.InitializeAsync();
        return own;
    }

    private static async Task<ApiReply> UntilAsync(RunningBroker broker, ApiClient api, string id, Func<System.Text.Json.JsonElement, bool> condition)
    {
        ApiReply? story = null;
        await broker.UntilAsync(async () =>
        {
            story = await api.LockdownAsync(id);
            return story.Status == 200 && story.Json.TryGetProperty("progress", out var progress) && condition(progress);
        });
        return story!;
    }

    private static (int Matched, int Ended, int Reissued) Figures(ApiReply story) => (
        story.Json.GetProperty("progress").GetProperty("matched").GetInt32(),
        story.Json.GetProperty("progress").GetProperty("ended").GetInt32(),
        story.Json.GetProperty("progress").GetProperty("reissued").GetInt32());

    private static IEnumerable<string?> Ids(ApiReply list) => list.Json.GetProperty("lockdowns").EnumerateArray().Select(l => l.GetProperty("id").GetString());

    private static async Task<(int, string?)> CodeAsync(Task<ApiReply> reply) => ((await reply).Status, (await reply).Code);

    private static async Task<(int, string?)> ReasonAsync(Task<ApiReply> reply) => ((await reply).Status, (await reply).Reason);
}
