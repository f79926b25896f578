using System.Text.Json.Nodes;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary>An incident at the command line.</summary>
public sealed class LockdownVerbTests : IDisposable
{
    private const string Id = "20270131120000-5f2a9c0b17de";
    private const string Declared = $$"""{"id":"{{Id}}","mode":"void","scope":{"identities":"team-a.*"},"version":9,"declared_at":"2027-01-31T12:00:00.000Z","in_force_at":"2027-01-31T12:00:05.000Z","matches":3,"operation_id":"1","trace_id":"2"}""";
    private const string Looked = """{"dry_run":true,"mode":"void","scope":{},"matches":3,"identities":["team-a.1","team-a.2","team-a.3"],"more":0,"as_of":"2027-01-31T12:00:00.000Z","operation_id":"1","trace_id":"2"}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-lockdown").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--identities team-a.* --reason r", "--freeze")]
    [InlineData("--freeze --void --identities team-a.* --reason r", "--freeze")]
    [InlineData("--void --reason r", "--all")]
    [InlineData("--void --all --owner e-1 --reason r", "--all")]
    [InlineData("--void --all", "--reason")]
    [InlineData("--void --identities *.build --reason r", "--identities")]
    [InlineData("--void --label team --reason r", "NAME=VALUE")]
    [InlineData("--void --issued-since yesterday --reason r", "--issued-since")]
    [InlineData("--void --all --reason r --expect -1", "--expect")]
    public async Task What_is_asked_wrongly_is_exit_2_and_nothing_is_sent(string arguments, string named)
    {
        var run = new CliRun();
        Assert.Equal(2, await run.RunAsync(["lockdown", "declare", .. arguments.Split(' ')]));
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Contains("bcb lockdown declare --help", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Broker.Seen);
    }

    [Fact]
    public async Task Everything_that_was_said_is_sent_and_nothing_else()
    {
        var run = new CliRun();
        run.Broker.On("POST /v1/lockdowns", 201, Declared);
        Assert.Equal(0, await run.RunAsync(
            "lockdown", "declare", "--void", "--identities", "team-a.*", "--owner", "e-1", "--label", "tier=1", "--label", "env=a=b", "--issued-since", "2027-01-31",
            "--issued-by", "e-2", "--activated-by", "acc.3", "--reason", "stolen laptop", "--expect", "3", "--json"));
        var sent = Assert.Single(run.Broker.Seen);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    """{"scope":{"identities":"team-a.*","owner":"e-1","labels":{"tier":"1","env":"a=b"},"issued_since":"2027-01-31T00:00:00Z","issued_by":"e-2","activated_by":"acc.3"},"mode":"void","reason":"stolen laptop","expect":3}"""),
                sent.Json),
            sent.Body);
        Assert.Matches("^[0-9a-f]{32}$", sent.Key);
        Assert.Equal(Id, (string?)run.Json["id"]);
    }

    [Fact]
    public async Task Everything_is_said_by_all()
    {
        var run = new CliRun();
        run.Broker.On("POST /v1/lockdowns", 201, Declared);
        Assert.Equal(0, await run.RunAsync("lockdown", "declare", "--freeze", "--all", "--reason", "r"));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"scope":{"all":true},"mode":"freeze","reason":"r"}"""), run.Broker.Seen.Single().Json));
        Assert.Contains(Id, run.Out, StringComparison.Ordinal);
        Assert.Contains("3 identities", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_names_and_declares_nothing()
    {
        var run = new CliRun();
        run.Broker.On("POST /v1/lockdowns", 200, Looked);
        Assert.Equal(0, await run.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r", "--dry-run"));
        Assert.True(run.Broker.Seen.Single().Json["dry_run"]!.GetValue<bool>());
        Assert.Contains("3 identities with codes match. Nothing was declared.", run.Out, StringComparison.Ordinal);
        Assert.Contains("  team-a.2", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y", 0, 2)]
    [InlineData("Y", 0, 2)]
    [InlineData("n", 1, 1)]
    [InlineData("\n", 1, 1)]
    [InlineData("\u0003", 1, 1)]
    public async Task On_a_terminal_it_asks_with_the_number_that_matches(string typed, int exit, int requests)
    {
        var run = new CliRun { Typed = typed, Terminal = true };
        run.Broker.On("POST /v1/lockdowns", 200, Looked).On("POST /v1/lockdowns", 201, Declared);
        Assert.Equal(exit, await run.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r"));
        Assert.Contains("Void the codes of 3 identities, for good? [y/N]", run.Error, StringComparison.Ordinal);
        Assert.Equal(requests, run.Broker.Seen.Count);
        Assert.Equal(exit == 0, run.Broker.Seen.Last().Json["dry_run"] is null);
        Assert.Equal(exit == 0 ? 3 : null, (int?)run.Broker.Seen.Last().Json["expect"]);
    }

    [Fact]
    public async Task Where_the_broker_has_no_time_to_count_it_asks_without_a_number_and_declares()
    {
        var run = new CliRun { Typed = "y", Terminal = true };
        run.Broker.Problem("POST /v1/lockdowns", 503, "busy", "too many counts").On("POST /v1/lockdowns", 201, Declared);
        Assert.Equal(0, await run.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r"));
        Assert.Contains("too many counts", run.Error, StringComparison.Ordinal);
        Assert.Contains("Void the codes of all that match, for good? [y/N]", run.Error, StringComparison.Ordinal);
        Assert.Null(run.Broker.Seen.Last().Json["expect"]);

        var refused = new CliRun { Typed = "y", Terminal = true };
        refused.Broker.Problem("POST /v1/lockdowns", 403, "not-permitted");
        Assert.Equal(1, await refused.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r"));
        Assert.Single(refused.Broker.Seen);
    }

    [Theory]
    [InlineData("lost", true)]
    [InlineData("unknown-outcome", true)]
    [InlineData("busy", false)]
    [InlineData("unavailable", false)]
    [InlineData("away", false)]
    public async Task Only_what_may_have_been_declared_is_said_to_be_open(string what, bool isOpen)
    {
        const string route = "POST /v1/lockdowns";
        var run = new CliRun();
        for (var attempt = 0; attempt < 4; attempt++)
        {
            _ = what switch
            {
                "lost" => run.Broker.Lost(route),
                "away" => run.Broker.Away(route),
                _ => run.Broker.Problem(route, 503, what),
            };
        }

        Assert.Equal(3, await run.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r", "--json"));

        var detail = (string?)run.Json["error"]!["detail"];
        Assert.Equal(isOpen, detail!.Contains("Whether the lockdown was declared is not known", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dry_run_expects_what_it_is_told_to()
    {
        var run = new CliRun();
        run.Broker.Problem("POST /v1/lockdowns", 409, "expectation-failed", "another number", ",\"found\":7");
        Assert.Equal(1, await run.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r", "--dry-run", "--expect", "3"));
        Assert.Equal((3, true), ((int)run.Broker.Seen.Single().Json["expect"]!, (bool)run.Broker.Seen.Single().Json["dry_run"]!));
    }

    [Fact]
    public async Task With_yes_it_does_not_ask()
    {
        var run = new CliRun { Typed = "", Terminal = true };
        run.Broker.On("POST /v1/lockdowns", 201, Declared);
        Assert.Equal(0, await run.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r", "--yes"));
        Assert.Single(run.Broker.Seen);
    }

    [Fact]
    public async Task Another_number_than_expected_is_exit_1_with_the_number_found()
    {
        var run = new CliRun();
        run.Broker.Problem("POST /v1/lockdowns", 409, "expectation-failed", "another number", ",\"found\":7");
        Assert.Equal(1, await run.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r", "--expect", "3"));
        Assert.Contains("found: 7", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, await run.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r", "--expect", "3", "--json"));
        Assert.Equal(7, (int?)run.Json["error"]!["found"]);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_under_the_same_key()
    {
        var run = new CliRun();
        run.Broker.Lost("POST /v1/lockdowns").On("POST /v1/lockdowns", 201, Declared);
        Assert.Equal(0, await run.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r"));
        Assert.Equal(2, run.Broker.Seen.Count);
        Assert.Single(run.Broker.Seen.Select(s => s.Key).Distinct());

        var lost = new CliRun();
        lost.Broker.Lost("POST /v1/lockdowns");
        Assert.Equal(3, await lost.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r"));
        Assert.Contains("bcb lockdown list", lost.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Watching_goes_on_until_nothing_is_left_to_end(bool terminal)
    {
        var run = new CliRun { Terminal = terminal };
        run.Broker.On("POST /v1/lockdowns", 201, Declared)
            .On("GET /v1/lockdowns/" + Id, 200, Story(null))
            .On("GET /v1/lockdowns/" + Id, 200, Story(Progress(1, false)))
            .On("GET /v1/lockdowns/" + Id, 200, Story(Progress(1, false)))
            .On("GET /v1/lockdowns/" + Id, 200, Story(Progress(3, true)));
        Assert.Equal(0, await run.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r", "--watch"));
        Assert.Equal(3, run.Pauses.Count);
        Assert.Contains("3 of 3 ended, 1 of 3 re-issued; nothing is left to end", run.Out, StringComparison.Ordinal);
        if (!terminal)
        {
            Assert.Equal([$"Lockdown {Id} is declared.", "1 of 3 ended, 1 of 3 re-issued", "3 of 3 ended, 1 of 3 re-issued; nothing is left to end"], run.Error.TrimEnd().Split('\n'));
        }
    }

    [Fact]
    public async Task Evidence_is_for_its_owner_alone_and_has_story_names_and_ids()
    {
        var file = Path.Combine(_folder, "incident.json");
        var run = new CliRun();
        run.Broker.On("GET /v1/lockdowns/" + Id, 200, Story(Progress(3, true)))
            .On($"GET /v1/lockdowns/{Id}?limit=500", 200, Story(null, Hits("team-a.2", "team-a.1", "team-a.2")))
            .On($"GET /v1/lockdowns/{Id}?limit=500&after=team-a.2", 200, Story(null, Hits("team-a.3")))
            .On($"GET /v1/lockdowns/{Id}?limit=500&after=team-a.3", 200, Story(null, Hits(null, "team-a.4")));
        Assert.Equal(0, await run.RunAsync("lockdown", "status", Id, "--evidence", file));
        var evidence = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        Assert.Equal(("op-1", "trace-1"), ((string?)evidence["operations"]![0]!["operation_id"], (string?)evidence["operations"]![0]!["trace_id"]));
        Assert.Equal("team-a.2", (string?)evidence["lockdown"]!["progress"]!["identities"]![1]);
        Assert.Equal(["team-a.1", "team-a.2", "team-a.4"], evidence["identities"]!.AsArray().Select(i => (string?)i!["identity"]));
        Assert.True((bool)evidence["identities"]![0]!["ended"]!);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.Single(Directory.GetFiles(_folder));
        Assert.Contains(file, run.Out, StringComparison.Ordinal);

        // Never in the place of another, and nothing is sent then.
        var again = new CliRun();
        Assert.Equal(2, await again.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r", "--evidence", file));
        Assert.Contains("exists already", again.Error, StringComparison.Ordinal);
        Assert.Empty(again.Broker.Seen);
        Assert.Equal(2, await again.RunAsync("lockdown", "status", Id, "--evidence", Path.Combine(_folder, "none", "x.json")));

        // Nothing is left where nothing was to be told of.
        var refused = new CliRun();
        refused.Broker.Problem("POST /v1/lockdowns", 403, "not-permitted");
        Assert.Equal(1, await refused.RunAsync("lockdown", "declare", "--void", "--all", "--reason", "r", "--evidence", Path.Combine(_folder, "other.json")));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("declare")]
    public async Task Evidence_that_could_not_be_written_is_exit_3_and_leaves_no_file(string part)
    {
        var file = Path.Combine(_folder, "incident.json");
        string[] arguments = part == "status"
            ? ["lockdown", "status", Id, "--evidence", file]
            : ["lockdown", "declare", "--void", "--all", "--reason", "r", "--evidence", file];
        foreach (var (prepare, named) in new (Action<FakeServer>, string)[]
        {
            (s => s.Problem($"GET /v1/lockdowns/{Id}?limit=500", 503, "unavailable", "Vault cannot be reached"), "Vault cannot be reached"),
            (s => s.On($"GET /v1/lockdowns/{Id}?limit=500", 200, Story(null)), "earlier version"),
            (s => s.Broken($"GET /v1/lockdowns/{Id}?limit=500", () => new IOException("no space is left")), "no evidence was written"),
        })
        {
            var run = new CliRun();
            run.Broker.On("POST /v1/lockdowns", 201, Declared).On("GET /v1/lockdowns/" + Id, 200, Story(Progress(3, true)));
            prepare(run.Broker);
            Assert.Equal(3, await run.RunAsync(arguments));
            Assert.Contains(named, run.Error, StringComparison.Ordinal);
            Assert.Equal(part == "declare", run.Error.Contains($"Lockdown {Id} is declared.", StringComparison.Ordinal));
            Assert.Empty(Directory.GetFiles(_folder));
        }
    }

    [Fact]
    public async Task Status_tells_who_why_how_far_and_who_has_no_new_codes()
    {
        var run = new CliRun();
        run.Broker.On("GET /v1/lockdowns/" + Id, 200, Story(Progress(3, true)));
        Assert.Equal(0, await run.RunAsync("lockdown", "status", Id));
        foreach (var words in new[] { $"Lockdown {Id}: void of team-a.*, in force.", "by userpass-rita", "stolen laptop", "3 of 3 ended, 1 of 3 re-issued", "Without new codes:", "  team-a.1", "and 7 more" })
        {
            Assert.Contains(words, run.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_list_is_read_to_its_end_and_lifting_says_so()
    {
        var run = new CliRun();
        const string Older = "20260131120000-5f2a9c0b17de";
        run.Broker.On("GET /v1/lockdowns?limit=50&identities=team-a.%2A", 200, $$"""{"lockdowns":[],"next":"{{Id}}","operation_id":"1","trace_id":"2"}""")
            .On($"GET /v1/lockdowns?limit=50&identities=team-a.%2A&before={Id}", 200, $$"""{"lockdowns":[{{Story(Progress(3, true))}}],"next":"{{Older}}","operation_id":"1","trace_id":"2"}""")
            .On($"GET /v1/lockdowns?limit=50&identities=team-a.%2A&before={Older}", 200, """{"lockdowns":[],"operation_id":"1","trace_id":"2"}""")
            .On($"POST /v1/lockdowns/{Id}/lift", 204);
        Assert.Equal(0, await run.RunAsync("lockdown", "list", "--identities", "team-a.*"));
        Assert.Contains(Id, run.Out, StringComparison.Ordinal);
        Assert.Equal(0, await run.RunAsync("lockdown", "lift", Id, "--reason", "found"));
        Assert.Equal("found", (string?)run.Broker.Seen.Last().Json["reason"]);
        Assert.Equal(2, await run.RunAsync("lockdown", "lift", "../x", "--reason", "found"));
        Assert.Equal(2, await run.RunAsync("lockdown", "lift", Id));
        Assert.Equal(2, await run.RunAsync("lockdown"));
    }

    private static string Progress(int ended, bool complete) =>
        $$"""{"as_of":"2027-01-31T12:01:00.000Z","complete":{{(complete ? "true" : "false")}},"matched":3,"ended":{{ended}},"reissued":1,"identities":["team-a.1","team-a.2","team-a.3"],"more_identities":0,"waiting":["team-a.1","team-a.2"],"more_waiting":7}""";

    private static string Hits(string? next, params string[] names) =>
        $$"""{"as_of":"2027-01-31T12:01:00.000Z","identities":[{{string.Join(',', names.Select(n => $$"""{"identity":"{{n}}","ended":true,"reissued":false}"""))}}]{{(next is null ? "" : $",\"next\":\"{next}\"")}}}""";

    private static string Story(string? progress, string? hits = null) =>
        $$"""{"id":"{{Id}}","mode":"void","scope":{"identities":"team-a.*"},"version":9,"declared":{"at":"2027-01-31T12:00:00.000Z","entity":"e-1","name":"userpass-rita","reason":"stolen laptop","operation_id":"op-1","trace_id":"trace-1"},"in_force_at":"2027-01-31T12:00:05.000Z","in_force":true{{(progress is null ? "" : ",\"progress\":" + progress)}}{{(hits is null ? "" : ",\"hits\":" + hits)}},"operation_id":"1","trace_id":"2"}""";
}
