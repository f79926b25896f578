using System.Text.Json;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary><c>bcb who-can</c> as it is typed: what it prints and how it ends, over a Vault and a broker whose every answer is written down.</summary>
public sealed class WhoCanVerbTests
{
    private const string Alice = "11111111-aaaa-bbbb-cccc-000000000001";
    private const string Policy = "path \"backup-codes-broker/consume/*\" { capabilities = [\"read\"] }";
    private const string Default = "path \"auth/token/lookup-self\" { capabilities = [\"read\"] }\npath \"sys/capabilities-self\" { capabilities = [\"update\"] }";

    [Fact]
    public async Task It_names_who_may_by_which_stanza_and_through_which_log_in()
    {
        var run = Given();

        Assert.Equal(0, await run.RunAsync("who-can", "build-bot", "--operation", "consume", "--operation", "issue"));

        Assert.Contains("build-bot: owner entity " + Alice, run.Out, StringComparison.Ordinal);
        Assert.Matches("consume +alice +verifier: path \"backup-codes-broker/consume/\\*\" from entity +auth/oidc, role all", run.Out);
        Assert.Matches("issue +nobody", run.Out);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task The_document_is_one_and_holds_the_same()
    {
        var run = Given();

        Assert.Equal(0, await run.RunAsync("who-can", "build-bot", "--json"));

        Assert.Equal(["issue", "retrieve", "consume", "approve"], run.Json["operations"]!.AsArray().Select(operation => (string?)operation!["operation"]));
        Assert.True((bool)run.Json["complete"]!);
        var holder = Assert.Single(run.Json["operations"]![2]!["holders"]!.AsArray())!;
        Assert.Equal(("entity", Alice, "alice"), ((string?)holder["kind"], (string?)holder["id"], (string?)holder["name"]));
        var way = Assert.Single(holder["ways"]!.AsArray())!;
        Assert.Equal(("auth/oidc", true, false), ((string?)way["log_in"], (bool)way["certain"]!, (bool)way["as_owner"]!));
        Assert.Equal("entity", (string?)way["stanzas"]![0]!["given_by"]![0]);
    }

    [Fact]
    public async Task Names_that_would_move_a_terminal_arrive_without_what_does_it()
    {
        const string evil = "al\u001b[2Jice\u202e\r\u0007";
        var run = Given(name: evil, role: "r\u001b]0;x\u0007ole", entityPolicies: ["verifier", "ver\u009bifier"]);

        Assert.Equal(3, await run.RunAsync("who-can", "build-bot"));

        Assert.Contains("al[2Jice", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Out, c => char.IsControl(c) && c != '\n' || c == '\u202e');
        Assert.DoesNotContain(run.Error, c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public async Task What_could_not_be_read_is_listed_with_what_would_open_it_and_makes_it_incomplete()
    {
        var run = Given();
        Denied(run, "LIST /v1/identity/group/id");

        Assert.Equal(3, await run.RunAsync("who-can", "build-bot", "--operation", "consume"));

        Assert.Contains("INCOMPLETE", run.Out, StringComparison.Ordinal);
        Assert.Contains("path \"identity/group/id\" { capabilities = [\"list\"] }", run.Out, StringComparison.Ordinal);
        Assert.Contains("alice", run.Out, StringComparison.Ordinal);
        Assert.Equal(3, await run.RunAsync("who-can", "build-bot", "--json"));
        Assert.False((bool)run.Json["complete"]!);
        Assert.Equal("identity/group/id", (string?)run.Json["not_read"]![0]!["about"]);
    }

    [Fact]
    public async Task A_policy_that_does_not_parse_is_named_with_whoever_carries_it()
    {
        var run = Given(policy: "path \"x\" { capabilities = [\"fly\"] }");

        Assert.Equal(3, await run.RunAsync("who-can", "build-bot", "--json"));

        Assert.Contains(run.Json["not_read"]!.AsArray(), gap => (string?)gap!["about"] == "policy verifier" && ((string?)gap["why"])!.Contains("fly", StringComparison.Ordinal));
        Assert.Equal("alice", (string?)Assert.Single(run.Json["unsure"]!.AsArray())!["name"]);
    }

    [Fact]
    public async Task An_auth_method_that_is_not_known_is_no_empty_one()
    {
        var run = Given(type: "vault-plugin-auth-own");

        Assert.Equal(3, await run.RunAsync("who-can", "build-bot"));

        Assert.Contains("auth/oidc: this program does not know what the method 'vault-plugin-auth-own' gives", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_that_the_broker_does_not_tell_leaves_owners_out_and_says_so()
    {
        var run = Given(broker: false);
        run.Broker.Problem("GET /v1/identities/build-bot", 403, "not-permitted", rest: ",\"stanza\":\"path \\\"backup-codes-broker/status/build-bot\\\" { capabilities = [\\\"read\\\"] }\"");

        Assert.Equal(3, await run.RunAsync("who-can", "build-bot"));

        Assert.Contains("build-bot: owner not known", run.Out, StringComparison.Ordinal);
        Assert.Contains("grants on @owned were not resolved", run.Out, StringComparison.Ordinal);
        Assert.Contains("path \"backup-codes-broker/status/build-bot\"", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_Vault_does_not_take_gets_no_empty_answer()
    {
        var run = new CliRun();
        run.Vault.On("GET /v1/auth/token/lookup-self", 403, """{"errors":["permission denied"]}""");

        Assert.Equal(1, await run.RunAsync("who-can", "build-bot", "--json"));

        Assert.Equal("invalid-token", (string?)run.Json["error"]!["code"]);
        Assert.Single(run.Vault.Seen);
        Assert.Empty(run.Broker.Seen);
    }

    [Fact]
    public async Task Without_the_log_in_that_everybody_comes_through_it_is_lost()
    {
        var run = Given();

        Assert.Equal(1, await run.RunAsync("who-can", "build-bot", "--without", "oidc/", "--json"));
        Assert.Equal("lost", (string?)run.Json["standing"]!["outlook"]);
        Assert.Equal("auth/oidc", (string?)run.Json["without"]![0]);

        Assert.Equal(0, await run.RunAsync("who-can", "build-bot", "--without", "auth/approle"));
        Assert.Contains("Without auth/approle: somebody who could spend a code comes another way", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recover_needs_no_token_so_that_it_is_whoever_holds_a_code()
    {
        var run = Given(policy: "path \"backup-codes-broker/+/build-bot\" { capabilities = [\"read\"] }");

        Assert.Equal(0, await run.RunAsync("who-can", "build-bot", "--operation", "recover"));
        Assert.Matches("recover +whoever holds a live code +the code, where the profile hands something out +none needed", run.Out);
        Assert.DoesNotContain("alice", run.Out, StringComparison.Ordinal);

        Assert.Equal(0, await run.RunAsync("who-can", "build-bot", "--operation", "recover", "--json"));
        var operation = Assert.Single(run.Json["operations"]!.AsArray())!;
        Assert.True((bool)operation["by_code"]!);
        Assert.Null(operation["path"]);
        Assert.Empty(operation["holders"]!.AsArray());
        Assert.Empty(operation["policies"]!.AsArray());
    }

    [Fact]
    public async Task What_a_code_alone_is_enough_for_is_told_whatever_is_asked_of_an_identity()
    {
        var run = Given();

        Assert.Equal(0, await run.RunAsync("who-can", "build-bot"));
        Assert.Contains("recover needs no token: whoever holds a live code may, where the profile hands something out.", run.Out, StringComparison.Ordinal);
        Assert.Equal(0, await run.RunAsync("who-can", "build-bot", "--json"));
        Assert.Equal("recover", (string?)Assert.Single(run.Json["by_code"]!.AsArray()));
        Assert.All(run.Json["operations"]!.AsArray(), operation => Assert.False((bool)operation!["by_code"]!));
    }

    [Theory]
    [InlineData("who-can build-bot --without auth/oidc --without auth/userpass --json")]
    [InlineData("who-can --without userpass/ --json")]
    public async Task A_log_in_that_is_not_mounted_is_an_error_and_no_good_news(string arguments)
    {
        var run = Given();

        Assert.Equal(2, await run.RunAsync(arguments.Split(' ')));

        Assert.Equal(("usage", "this Vault has no auth mount auth/userpass; it has auth/approle, auth/oidc"), ((string?)run.Json["error"]!["code"], (string?)run.Json["error"]!["detail"]));
        Assert.Empty(run.Broker.Seen);
    }

    [Fact]
    public async Task A_log_in_that_could_not_be_checked_is_not_read()
    {
        var run = Given();
        Denied(run, "GET /v1/sys/auth");

        Assert.Equal(3, await run.RunAsync("who-can", "build-bot", "--without", "auth/oidcc", "--json"));

        Assert.Contains(run.Json["not_read"]!.AsArray(), gap => (string?)gap!["about"] == "auth/oidcc" && ((string?)gap["why"])!.Contains("could not be checked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_circle_is_told_where_the_label_says_what_the_codes_restore()
    {
        var run = Given(labels: """{"unlocks":"auth/oidc"}""");

        Assert.Equal(0, await run.RunAsync("who-can", "build-bot"));

        Assert.Contains("circle: its codes restore auth/oidc, and everybody who may spend", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_all_identities_the_lost_ones_are_told_last_and_circles_by_their_label()
    {
        var run = Given();
        run.Broker.On("GET /v1/identities?limit=200", 200, Page("build-bot", "cold.one"));
        run.Broker.On("GET /v1/identities?limit=200&label=unlocks%3Dauth%2Foidc", 200, Page("build-bot"));
        run.Broker.On("GET /v1/identities?limit=200&label=unlocks%3Dvault", 200, Page("cold.one"));

        Assert.Equal(1, await run.RunAsync("who-can", "--without", "auth/oidc"));
        Assert.Contains("2: nobody could spend a code: everybody who may comes through it", run.Out, StringComparison.Ordinal);
        Assert.Contains("recover needs no token", run.Out, StringComparison.Ordinal);
        Assert.Contains("circle: build-bot: its codes restore auth/oidc", run.Out, StringComparison.Ordinal);
        Assert.Contains("circle: cold.one: its codes restore the Vault that keeps them", run.Out, StringComparison.Ordinal);

        Assert.Equal(1, await run.RunAsync("who-can", "--without", "auth/oidc", "--json"));
        Assert.Equal(["lost", "lost"], run.Json["identities"]!.AsArray().Select(one => (string?)one!["outlook"]));
        Assert.Equal("recover", (string?)Assert.Single(run.Json["by_code"]!.AsArray()));
        Assert.Equal(["log-in", "vault"], run.Json["circles"]!.AsArray().Select(one => (string?)one!["kind"]));
    }

    [Theory]
    [InlineData("who-can")]
    [InlineData("who-can UPPER")]
    [InlineData("who-can x --operation fly")]
    [InlineData("who-can --operation consume")]
    [InlineData("who-can x --without a//b")]
    public async Task What_is_asked_wrongly_is_exit_2_and_nothing_is_sent(string arguments)
    {
        var run = new CliRun();

        Assert.Equal(2, await run.RunAsync(arguments.Split(' ')));

        Assert.Empty(run.Vault.Seen);
        Assert.Empty(run.Broker.Seen);
    }

    // Everything that is asked of a Vault with one person, who logs in by OIDC and holds one policy.
    private static CliRun Given(
        string name = "alice", string role = "all", string policy = Policy, string type = "oidc", string[]? entityPolicies = null, string labels = "{}", bool broker = true)
    {
        var run = new CliRun();
        run.Vault.On("GET /v1/auth/token/lookup-self", 200, Data(new { accessor = "a", entity_id = "e", display_name = "auditor", policies = new[] { "bcb-auditor" }, ttl = 60, path = "auth/token/create", type = "service" }));
        run.Vault.On("GET /v1/sys/auth", 200, Data(new Dictionary<string, object>
        {
            ["oidc/"] = new { type, accessor = "auth_oidc_1" },
            ["approle/"] = new { type = "approle", accessor = "auth_approle_1" },
        }));
        run.Vault.On("LIST /v1/auth/approle/role", 404, """{"errors":[]}""");
        run.Vault.On("LIST /v1/auth/oidc/role", 200, Data(new { keys = new[] { role } }));
        run.Vault.On("GET /v1/auth/oidc/role/" + role, 200, Data(new { token_policies = Array.Empty<string>() }));
        run.Vault.On("LIST /v1/identity/entity/id", 200, Data(new { keys = new[] { Alice } }));
        run.Vault.On("GET /v1/identity/entity/id/" + Alice, 200, Data(new
        {
            id = Alice,
            name,
            disabled = false,
            policies = entityPolicies ?? ["verifier"],
            aliases = new[] { new { id = "x", name = "alice@example.org", mount_accessor = "auth_oidc_1", mount_path = "auth/oidc/" } },
        }));
        run.Vault.On("LIST /v1/identity/group/id", 404, """{"errors":[]}""");
        run.Vault.On("LIST /v1/sys/policies/acl", 200, Data(new { keys = (string[])["default", .. entityPolicies ?? ["verifier"], "root"] }));
        run.Vault.On("GET /v1/sys/policies/acl/default", 200, Data(new { policy = Default }));
        run.Vault.On("GET /v1/sys/policies/acl/verifier", 200, Data(new { policy }));
        if (broker)
        {
            run.Broker.On("GET /v1/identities/build-bot", 200, $$"""{"identity":"build-bot","state":"active","owner":"{{Alice}}","labels":{{labels}}}""");
        }

        return run;
    }

    private static void Denied(CliRun run, string route) => run.Vault.Replace(route, 403, """{"errors":["1 error occurred:\n\t* permission denied\n\n"]}""");

    private static string Data(object data) => JsonSerializer.Serialize(new { request_id = "r", data });

    private static string Page(params string[] names) => JsonSerializer.Serialize(new
    {
        identities = names.Select(identity => new { identity, state = "active", owner = "somebody" }),
        next = (string?)null,
    });
}
