using System.Text.Json.Nodes;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary>The verbs that are one call to the broker: what is sent, and how each kind of answer comes out.</summary>
public sealed class BrokerVerbTests
{
    private const string Registered =
        """{"identity":"build-bot","owner":"e-1","entity":null,"external_id":null,"profile":"machine","labels":{},"recertify_by":null,"registered_at":"2027-01-01T00:00:00Z","state":"registered","operation_id":"1","trace_id":"2"}""";

    private const string Issued =
        """{"identity":"build-bot","generation":3,"count":10,"kind":"machine","expires_at":"2027-04-01T00:00:00Z","wrapping":{"token":"s.WRAPPINGtoken00000000000001","accessor":"acc","ttl":300,"creation_time":"2027-01-01T00:00:00.1Z","creation_path":"sys/wrapping/wrap"},"operation_id":"1","trace_id":"2"}""";

    private const string Standing =
        """{"identity":"build-bot","state":"active","remaining":7,"count":10,"kind":"machine","generation":2,"issued_at":"a","activated_at":"b","expires_at":"c","owner":"e-1","entity":null,"external_id":null,"profile":"machine","labels":{"team":"ci"},"recertify_by":null,"registered_at":"d","pending":{"generation":3,"creation_time":"x","deadline":"2027-01-01T00:06:00Z"},"operation_id":"1","trace_id":"2"}""";

    private const string Page =
        """{"identities":[{"identity":"a","state":"active","remaining":3,"generation":1,"expires_at":null,"owner":"e-1","profile":"machine"}],"next":null,"operation_id":"1","trace_id":"2"}""";

