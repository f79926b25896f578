using System.Text.Json.Nodes;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary>Verbs about many identities: what is found is shown and asked about first, and what becomes of each is told.</summary>
public sealed class OwnershipVerbTests : IDisposable
{
    private const string Lists = "GET /v1/identities?limit=200&";
    private const string Ids = "\"operation_id\":\"1\",\"trace_id\":\"2\"";

    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public async Task Offboarding_finds_what_the_leaver_is_and_owns_and_suspends_each()
    {
        var run = Leaver();
        Suspends(run, 204, "team-a.one", "team-a.two", "team-a.self");

        Assert.Equal(0, await run.RunAsync("offboard", "olga@example.org", "--reason", "leaves", "--yes", "--json"));

        Assert.Equal(["team-a.one", "team-a.self", "team-a.two"], run.Json["identities"]!.AsArray().Select(i => (string?)i!["identity"]));
        Assert.Equal((3, 0), ((int)run.Json["suspended"]!, (int)run.Json["failed"]!));
        var sent = run.Broker.Seen.Where(s => s.Method == "POST").ToList();
        Assert.Equal(3, sent.Count);
        Assert.All(sent, s => Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"reason":"leaves","cause":"offboarded"}"""), s.Json)));
    }

    [Fact]
    public async Task Offboarding_goes_on_after_a_failure_and_says_what_was_not_suspended()
    {
        var run = Leaver();
        Suspends(run, 204, "team-a.one", "team-a.self");
        run.Broker.Problem("POST /v1/identities/team-a.two/suspend", 403, "not-permitted");

        Assert.Equal(1, await run.RunAsync("offboard", "olga@example.org", "--reason", "leaves", "--yes"));

        Assert.Contains("NOT suspended: not-permitted", run.Out, StringComparison.Ordinal);
        Assert.Equal(2, run.Out.Split('\n').Count(l => l.TrimEnd().EndsWith("  suspended", StringComparison.Ordinal)));
        Assert.Contains("group", run.Out, StringComparison.Ordinal);

        var lost = Leaver();
        Suspends(lost, 204, "team-a.one");
        lost.Broker.Problem("POST /v1/identities/team-a.two/suspend", 403, "not-permitted");
        lost.Broker.Lost("POST /v1/identities/team-a.self/suspend");
        Assert.Equal(3, await lost.RunAsync("offboard", "olga@example.org", "--reason", "leaves", "--yes", "--json"));
        Assert.Equal((1, 2), ((int)lost.Json["suspended"]!, (int)lost.Json["failed"]!));
    }

    [Theory]
    [InlineData("y\n", 0)]
    [InlineData("yes\n", 0)]
    [InlineData("n\n", 2)]
    [InlineData("\n", 2)]
    [InlineData("", 2)]
    [InlineData("yesterday\n", 2)]
    public async Task At_a_terminal_the_list_is_shown_and_asked_about(string typed, int exit)
    {
        var run = Leaver();
        (run.Typed, run.Input) = ("", typed);
        Suspends(run, 204, "team-a.one", "team-a.two", "team-a.self");

        Assert.Equal(exit, await run.RunAsync("offboard", "olga@example.org", "--reason", "leaves"));

        Assert.Contains("team-a.self", run.Error, StringComparison.Ordinal);
        Assert.Contains("Suspend these 3 identities? [y/N]", run.Error, StringComparison.Ordinal);
        Assert.Equal(exit == 0 ? 3 : 0, run.Broker.Seen.Count(s => s.Method == "POST"));
    }

    [Fact]
    public async Task Where_nobody_can_be_asked_it_has_to_be_said_beforehand()
    {
        var run = Leaver();
        Assert.Equal(2, await run.RunAsync("offboard", "olga@example.org", "--reason", "leaves", "--json"));
        Assert.Equal("not-confirmed", (string?)run.Json["error"]!["code"]);
        Assert.DoesNotContain(run.Broker.Seen, s => s.Method == "POST");
    }

    [Theory]
    [InlineData("leaver@example.org", false)]
    [InlineData("leaver@example.org", true)]
    [InlineData("leaver", true)]
    public async Task Where_nothing_leads_to_the_leavers_entity_it_says_so_and_fails_whatever_it_suspended(string leaver, bool isNamed)
    {
        var run = new CliRun();
        run.Broker.On(Lists + "external_id=" + Uri.EscapeDataString(leaver), 200, isNamed ? Page(Listed("team-a.self")) : Page())
            .On(Lists + "entity=leaver", 200, Page()).On(Lists + "owner=leaver", 200, Page());
        Suspends(run, 204, "team-a.self");
        Assert.Equal(1, await run.RunAsync("offboard", leaver, "--reason", "leaves", "--yes"));
        Assert.Contains("NOT all: no entity known", run.Out, StringComparison.Ordinal);
        Assert.Contains("run it with the entity's id", run.Out, StringComparison.Ordinal);
        Assert.Equal(1, await run.RunAsync("offboard", leaver, "--reason", "leaves", "--yes", "--json"));
        Assert.Equal(("no-entity", isNamed ? 1 : 0), ((string?)run.Json["error"]!["code"], (int)run.Json["suspended"]!));
    }

    [Fact]
    public async Task The_id_that_was_typed_comes_first_and_more_entities_than_one_can_mean_are_nobody()
    {
        var run = new CliRun();
        run.Broker.On(Lists + "external_id=e-9", 200, Page([.. Enumerable.Range(0, 51).Select(i => Listed("team-a.n" + i, $",\"entity\":\"e-{i}\""))]));
        Assert.Equal(1, await run.RunAsync("offboard", "e-9", "--reason", "leaves", "--yes", "--json"));
        Assert.Equal("too-many-entities", (string?)run.Json["error"]!["code"]);
        Assert.Single(run.Broker.Seen);

        var two = new CliRun();
        two.Broker.On(Lists + "external_id=e-9", 200, Page(Listed("team-a.self", ",\"entity\":\"e-1\"")));
        foreach (var entity in new[] { "e-9", "e-1" })
        {
            two.Broker.On(Lists + "entity=" + entity, 200, Page()).On(Lists + "owner=" + entity, 200, Page());
        }

        Suspends(two, 204, "team-a.self");
        Assert.Equal(0, await two.RunAsync("offboard", "e-9", "--reason", "leaves", "--yes"));
        Assert.Equal(["e-9", "e-9", "e-9", "e-1", "e-1"], two.Broker.Seen.Where(s => s.Method == "GET").Select(s => s.Path.Split('=')[^1]));
        Assert.Contains("Only what your token may see", two.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_hands_whose_rest_failed_is_told_as_one()
    {
        var run = Registry();
        run.Broker.On("GET /v1/identities/team-a.half", 200, Standing("team-a.half", "e-2", ",\"external_id\":\"x\"")).On("POST /v1/identities/team-a.half/transfer", 204);
        run.Broker.Problem("PUT /v1/identities/team-a.half", 403, "not-permitted");
        await File.WriteAllTextAsync(_file, "identities:\n- { identity: team-a.half, owner: e-1, profile: machine }\n", TestContext.Current.CancellationToken);
        Assert.Equal(1, await run.RunAsync("apply", "-f", _file, "--yes", "--json", "--reason", "r"));
        var change = run.Json["changes"]![0]!;
        Assert.Equal((false, true, "not-permitted", 1), ((bool)change["applied"]!, (bool)change["transferred"]!, (string?)change["error"]!["code"], (int)run.Json["transferred"]!));
        Assert.Equal(1, await run.RunAsync("apply", "-f", _file, "--yes", "--reason", "r"));
        Assert.Contains("transferred, its codes are ended; the rest NOT done", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leaver_without_anything_is_no_failure_and_a_list_that_fails_stops_it()
    {
        var run = new CliRun();
        run.Broker.On(Lists + "external_id=e-9", 200, Page()).On(Lists + "entity=e-9", 200, Page()).On(Lists + "owner=e-9", 200, Page());
        Assert.Equal(0, await run.RunAsync("offboard", "e-9", "--reason", "leaves"));
        Assert.Contains("Nothing that you may see", run.Out, StringComparison.Ordinal);

        var stopped = new CliRun();
        stopped.Broker.Problem(Lists + "external_id=e-9", 403, "not-permitted");
        Assert.Equal(1, await stopped.RunAsync("offboard", "e-9", "--reason", "leaves", "--yes"));
    }

    [Fact]
    public async Task Applying_shows_what_differs_moves_registers_and_changes_nothing_else()
    {
        var run = Registry();
        Assert.Equal(0, await run.RunAsync("apply", "-f", _file, "--dry-run", "--json"));
        Assert.DoesNotContain(run.Broker.Seen, s => s.Method != "GET");
        Assert.Equal(
            ["register team-a.new", "transfer team-a.moved", "update team-a.changed"],
            run.Json["changes"]!.AsArray().Select(c => $"{c!["change"]} {c["identity"]}"));
        Assert.Equal((0, 0, 1), ((int)run.Json["applied"]!, (int)run.Json["failed"]!, (int)run.Json["unchanged"]!));

        Assert.Equal(0, await run.RunAsync("apply", "-f", _file, "--yes", "--json"));

        Assert.Equal(3, (int)run.Json["applied"]!);
        var sent = run.Broker.Seen.Where(s => s.Method != "GET").Select(s => $"{s.Method} {s.Path} {s.Body}").ToList();
        Assert.Equal(
            [
                """PUT /v1/identities/team-a.new {"owner":"e-1","profile":"machine","labels":{"team":"a"}}""",
                """POST /v1/identities/team-a.moved/transfer {"owner":"e-1","reason":"review","from":"e-2"}""",
                """PUT /v1/identities/team-a.changed {"owner":"e-1","profile":"machine","recertify_by":"2027-01-31T00:00:00Z"}""",
            ],
            sent);
    }

    [Fact]
    public async Task Where_anything_cannot_be_compared_nothing_is_sent()
    {
        var run = Registry();
        run.Broker.Problem("GET /v1/identities/team-a.hidden", 403, "not-permitted");
        await File.AppendAllTextAsync(_file, "\n  - { identity: team-a.hidden, owner: e-1, profile: machine }\n", TestContext.Current.CancellationToken);
        Assert.Equal(1, await run.RunAsync("apply", "-f", _file, "--yes", "--json"));
        Assert.DoesNotContain(run.Broker.Seen, s => s.Method != "GET");
        Assert.Equal("not-permitted", (string?)run.Json["changes"]!.AsArray().Last()!["error"]!["code"]);
    }

    [Fact]
    public async Task A_change_of_hands_needs_a_reason_and_a_retired_identity_stays_so()
    {
        var run = new CliRun();
        run.Broker.On("GET /v1/identities/a", 200, Standing("a", "e-2", "")).On("GET /v1/identities/b", 200, Standing("b", "e-1", ",\"retired_at\":\"2027-01-01T00:00:00Z\""));
        await File.WriteAllTextAsync(_file, "identities:\n- { identity: a, owner: e-1, profile: machine }\n- { identity: b, owner: e-1, profile: machine }\n", TestContext.Current.CancellationToken);
        Assert.Equal(1, await run.RunAsync("apply", "-f", _file, "--yes", "--json"));
        Assert.Equal(["no-reason", "retired"], run.Json["changes"]!.AsArray().Select(c => (string?)c!["error"]!["code"]));
        Assert.DoesNotContain(run.Broker.Seen, s => s.Method != "GET");
    }

    [Fact]
    public async Task A_lost_answer_is_asked_again_and_one_that_fails_does_not_stop_the_others()
    {
        var run = Registry();
        run.Broker.Lost("POST /v1/identities/team-a.again/transfer");
        run.Broker.Problem("POST /v1/identities/team-a.again/transfer", 409, "same-owner");
        run.Broker.On("GET /v1/identities/team-a.again", 200, Standing("team-a.again", "e-2", ""));
        run.Broker.On("GET /v1/identities/team-a.no", 200, Standing("team-a.no", "e-1", ",\"external_id\":\"x\""));
        run.Broker.Problem("PUT /v1/identities/team-a.no", 403, "not-permitted");
        await File.WriteAllTextAsync(
            _file,
            "identities:\n- { identity: team-a.no, owner: e-1, profile: machine }\n- { identity: team-a.again, owner: e-1, profile: machine }\n",
            TestContext.Current.CancellationToken);
        Assert.Equal(1, await run.RunAsync("apply", "-f", _file, "--yes", "--json", "--reason", "r"));
        Assert.Equal([false, true], run.Json["changes"]!.AsArray().Select(c => (bool)c!["applied"]!));
    }

    [Fact]
    public async Task A_file_with_mistakes_is_exit_2_with_their_lines_and_one_that_is_not_there_too()
    {
        var run = new CliRun();
        await File.WriteAllTextAsync(_file, "identities:\n- { identity: A }\n", TestContext.Current.CancellationToken);
        Assert.Equal(2, await run.RunAsync("apply", "-f", _file, "--yes"));
        Assert.Contains("line 2: identity is ", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, await run.RunAsync("apply", "-f", _file + ".none", "--yes"));
        Assert.Equal(2, await run.RunAsync("apply", "-f", Path.GetTempPath(), "--yes"));
        Assert.Empty(run.Broker.Seen);
    }

    [Fact]
    public async Task A_transfer_to_the_owner_that_it_has_is_told_in_the_words_of_the_command_line()
    {
        var run = new CliRun();
        run.Broker.Problem("POST /v1/identities/a/transfer", 409, "same-owner", "send confirm: true");
        Assert.Equal(1, await run.RunAsync("transfer", "a", "--owner", "e-2", "--reason", "r", "--json"));
        Assert.Equal(
            "e-2 already is the owner of a, and nothing was changed. To say that an owner who looks different is still the right one: bcb transfer a --confirm --reason TEXT",
            (string?)run.Json["error"]!["detail"]);
    }

    [Fact]
    public async Task A_folder_in_place_of_the_file_is_called_one()
    {
        var run = new CliRun();
        Assert.Equal(2, await run.RunAsync("apply", "-f", Path.GetTempPath()));
        Assert.Contains("the file cannot be read: it is a folder", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Confirming_names_the_registered_owner_and_a_transfer_needs_one()
    {
        var run = new CliRun();
        run.Broker.On("GET /v1/identities/a", 200, Standing("a", "e-2", "")).On("POST /v1/identities/a/transfer", 204);
        Assert.Equal(0, await run.RunAsync("transfer", "a", "--confirm", "--reason", "renamed"));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"owner":"e-2","reason":"renamed","confirm":true}"""), run.Broker.Seen.Last().Json));
        Assert.Equal(2, await run.RunAsync("transfer", "a", "--reason", "renamed"));
        Assert.Equal(2, await run.RunAsync("transfer", "a", "--owner", "e-3"));
    }

    [Fact]
    public async Task A_list_asks_for_what_is_wanted_and_reads_past_empty_pages()
    {
        var run = new CliRun();
        const string Wanted = "&mine=true&owner=e-1&state=suspended&label=team%3Da&label=n%3D1";
        run.Broker
            .On("GET /v1/identities?limit=100" + Wanted, 200, $$"""{"identities":[],"next":"~000001000",{{Ids}}}""")
            .On("GET /v1/identities?limit=100&after=~000001000" + Wanted, 200, Page("""{"identity":"a","state":"suspended","suspension":{"since":"t","cause":"offboarded"},"owner":"g","owner_kind":"group"}"""));
        Assert.Equal(0, await run.RunAsync("list", "--mine", "--owner", "e-1", "--state", "suspended", "--label", "team=a", "--label", "n=1"));
        Assert.Contains("suspended (offboarded)", run.Out, StringComparison.Ordinal);
        Assert.Contains("g (group)", run.Out, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_file);

    private static string Page(params string[] identities) => $$"""{"identities":[{{string.Join(',', identities)}}],{{Ids}}}""";

    private static string Listed(string name, string rest = "") => $$"""{"identity":"{{name}}","state":"active","owner":"e-1"{{rest}}}""";

    private static string Standing(string name, string owner, string rest) =>
        $$"""{"identity":"{{name}}","state":"active","owner":"{{owner}}","profile":"machine","labels":{}{{rest}},{{Ids}}}""";

    // Called so elsewhere is team-a.self, whose entity e-1 owns two more, one of a group of that id, and one that is over.
    private static CliRun Leaver()
    {
        var run = new CliRun();
        run.Broker
            .On(Lists + "external_id=olga%40example.org", 200, Page(Listed("team-a.self", ",\"entity\":\"e-1\"")))
            .On(Lists + "entity=e-1", 200, Page(Listed("team-a.self", ",\"entity\":\"e-1\"")))
            .On(Lists + "owner=e-1", 200, Page(Listed("team-a.one"), Listed("team-a.group", ",\"owner_kind\":\"group\""), Listed("team-a.two"),
                """{"identity":"team-a.old","state":"retired","owner":"e-1"}"""));
        return run;
    }

    private static void Suspends(CliRun run, int status, params string[] names)
    {
        foreach (var name in names)
        {
            run.Broker.On($"POST /v1/identities/{name}/suspend", status);
        }
    }

    private CliRun Registry()
    {
        File.WriteAllText(_file, """
            reason: review
            identities:
              - { identity: team-a.new, owner: e-1, profile: machine, labels: { team: a } }
              - { identity: team-a.moved, owner: e-1, profile: machine }
              - { identity: team-a.changed, owner: e-1, profile: machine, recertify_by: 2027-01-31 }
              - { identity: team-a.same, owner: e-1, profile: machine }
            """);
        var run = new CliRun();
        run.Broker.Problem("GET /v1/identities/team-a.new", 403, "refused", rest: ",\"reason\":\"unknown-identity\"");
        run.Broker.On("GET /v1/identities/team-a.moved", 200, Standing("team-a.moved", "e-2", ""))
            .On("GET /v1/identities/team-a.changed", 200, Standing("team-a.changed", "e-1", ",\"external_id\":\"old\""))
            .On("GET /v1/identities/team-a.same", 200, Standing("team-a.same", "e-1", ""))
            .On("POST /v1/identities/team-a.moved/transfer", 204);
        foreach (var name in new[] { "team-a.new", "team-a.changed", "team-a.moved" })
        {
            run.Broker.On("PUT /v1/identities/" + name, 200, $$"""{"identity":"{{name}}","owner":"e-1","profile":"machine",{{Ids}}}""");
        }

        return run;
    }
}
