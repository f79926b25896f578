using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary><c>bcb approve</c>: what is sent, what a help desk sees, and that it fits a terminal.</summary>
public sealed class ApproveVerbTests
{
    private const string Id = "0d5bd2bf2f1f4d0f8c63b1f0f9c7a1e4";

    private const string Requested =
        $$$"""{"identity":"alice-admin","approval":"{{{Id}}}","operation":"consume","state":"open","generation":2,"expires_at":"2027-01-01T00:15:00.000Z","operation_id":"{{{Id}}}","trace_id":"2"}""";

    private const string Waiting =
        $$$"""
        {"identity":"alice-admin","approvals":[
          {"approval":"{{{Id}}}","operation":"consume","state":"open","requested_by":{"entity":"7d2e3179-f69b-450c-7179-ac8ee8bd8ca9","name":"userpass-ann"},"requested_at":"2027-01-01T00:00:00.000Z","expires_at":"2027-01-01T00:15:00.000Z","reason":"phone lost","ticket":"HD-4711","verification":"video call, badge seen"},
          {"approval":"1d5bd2bf2f1f4d0f8c63b1f0f9c7a1e4","operation":"issue","state":"denied","requested_by":{"entity":"7d2e3179-f69b-450c-7179-ac8ee8bd8ca9","name":"userpass-ann"},"requested_at":"t","expires_at":"2027-01-01T00:15:00.000Z","reason":"r","ticket":"HD-4712","verification":"none","answered_by":{"entity":"e-2","name":"userpass-bob"},"note":"no badge"}],
         "reviews":[{"operation":"7b1c0f3e9d5a4c2286f4e0aa51c3d9b7","kind":"consume","cause":"approval","at":"2027-01-01T00:05:00.000Z","by":{"name":"token-idp"},"reason":"phone lost","ticket":"HD-4710","requested_by":{"name":"userpass-ann"},"approved_by":{"name":"userpass-bob"}}],
         "operation_id":"1","trace_id":"2"}
        """;

    private static readonly string[] RequestWords = ["--reason", "phone lost", "--ticket", "HD-4711", "--verified-by", "video call, badge seen"];

