using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Incidents;

/// <summary>Declaring a lockdown: every refusal, then what it does.</summary>
public sealed class DeclareTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private const string Long = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

    private static string LongLabels => string.Join(',', Enumerable.Range(0, 8).Select(i => $"\"{i}\":\"{new string('\uffee', 128)}\""));

    /// <summary>Bodies that are none, and the field that is told.</summary>
    public static TheoryData<string, string> Malformed => new()
    {
        { "{}", "scope" },
        { """{"scope":{},"mode":"void","reason":"r"}""", "scope.all" },
        { """{"scope":{"labels":{}},"mode":"void","reason":"r"}""", "scope.all" },
        { """{"scope":{"all":false},"mode":"void","reason":"r"}""", "scope.all" },
        { """{"scope":{"all":"yes"},"mode":"void","reason":"r"}""", "scope.all" },
        { """{"scope":{"all":true,"owner":"e-1"},"mode":"void","reason":"r"}""", "scope.all" },
        { """{"scope":{"identities":"team-a.*","all":true},"mode":"void","reason":"r"}""", "scope.all" },
        { """{"scope":"*","mode":"void","reason":"r"}""", "scope" },
        { """{"scope":["team-a.*"],"mode":"void","reason":"r"}""", "scope" },
        { """{"scope":{"identities":"*.build"},"mode":"void","reason":"r"}""", "scope.identities" },
        { """{"scope":{"identities":"Team"},"mode":"void","reason":"r"}""", "scope.identities" },
        { """{"scope":{"identities":"../*"},"mode":"void","reason":"r"}""", "scope.identities" },
        { """{"scope":{"identities":""},"mode":"void","reason":"r"}""", "scope.identities" },
        { $$"""{"scope":{"identities":"{{Long}}"},"mode":"void","reason":"r"}""", "scope.identities" },
        { """{"scope":{"owner":"a/b"},"mode":"void","reason":"r"}""", "scope.owner" },
        { $$"""{"scope":{"owner":"{{Long}}"},"mode":"void","reason":"r"}""", "scope.owner" },
        { """{"scope":{"issued_by":"a b"},"mode":"void","reason":"r"}""", "scope.issued_by" },
        { """{"scope":{"activated_by":7},"mode":"void","reason":"r"}""", "scope.activated_by" },
        { """{"scope":{"issued_since":"yesterday"},"mode":"void","reason":"r"}""", "scope.issued_since" },
        { """{"scope":{"issued_since":"2099-01-01T00:00:00Z"},"mode":"void","reason":"r"}""", "scope.issued_since" },
        { """{"scope":{"labels":{"a":1}},"mode":"void","reason":"r"}""", "scope.labels" },
        { """{"scope":{"labels":{"1":"","2":"x"}},"mode":"void","reason":"r"}""", "scope.labels" },
        { """{"scope":{"labels":{"1":"x","2":"x","3":"x","4":"x","5":"x","6":"x","7":"x","8":"x","9":"x"}},"mode":"void","reason":"r"}""", "scope.labels" },
        { """{"scope":{"labels":{LABELS}},"mode":"void","reason":"r"}""".Replace("LABELS", LongLabels, StringComparison.Ordinal), "scope.labels" },
        { """{"scope":{"identities":"a*","canary":1},"mode":"void","reason":"r"}""", "scope.canary" },
        { """{"scope":{"identities":"a*"},"mode":"destroy","reason":"r"}""", "mode" },
        { """{"scope":{"identities":"a*"},"reason":"r"}""", "mode" },
        { """{"scope":{"identities":"a*"},"mode":"void"}""", "reason" },
        { """{"scope":{"identities":"a*"},"mode":"void","reason":"line\nbreak"}""", "reason" },
        { """{"scope":{"identities":"a*"},"mode":"void","reason":"r","expect":-1}""", "expect" },
        { """{"scope":{"identities":"a*"},"mode":"void","reason":"r","expect":"3"}""", "expect" },
        { """{"scope":{"identities":"a*"},"mode":"void","reason":"r","expect":1.5}""", "expect" },
        { """{"scope":{"identities":"a*"},"mode":"void","reason":"r","dry_run":1}""", "dry_run" },
        { """{"scope":{"identities":"a*"},"mode":"void","reason":"r","mod":"void"}""", "mod" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_is_no_declaration_is_400_and_declares_nothing(string body, string field)
    {
        var broker = await environment.SharedAsync();
        using var api = broker.As(await environment.ResponderAsync());
        var before = await environment.StateAsync();
        var refused = await api.SendAsync(HttpMethod.Post, "/v1/lockdowns", body);
        Assert.True(refused.Status == 400 && refused.Code == "malformed", refused.Text);
        Assert.Contains(field, refused.Json.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString()));
        Assert.Equal(before.Version, (await environment.StateAsync()).Version);
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public async Task The_permission_is_asked_on_what_the_names_meant_begin_with()
    {
        var broker = await environment.SharedAsync();
        using var api = broker.As(await environment.ResponderForAsync("team-a."));
        foreach (var (scope, path) in new (object, string)[]
        {
            (new { all = true }, "lockdown/"),
            (new { identities = "*" }, "lockdown/"),
            (new { owner = "e-1" }, "lockdown/"),
            (new { issued_by = "e-1" }, "lockdown/"),
            (new { identities = "team-*" }, "lockdown/team-"),
            (new { identities = "team-b.*" }, "lockdown/team-b."),
            (new { identities = "team-b.x", labels = new { team = "a" } }, "lockdown/team-b.x"),
        })
        {
            var denied = await api.DeclareAsync(scope);
            Assert.Equal((403, "not-permitted"), (denied.Status, denied.Code));
            Assert.Equal($"{environment.Names.AskMount}/{path}", denied.Member("path"));
        }

        Assert.Equal(200, (await api.DeclareAsync(new { identities = "team-a.*" }, dryRun: true)).Status);
        Assert.Equal(200, (await api.DeclareAsync(new { identities = "team-a.x", owner = "e-1" }, dryRun: true)).Status);
        using var all = broker.As(await environment.ResponderAsync());
        Assert.Equal(200, (await all.DeclareAsync(new { all = true }, dryRun: true)).Status);
        Assert.Equal(200, (await all.DeclareAsync(new { identities = "team-b.*" }, dryRun: true)).Status);
    }

    [Fact]
    public async Task Nobody_else_declares_anything()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        foreach (var person in new[] { cast.Team, cast.Owner, cast.Verifier, cast.Desk })
        {
            using var api = broker.As(person);
            Assert.Equal((403, "not-permitted"), await CodeAsync(api.DeclareAsync(new { identities = "team-a.*" })));
        }

        using var nobody = new ApiClient(broker.Address, null);
        Assert.Equal((401, "missing-token"), await CodeAsync(nobody.DeclareAsync(new { all = true })));
        using var root = new ApiClient(broker.Address, environment.Vault.RootToken);
        Assert.Equal((403, "too-broad"), await CodeAsync(root.DeclareAsync(new { all = true })));
    }

    [Fact]
    public async Task A_dry_run_counts_and_names_and_declares_nothing()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var team = Responders.NewTeam();
        foreach (var name in new[] { "b", "a", "c" })
        {
            await environment.HoldingAsync(broker, cast, team, name);
        }

        await broker.RegisterAsync(cast.Team, team + "without-codes", cast.Owner);
        var before = await environment.StateAsync();
        using var api = broker.As(await environment.ResponderAsync());
        var looked = await api.DeclareAsync(new { identities = team + "*" }, dryRun: true, expect: 3);
        Assert.Equal(200, looked.Status);
        Assert.Equal(3, looked.Json.GetProperty("matches").GetInt32());
        Assert.Equal([team + "a", team + "b", team + "c"], looked.Json.Names("identities"));
        Assert.True(looked.Json.GetProperty("dry_run").GetBoolean());
        Assert.Equal(before.Version, (await environment.StateAsync()).Version);
        Assert.Equal(1, (await api.DeclareAsync(new { identities = team + "a" }, dryRun: true)).Json.GetProperty("matches").GetInt32());
        Assert.Equal(3, (await api.DeclareAsync(new { identities = team + "*", issued_by = cast.Owner.EntityId }, dryRun: true)).Json.GetProperty("matches").GetInt32());
        Assert.Equal(0, (await api.DeclareAsync(new { identities = team + "*", activated_by = cast.Team.EntityId }, dryRun: true)).Json.GetProperty("matches").GetInt32());
    }

    [Fact]
    public async Task Another_number_than_expected_is_409_with_the_number_found_and_the_right_one_is_declared()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var team = Responders.NewTeam();
        var holding = await environment.HoldingAsync(broker, cast, team, "a");
        using var api = broker.As(await environment.ResponderAsync());
        using var verifier = broker.As(cast.Verifier);
        foreach (var wrong in new[] { 0, 2 })
        {
            var refused = await api.DeclareAsync(new { identities = team + "*" }, expect: wrong);
            Assert.Equal((409, "expectation-failed"), (refused.Status, refused.Code));
            Assert.Equal("1", refused.Member("found"));
        }

        Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code())).Status);
        var declared = await api.DeclareAsync(new { identities = team + "*" }, expect: 1);
        Assert.True(declared.Status == 201, declared.Text);
        Assert.Equal("1", declared.Member("matches"));
        Assert.Equal(403, (await verifier.ConsumeAsync(holding.Identity, holding.Code(1))).Status);
    }

    [Theory]
    [InlineData("freeze", "frozen")]
    [InlineData("void", "locked-down")]
    [Trait("Requirement", "R-17")]
    public async Task It_is_in_force_for_the_next_consume_on_every_replica(string mode, string reason)
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        await using var other = await environment.StartAsync();
        var team = Responders.NewTeam();
        var holding = await environment.HoldingAsync(broker, cast, team, "a");
        var unharmed = await environment.HoldingAsync(broker, cast);
        using var here = broker.As(cast.Desk);
        using var there = other.As(cast.Desk);
        Assert.Equal(200, (await there.ConsumeAsync(holding.Identity, holding.Code())).Status);
        using var responder = broker.As(await environment.ResponderAsync());
        var declared = await responder.DeclareAsync(new { identities = team + "*" }, mode);
        Assert.Equal(201, declared.Status);
        Assert.Equal("1", declared.Member("matches"));
        Assert.Equal(declared.Json.GetProperty("declared_at").GetDateTimeOffset() + TimeSpan.FromSeconds(5), declared.Json.GetProperty("in_force_at").GetDateTimeOffset(), TimeSpan.FromSeconds(2));

        foreach (var api in new[] { here, there })
        {
            var refused = await api.ConsumeAsync(holding.Identity, holding.Code(1));
            Assert.Equal((403, reason), (refused.Status, refused.Reason));
            Assert.Equal(200, (await api.ConsumeAsync(unharmed.Identity, unharmed.Code(api == here ? 0 : 1))).Status);
        }
    }

    [Fact]
    [Trait("Requirement", "R-26")]
    public async Task The_same_request_under_the_same_key_is_one_lockdown_and_without_a_key_two()
    {
        var broker = await environment.SharedAsync();
        var team = Responders.NewTeam();
        var responder = await environment.ResponderAsync();
        using var api = broker.As(responder);
        var first = await api.DeclareAsync(new { identities = team + "*" }, "freeze", key: "k1");
        var again = await api.DeclareAsync(new { identities = team + "*" }, "freeze", key: "k1");
        Assert.Equal((201, 201), (first.Status, again.Status));
        foreach (var member in new[] { "id", "version", "declared_at", "in_force_at", "matches" })
        {
            Assert.Equal(first.Member(member), again.Member(member));
        }

        Assert.Equal((409, "key-reused"), await CodeAsync(api.DeclareAsync(new { identities = team + "*" }, "void", key: "k1")));
        Assert.Equal((409, "key-reused"), await CodeAsync(api.DeclareAsync(new { identities = team + "x*" }, "freeze", key: "k1")));
        Assert.Equal((400, "malformed"), await CodeAsync(api.DeclareAsync(new { identities = team + "*" }, "freeze", key: new string('k', 129))));

        // Another caller's key is another key; and what was issued since the first is what a second one is for.
        using var other = broker.As(await environment.ResponderAsync());
        var others = await other.DeclareAsync(new { identities = team + "*" }, "freeze", key: "k1");
        var unkeyed = await api.DeclareAsync(new { identities = team + "*" }, "freeze");
        Assert.Equal(3, new[] { first, others, unkeyed }.Select(r => r.Member("id")).Distinct().Count());
        Assert.Equal(3, (await environment.StateAsync()).State.Lockdowns.Count(l => l.Scope.Identities == team + "*"));
    }

    [Fact]
    public async Task No_more_than_sixty_four_are_in_force()
    {
        await using var own = new BrokerEnvironment(environment.Vault);
        await own.InitializeAsync();
        var broker = await own.SharedAsync();
        using var api = broker.As(await own.ResponderAsync());
        await own.FillAsync(leave: 1);
        // Of names with a prefix there are more than their half.
        Assert.Equal((409, "too-many-lockdowns"), await CodeAsync(api.DeclareAsync(new { identities = "team-b.*" }, "freeze")));
        var last = await api.DeclareAsync(new { all = true }, "freeze");
        Assert.True(last.Status == 201, last.Text);
        Assert.Equal((409, "too-many-lockdowns"), await CodeAsync(api.DeclareAsync(new { all = true }, "freeze")));
        Assert.Equal(204, (await api.LiftAsync(last.Member("id")!)).Status);
        Assert.Equal(201, (await api.DeclareAsync(new { all = true }, "freeze")).Status);
    }

    private static async Task<(int, string?)> CodeAsync(Task<ApiReply> reply) => ((await reply).Status, (await reply).Code);
}