    /// <summary>Arguments, route, status and body of a success.</summary>
    public static TheoryData<string, string, int, string> Verbs => new()
    {
        { "register build-bot --owner e-1", "PUT /v1/identities/build-bot", 201, Registered },
        { "issue build-bot", "POST /v1/identities/build-bot/code-sets", 201, Issued },
        { "status build-bot", "GET /v1/identities/build-bot", 200, Standing },
        { "list", "GET /v1/identities?limit=100", 200, Page },
        { "transfer build-bot --owner e-2 --reason moved", "POST /v1/identities/build-bot/transfer", 204, "" },
        { "retire build-bot --reason gone", "POST /v1/identities/build-bot/retire", 204, "" },
        { "revoke build-bot --reason stolen", "POST /v1/identities/build-bot/revoke", 204, "" },
    };

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_success_is_exit_0_and_the_brokers_answer(string arguments, string route, int status, string body)
    {
        var run = new CliRun();
        run.Broker.On(route, status, body);

        Assert.Equal(0, await run.RunAsync([.. arguments.Split(' '), "--json"]));

        var sent = Assert.Single(run.Broker.Seen);
        Assert.Equal(CliRun.Token, sent.Token);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$", sent.TraceParent);
        if (body.Length > 0)
        {
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(body), run.Json), run.Out);
        }

        Assert.Equal(0, await run.RunAsync(arguments.Split(' ')));
        Assert.NotEmpty(run.Out);
        Assert.DoesNotContain(CliRun.Token, run.Everything, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_refusal_is_exit_1_with_detail_path_stanza_and_the_ids_last(string arguments, string route, int status, string body)
    {
        Assert.True(status + body.Length > 0);
        var run = new CliRun();
        run.Broker.Problem(
            route, 403, "not-permitted", "policy does not grant it", ""","path":"p/q","stanza":"path \"p/q\" { capabilities = [\"read\"] }" """);

        Assert.Equal(1, await run.RunAsync(arguments.Split(' ')));

        Assert.Empty(run.Out);
        var lines = run.Error.TrimEnd().Split('\n');
        Assert.Equal("refused: policy does not grant it", lines[0]);
        Assert.Contains("path asked of Vault: p/q", lines);
        Assert.Contains("""  path "p/q" { capabilities = ["read"] }""", lines);
        Assert.Equal($"operation {FakeServer.OperationId}  trace {FakeServer.TraceId}", lines[^1]);

        Assert.Equal(1, await run.RunAsync([.. arguments.Split(' '), "--json"]));
        Assert.Equal("not-permitted", (string?)run.Json["error"]!["code"]);
        Assert.Equal("p/q", (string?)run.Json["error"]!["path"]);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task No_answer_is_exit_3(string arguments, string route, int status, string body)
    {
        Assert.True(status + body.Length > 0);
        var lost = new CliRun();
        lost.Broker.Lost(route);
        Assert.Equal(3, await lost.RunAsync([.. arguments.Split(' '), "--json"]));
        Assert.Equal("no-answer", (string?)lost.Json["error"]!["code"]);

        var busy = new CliRun();
        busy.Broker.Problem(route, 503, "busy");
        Assert.Equal(3, await busy.RunAsync(arguments.Split(' ')));

        // Something else listens there: neither a success nor a refusal, whatever its status says.
        foreach (var (strange, text) in new[] { (200, "<html>"), (200, "{}"), (200, "[]"), (200, "null"), (302, ""), (404, "<html>"), (404, "{}"), (500, "") })
        {
            var stranger = new CliRun();
            stranger.Broker.On(route, strange, text);
            Assert.Equal(3, await stranger.RunAsync(arguments.Split(' ')));
        }
    }

    [Fact]
    public async Task Register_sends_what_was_said_and_nothing_else()
    {
        var run = new CliRun();
        run.Broker.On("PUT /v1/identities/build-bot", 201, Registered);

        Assert.Equal(0, await run.RunAsync(
            "register", "build-bot", "--owner", "e-1", "--profile", "printable", "--entity", "e-2", "--external-id", "bot@example.org",
            "--label", "team=ci", "--label", "env=a=b", "--recertify-by", "2027-01-31"));

        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    """{"owner":"e-1","entity":"e-2","external_id":"bot@example.org","profile":"printable","labels":{"team":"ci","env":"a=b"},"recertify_by":"2027-01-31T00:00:00Z"}"""),
                run.Broker.Seen.Single().Json),
            run.Broker.Seen.Single().Body);
    }

    [Fact]
    public async Task Issue_shows_the_wrapping_token_unbroken_and_says_that_it_is_a_secret()
    {
        var run = new CliRun { Terminal = true };
        run.Environment["NO_COLOR"] = "1";
        run.Broker.On("POST /v1/identities/build-bot/code-sets", 201, Issued);

        Assert.Equal(0, await run.RunAsync("issue", "build-bot"));

        Assert.Contains("s.WRAPPINGtoken00000000000001", run.Out, StringComparison.Ordinal);
        Assert.Contains("is a secret", run.Out, StringComparison.Ordinal);
        Assert.Contains("bcb retrieve build-bot", run.Out, StringComparison.Ordinal);
        Assert.Equal("", run.Broker.Seen.Single().Body);
    }

    [Fact]
    public async Task List_reads_on_to_the_last_page_and_stops_at_one_that_leads_back()
    {
        var run = new CliRun();
        static string Answer(string name, string next) => $$"""{"identities":[{"identity":"{{name}}"}],"next":{{next}},"operation_id":"1","trace_id":"2"}""";
        run.Broker
            .On("GET /v1/identities?limit=1", 200, Answer("a", "\"a\""))
            .On("GET /v1/identities?limit=1&after=a", 200, Answer("b", "\"b\""))
            .On("GET /v1/identities?limit=1&after=b", 200, Answer("c", "\"a\""));

        Assert.Equal(0, await run.RunAsync("list", "--all", "--limit", "1", "--json"));

        Assert.Equal(["a", "b", "c"], run.Json["identities"]!.AsArray().Select(i => (string?)i!["identity"]));
        Assert.Equal(3, run.Broker.Seen.Count);
    }

    [Fact]
    public async Task Field_errors_are_told_one_by_one_and_control_characters_of_servers_never_reach_the_terminal()
    {
        var run = new CliRun();
        run.Broker.Problem(
            "GET /v1/identities/build-bot", 400, "malformed", @"bad\u001b[2Jthing\u202e", ""","errors":[{"field":"owner","message":"no such\u0007 entity"}]""");

        Assert.Equal(1, await run.RunAsync("status", "build-bot"));

        Assert.Contains("refused: bad[2Jthing\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("  owner: no such entity\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Error, c => char.IsControl(c) && c != '\n');

        await run.RunAsync("status", "build-bot", "--json");
        Assert.DoesNotContain(run.Out, c => char.IsControl(c) && c != '\n');
    }

    [Theory]
    [InlineData(false, "", false)]
    [InlineData(true, "1", false)]
    public async Task Without_a_terminal_or_with_NO_COLOR_there_is_no_markup(bool terminal, string noColor, bool escapes)
    {
        var run = new CliRun { Terminal = terminal };
        run.Environment["NO_COLOR"] = noColor;
        run.Broker.On("GET /v1/identities/build-bot", 200, Standing);

        Assert.Equal(0, await run.RunAsync("status", "build-bot"));

        Assert.Equal(escapes, run.Out.Contains('\u001b', StringComparison.Ordinal));
        Assert.Contains("7 of 10", run.Out, StringComparison.Ordinal);
    }
}