    [Fact]
    public async Task A_request_says_who_else_has_to_act_and_how()
    {
        var run = new CliRun();
        run.Broker.On("POST /v1/identities/alice-admin/approvals", 201, Requested);
        Assert.Equal(0, await run.RunAsync(["approve", "request", "alice-admin", .. RequestWords]));
        var sent = Assert.Single(run.Broker.Seen).Json;
        Assert.Equal(
            ("consume", "phone lost", "HD-4711", "video call, badge seen", 4),
            ((string?)sent["operation"], (string?)sent["reason"], (string?)sent["ticket"], (string?)sent["verification"], sent.Count));
        Assert.Contains($"  bcb approve give alice-admin {Id}\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(0, await run.RunAsync(["approve", "request", "alice-admin", "--operation", "issue", .. RequestWords, "--json"]));
        Assert.Equal(("issue", Id), ((string?)run.Broker.Seen.Last().Json["operation"], (string?)run.Json["approval"]));
    }

    [Theory]
    [InlineData("give", "approvals/" + Id + "/approve", "--note", "called back", "note", "approved")]
    [InlineData("deny", "approvals/" + Id + "/deny", "--reason", "no badge", "reason", "denied")]
    [InlineData("review", "reviews/" + Id, "--note", "talked to Alice", "note", "reviewed")]
    public async Task An_answer_is_one_call_and_one_line(string part, string route, string option, string words, string member, string done)
    {
        var run = new CliRun();
        run.Broker.On("POST /v1/identities/alice-admin/" + route, 204);
        Assert.Equal(0, await run.RunAsync("approve", part, "alice-admin", Id, option, words));
        Assert.Equal(words, (string?)Assert.Single(run.Broker.Seen).Json[member]);
        Assert.Single(run.Out.TrimEnd().Split('\n'));
        Assert.Equal(0, await run.RunAsync("approve", part, "alice-admin", Id, option, words, "--json"));
        Assert.True((bool?)run.Json[done]);
    }

    [Fact]
    public async Task Who_gives_it_is_told_that_it_is_not_for_them()
    {
        var run = new CliRun();
        run.Broker.On($"POST /v1/identities/alice-admin/approvals/{Id}/approve", 204);
        Assert.Equal(0, await run.RunAsync("approve", "give", "alice-admin", Id));
        Assert.Contains("You gave it, so you cannot use it; nor can whoever asked for it, unless it is to issue.", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_consent_needs_no_note()
    {
        var run = new CliRun();
        run.Broker.On($"POST /v1/identities/alice-admin/approvals/{Id}/approve", 204);
        Assert.Equal(0, await run.RunAsync("approve", "give", "alice-admin", Id));
        Assert.Equal("{}", Assert.Single(run.Broker.Seen).Body);
    }

    [Fact]
    public async Task The_list_of_one_identity_shows_what_waits_within_80_columns()
    {
        var run = new CliRun();
        run.Broker.On("GET /v1/identities/alice-admin/approvals", 200, Waiting);
        Assert.Equal(0, await run.RunAsync("approve", "list", "alice-admin"));
        var lines = run.Out.TrimEnd().Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.Equal("alice-admin: 1 to decide, 1 to review, 1 decided", lines[0]);
        Assert.Contains("[open] consume, until 2027-01-01T00:15:00.000Z", lines);
        Assert.Contains("  approval   " + Id, lines);
        Assert.Contains("  asked by   userpass-ann, entity 7d2e3179-f69b-450c-7179-ac8ee8bd8ca9", lines);
        Assert.Contains("To decide: bcb approve give alice-admin APPROVAL", lines);
        Assert.Contains("To review: bcb approve review alice-admin OPERATION --note TEXT", lines);
        Assert.Equal(0, await run.RunAsync("approve", "list", "alice-admin", "--json"));
        Assert.Equal(2, run.Json["approvals"]!.AsArray().Count);
    }

    [Fact]
    public async Task Without_a_name_every_page_is_looked_through_for_what_waits()
    {
        var run = new CliRun();
        run.Broker.On("GET /v1/identities?limit=200", 200, """{"identities":[{"identity":"alice-admin","open_approvals":1,"open_reviews":1},{"identity":"b"}],"next":"b","operation_id":"1","trace_id":"2"}""");
        run.Broker.On("GET /v1/identities?limit=200&after=b", 200, """{"identities":[{"identity":"c","open_approvals":0,"open_reviews":2}],"next":null,"operation_id":"1","trace_id":"2"}""");
        run.Broker.On("GET /v1/identities/alice-admin/approvals", 200, Waiting);
        run.Broker.Problem("GET /v1/identities/c/approvals", 403, "not-permitted");
        Assert.Equal(0, await run.RunAsync("approve", "list"));
        Assert.Contains("alice-admin: 1 to decide, 1 to review", run.Out, StringComparison.Ordinal);
        Assert.Contains("c: something waits, and your policies do not let you see it", run.Out, StringComparison.Ordinal);
        Assert.Equal(0, await run.RunAsync("approve", "list", "--json"));
        Assert.Equal(["alice-admin", "c"], run.Json["identities"]!.AsArray().Select(i => (string?)i!["identity"]));

        var calm = new CliRun();
        calm.Broker.On("GET /v1/identities?limit=200", 200, """{"identities":[],"next":null,"operation_id":"1","trace_id":"2"}""");
        Assert.Equal(0, await calm.RunAsync("approve", "list"));
        Assert.Equal("Nothing waits.", calm.Out.TrimEnd());
    }

    [Fact]
    public async Task What_could_not_be_read_is_told_as_that_and_not_as_a_matter_of_policies()
    {
        var run = new CliRun();
        run.Broker.On("GET /v1/identities?limit=200", 200, """{"identities":[{"identity":"a","open_approvals":1},{"identity":"b","open_approvals":1}],"next":null,"operation_id":"1","trace_id":"2"}""");
        run.Broker.Problem("GET /v1/identities/a/approvals", 503, "not-ready");
        run.Broker.Problem("GET /v1/identities/b/approvals", 403, "not-permitted");
        Assert.Equal(3, await run.RunAsync("approve", "list", "--json"));
        Assert.Equal(["not-ready", null], run.Json["identities"]!.AsArray().Select(i => (string?)i!["error"]?["code"]));
        Assert.Equal(3, await run.RunAsync("approve", "list"));
        Assert.Contains("a: something waits, and could not be read: not-ready", run.Out, StringComparison.Ordinal);
        Assert.Contains("b: something waits, and your policies do not let you see it", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_shown_any_more_is_counted()
    {
        var run = new CliRun();
        var names = Enumerable.Range(0, 503).Select(i => "n" + i).ToList();
        run.Broker.On("GET /v1/identities?limit=200", 200, "{\"identities\":[" + string.Join(',', names.Select(n => "{\"identity\":\"" + n + "\",\"open_reviews\":1}")) + "],\"next\":null,\"operation_id\":\"1\",\"trace_id\":\"2\"}");
        names.ForEach(n => run.Broker.Problem($"GET /v1/identities/{n}/approvals", 403, "not-permitted"));
        Assert.Equal(0, await run.RunAsync("approve", "list"));
        Assert.Contains("... and 3 more", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_exit_1_and_no_answer_exit_3()
    {
        var run = new CliRun();
        run.Broker.Problem($"POST /v1/identities/alice-admin/approvals/{Id}/approve", 403, "refused", "two people", ""","reason":"not-a-second-person" """);
        Assert.Equal(1, await run.RunAsync("approve", "give", "alice-admin", Id));
        Assert.Contains("reason: not-a-second-person", run.Error, StringComparison.Ordinal);
        run.Broker.Lost("POST /v1/identities/alice-admin/approvals");
        Assert.Equal(3, await run.RunAsync(["approve", "request", "alice-admin", .. RequestWords]));
    }

    [Fact]
    public async Task What_a_server_writes_moves_no_cursor()
    {
        var run = new CliRun();
        run.Broker.On("GET /v1/identities/alice-admin/approvals", 200, Waiting.Replace("phone lost", "phone\\u001b[2Jlost", StringComparison.Ordinal));
        Assert.Equal(0, await run.RunAsync("approve", "list", "alice-admin"));
        Assert.DoesNotContain('\u001b', run.Out);
    }

    [Theory]
    [InlineData("approve")]
    [InlineData("approve list UPPER")]
    [InlineData("approve give alice-admin")]
    [InlineData("approve give alice-admin 0D5BD2BF2F1F4D0F8C63B1F0F9C7A1E4")]
    [InlineData("approve give alice-admin ../../../etc/passwd")]
    [InlineData("approve deny alice-admin " + Id)]
    [InlineData("approve review alice-admin " + Id)]
    [InlineData("approve request alice-admin --reason r --ticket t")]
    [InlineData("approve request alice-admin --reason r --verified-by v")]
    [InlineData("approve request alice-admin --operation drill --reason r --ticket t --verified-by v")]
    public async Task What_is_wrong_is_told_before_anything_is_sent(string arguments)
    {
        var run = new CliRun();
        Assert.Equal(2, await run.RunAsync(arguments.Split(' ')));
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("(see bcb approve", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Broker.Seen);
    }

    [Fact]
    public async Task A_code_in_the_words_for_the_record_is_not_sent()
    {
        var code = Codes.Text(6);
        string[][] all =
        [
            ["approve", "request", "alice-admin", "--reason", code, "--ticket", "t", "--verified-by", "v"],
            ["approve", "request", "alice-admin", "--reason", "r", "--ticket", "t", "--verified-by", "read me " + code],
            ["approve", "give", "alice-admin", Id, "--note", code],
            ["approve", "review", "alice-admin", Id, "--note", code],
        ];
        foreach (var arguments in all)
        {
            var run = new CliRun();
            Assert.Equal(2, await run.RunAsync(arguments));
            Assert.Empty(run.Broker.Seen);
            Assert.DoesNotContain(code, run.Everything, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Each_part_has_help_with_an_example()
    {
        foreach (var part in new[] { "request", "list", "give", "deny", "review" })
        {
            var run = new CliRun();
            Assert.Equal(0, await run.RunAsync("approve", part, "--help"));
            Assert.Contains("Example:\n  bcb approve " + part + " alice-admin", run.Out, StringComparison.Ordinal);
        }
    }
}
