using BackupCodeBroker.Core.Codes;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary><c>bcb retrieve</c> and <c>bcb claim</c>: theft shows, and nothing is lost.</summary>
public sealed class RetrieveVerbTests : IDisposable
{
    private const string Wrapping = "s.CANARYwrappingTOKEN00000001";
    private const string Created = "2027-01-01T00:00:00.123456789Z";
    private const string Status = "GET /v1/identities/build-bot";
    private const string Activate = "POST /v1/identities/build-bot/code-sets/3/activate";
    private const string Intercepted = "POST /v1/identities/build-bot/code-sets/3/intercepted";
    private const string LookUp = "POST /v1/sys/wrapping/lookup";
    private const string Unwrap = "POST /v1/sys/wrapping/unwrap";
    private const string NotValid = """{"errors":["wrapping token is not valid or does not exist"]}""";

    private static readonly string[] CodesIn = Codes.Set(10);
    private static readonly DateTimeOffset Deadline = new(2027, 1, 1, 0, 6, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-cli").FullName;

    private string OutFile => Path.Combine(_folder, "codes");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact, Trait("Requirement", "R-07")]
    public async Task Codes_are_looked_up_opened_checked_activated_and_then_shown()
    {
        var run = Good();

        Assert.Equal(0, await run.RunAsync("retrieve", "build-bot"));

        Assert.All(CodesIn, code => Assert.Contains(code, run.Out, StringComparison.Ordinal));
        Assert.Equal([LookUp, Unwrap], run.Vault.Seen.Select(s => $"{s.Method} {s.Path}"));
        Assert.Equal(CliRun.Token, run.Vault.Seen.Last().Token);
        Assert.Equal(Wrapping, (string?)run.Vault.Seen.Last().Json["token"]);
        Assert.Equal([Status, Activate], run.Broker.Seen.Select(s => $"{s.Method} {s.Path}"));
        Assert.Equal(Codes.Activation, (string?)run.Broker.Seen.Last().Json["activation"]);
        Assert.Single(run.Broker.Seen.Concat(run.Vault.Seen).Select(s => s.TraceParent).Distinct());
        AssertSilent(run, codesMayShow: true);
    }

    [Theory, Trait("Requirement", "R-08")]
    [InlineData("garbage")]
    [InlineData("s.CANARYwrapping")]
    [InlineData("hvs.short")]
    public async Task What_has_not_a_wrapping_tokens_form_was_mistyped_and_accuses_nobody(string typed)
    {
        var run = Good();
        run.Input = typed + "\n";
        Assert.Equal(2, await run.RunAsync("retrieve", "build-bot"));
        Assert.Empty(run.Broker.Seen.Concat(run.Vault.Seen));
    }

    [Fact, Trait("Requirement", "R-08")]
    public async Task A_wrap_older_than_what_waits_is_another_issues_and_accuses_nobody()
    {
        var run = Waiting();
        run.Vault.On(LookUp, 200, Wrap("2026-12-31T23:59:00.123456789Z"));
        Assert.Equal(1, await run.RunAsync("retrieve", "build-bot"));
        Assert.Equal([Status], run.Broker.Seen.Select(s => $"{s.Method} {s.Path}"));
        Assert.Equal([LookUp], run.Vault.Seen.Select(s => $"{s.Method} {s.Path}"));
    }

    [Theory]
    [InlineData("\u0003")]
    [InlineData("s.CANARY\u0003")]
    [InlineData("\u0004")]
    public async Task Control_c_and_d_at_the_prompt_send_nothing(string keys)
    {
        var run = Good();
        run.Typed = keys;
        Assert.Equal(2, await run.RunAsync("retrieve", "build-bot"));
        Assert.Empty(run.Broker.Seen.Concat(run.Vault.Seen));
        AssertSilent(run, codesMayShow: false);
    }

    [Fact]
    public async Task For_programs_the_codes_are_in_the_one_document()
    {
        var run = Good();
        Assert.Equal(0, await run.RunAsync("retrieve", "build-bot", "--json"));
        Assert.Equal(CodesIn, run.Json["codes"]!.AsArray().Select(c => (string?)c));
        Assert.True((bool?)run.Json["activated"]);
    }

    [Fact]
    public async Task To_a_file_they_go_readable_by_their_owner_alone_and_nowhere_else()
    {
        var run = Good();

        Assert.Equal(0, await run.RunAsync("retrieve", "build-bot", "--out", OutFile, "--json"));

        Assert.Equal(CodesIn, (await File.ReadAllLinesAsync(OutFile, TestContext.Current.CancellationToken)).Where(l => l[0] != '#'));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(OutFile));
        }

        Assert.Equal(OutFile, (string?)run.Json["file"]);
        Assert.Null(run.Json["codes"]);
        AssertSilent(run);
    }

    [Fact]
    public async Task A_file_that_exists_or_cannot_be_made_stops_it_while_nothing_can_be_lost()
    {
        await File.WriteAllTextAsync(OutFile, "precious", TestContext.Current.CancellationToken);
        foreach (var path in new[] { OutFile, Path.Combine(_folder, "no", "such", "folder"), _folder })
        {
            foreach (var verb in new[] { "retrieve", "claim" })
            {
                var run = Good();
                Assert.Equal(2, await run.RunAsync(verb, "build-bot", "--out", path));
                Assert.Empty(run.Broker.Seen);
                Assert.Empty(run.Vault.Seen);
            }
        }

        Assert.Equal("precious", await File.ReadAllTextAsync(OutFile, TestContext.Current.CancellationToken));
    }

    /// <summary>What somebody could have done, what is found at Vault, and the word for it.</summary>
    public static TheoryData<string, string, string, string> Thefts => new()
    {
        { "opened before", "", "", "wrap-gone" },
        { "wrapped again", "2027-01-01T00:01:00.000000001Z", "", "creation-time-differs" },
        { "opened in between", Created, "", "unwrap-refused" },
        { "another identity's", Created, Codes.Payload("other-bot", codes: CodesIn), "content-differs" },
        { "another generation's", Created, Codes.Payload(generation: 2, codes: CodesIn), "content-differs" },
        { "no codes", Created, """{"secret":"hello"}""", "content-differs" },
        { "an empty set", Created, Codes.Payload(), "content-differs" },
        { "a code twice", Created, Codes.Payload(codes: [CodesIn[0], CodesIn[1], CodesIn[0]]), "content-differs" },
        { "a broken code", Created, Codes.Payload(codes: [CodesIn[0], CodesIn[1][..^1] + (CodesIn[1][^1] == '0' ? '1' : '0')]), "content-differs" },
        { "codes of another kind", Created, Codes.Payload(codes: Codes.Set(3, CodeKind.Printable)), "content-differs" },
        { "no activation secret", Created, Codes.Payload(activation: "", codes: CodesIn), "content-differs" },
    };

    [Theory]
    [MemberData(nameof(Thefts))]
    [Trait("Requirement", "R-08")]
    public async Task What_looks_intercepted_is_reported_and_said_plainly(string what, string created, string payload, string reason)
    {
        var run = Waiting();
        run.Broker.On(Intercepted, 204);
        run.Vault.On(LookUp, created.Length == 0 ? 400 : 200, created.Length == 0 ? NotValid : Wrap(created));
        run.Vault.On(Unwrap, payload.Length == 0 ? 400 : 200, payload.Length == 0 ? NotValid : Data(payload));

        Assert.Equal(1, await run.RunAsync("retrieve", "build-bot", "--out", OutFile));

        var report = run.Broker.Seen.Last();
        Assert.Equal(Intercepted, $"{report.Method} {report.Path}");
        Assert.Equal(reason, (string?)report.Json["reason"]);
        Assert.Contains("Somebody", run.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("was reported", run.Error, StringComparison.Ordinal);
        Assert.Contains("work as they did, unless they have ended since (bcb status build-bot)", run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.DoesNotContain(run.Broker.Seen, s => s.Path.EndsWith("/activate", StringComparison.Ordinal));
        Assert.False(File.Exists(OutFile), what);
        AssertSilent(run);

        run.Input = Wrapping;
        Assert.Equal(1, await run.RunAsync("retrieve", "build-bot", "--json"));
        Assert.Equal("intercepted", (string?)run.Json["error"]!["code"]);
        Assert.Equal(reason, (string?)run.Json["error"]!["reason"]);
    }

    [Fact]
    public async Task A_report_that_does_not_arrive_is_said_as_well()
    {
        var run = Waiting();
        run.Broker.Lost(Intercepted);
        run.Vault.On(LookUp, 400, NotValid);

        Assert.Equal(1, await run.RunAsync("retrieve", "build-bot"));

        Assert.Contains("could NOT be reported", run.Error, StringComparison.Ordinal);
        Assert.Contains("bcb revoke build-bot", run.Error, StringComparison.Ordinal);
        Assert.Equal(4, run.Broker.Seen.Count(s => s.Path.EndsWith("/intercepted", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(-61, true)]
    [InlineData(-60, false)]
    [InlineData(1, false)]
    public async Task A_wrap_whose_own_time_is_over_is_late_and_not_stolen_by_the_brokers_clock(int secondsFromDeadline, bool stolen)
    {
        var run = Waiting(Deadline.AddSeconds(secondsFromDeadline));
        run.Broker.On(Intercepted, 204);
        run.Vault.On(LookUp, 400, NotValid);

        Assert.Equal(1, await run.RunAsync("retrieve", "build-bot", "--json"));

        Assert.Equal(stolen ? "intercepted" : "lapsed", (string?)run.Json["error"]!["code"]);
        Assert.Equal(stolen, run.Broker.Seen.Any(s => s.Path.EndsWith("/intercepted", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Where_nothing_waits_the_wrap_is_left_alone_and_a_strangers_activation_is_pointed_at()
    {
        var run = new CliRun { Input = Wrapping };
        run.Broker.On(Status, 200, """{"identity":"build-bot","state":"active","generation":3,"activated_at":"2027-01-01T00:01:00Z","pending":null}""");

        Assert.Equal(1, await run.RunAsync("retrieve", "build-bot"));

        Assert.Contains("if that was neither you nor a colleague", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Vault.Seen);
    }

    [Theory]
    [InlineData(LookUp, 503, """{"errors":["Vault is sealed"]}""", 3)]
    [InlineData(Unwrap, 503, """{"errors":["Vault is sealed"]}""", 3)]
    [InlineData(Unwrap, 500, """{"errors":["internal error"]}""", 3)]
    [InlineData(Unwrap, 403, """{"errors":["permission denied"]}""", 1)]
    [InlineData(Unwrap, 403, """{"errors":["1 error occurred:\n\t* permission denied\n\n"]}""", 1)]
    public async Task Faults_and_the_users_own_lack_of_rights_are_no_theft(string route, int status, string body, int exit)
    {
        var run = Waiting();
        run.Vault.On(LookUp, route == LookUp ? status : 200, route == LookUp ? body : Wrap(Created));
        run.Vault.On(Unwrap, status, body);

        Assert.Equal(exit, await run.RunAsync("retrieve", "build-bot", "--out", OutFile));

        Assert.DoesNotContain(run.Broker.Seen, s => s.Path.EndsWith("/intercepted", StringComparison.Ordinal));
        Assert.False(File.Exists(OutFile));
    }

    [Fact, Trait("Requirement", "R-11")]
    public async Task An_activation_that_is_refused_leaves_no_file_behind()
    {
        var run = Opened();
        run.Broker.Problem(Activate, 403, "refused", rest: ""","reason":"lapsed" """);

        Assert.Equal(1, await run.RunAsync("retrieve", "build-bot", "--out", OutFile));

        Assert.False(File.Exists(OutFile));
        Assert.Contains("not activated", run.Error, StringComparison.Ordinal);
        AssertSilent(run);

        run.Input = Wrapping;
        Assert.Equal(1, await run.RunAsync("retrieve", "build-bot"));
        AssertSilent(run);
    }

    [Fact]
    public async Task A_lost_answer_to_an_activation_is_asked_for_again()
    {
        var run = Opened();
        run.Broker.Lost(Activate).Problem(Activate, 503, "unknown-outcome").On(Activate, 204);

        Assert.Equal(0, await run.RunAsync("retrieve", "build-bot", "--out", OutFile));

        Assert.True(File.Exists(OutFile));
    }

    [Fact]
    public async Task Where_nobody_knows_whether_they_are_active_the_codes_are_kept()
    {
        var run = Opened();
        run.Broker.Lost(Activate);

        Assert.Equal(3, await run.RunAsync("retrieve", "build-bot", "--out", OutFile));
        Assert.True(File.Exists(OutFile));
        Assert.Contains("not known", run.Error, StringComparison.Ordinal);

        run.Input = Wrapping;
        Assert.Equal(3, await run.RunAsync("retrieve", "build-bot", "--json"));
        Assert.Equal(10, run.Json["codes"]!.AsArray().Count);
        Assert.NotNull(run.Json["error"]);
    }

    [Fact]
    public async Task Where_the_status_says_that_they_are_active_they_are()
    {
        var run = new CliRun { Input = Wrapping };
        run.Broker.On(Status, 200, Standing()).On(Status, 200, """{"identity":"build-bot","state":"active","generation":3,"activated_at":"2027-01-01T00:01:00Z"}""");
        run.Broker.Lost(Activate);
        run.Vault.On(LookUp, 200, Wrap(Created)).On(Unwrap, 200, Data(Codes.Payload(codes: CodesIn)));

        Assert.Equal(0, await run.RunAsync("retrieve", "build-bot", "--out", OutFile));
        Assert.True(File.Exists(OutFile));
    }

    [Theory]
    [InlineData("")]
    [InlineData(CliRun.Token)]
    [InlineData("not a token")]
    public async Task What_cannot_be_a_wrapping_token_is_never_sent(string input)
    {
        var run = new CliRun { Input = input };
        Assert.Equal(2, await run.RunAsync("retrieve", "build-bot"));
        Assert.Empty(run.Broker.Seen);
        Assert.Empty(run.Vault.Seen);
    }

    [Fact]
    public async Task Claim_is_issue_and_retrieve_in_one_and_shows_no_token()
    {
        var run = Opened();
        run.Broker.On("POST /v1/identities/build-bot/code-sets", 201, Issued(Wrapping)).On(Activate, 204);

        Assert.Equal(0, await run.RunAsync("claim", "build-bot"));

        Assert.All(CodesIn, code => Assert.Contains(code, run.Out, StringComparison.Ordinal));
        Assert.Equal(["POST /v1/identities/build-bot/code-sets", Activate], run.Broker.Seen.Select(s => $"{s.Method} {s.Path}"));
        AssertSilent(run, codesMayShow: true);
    }

    [Fact]
    public async Task Claim_sees_a_theft_too()
    {
        var run = new CliRun();
        run.Broker.On("POST /v1/identities/build-bot/code-sets", 201, Issued(Wrapping)).On(Intercepted, 204);
        run.Vault.On(LookUp, 400, NotValid);

        Assert.Equal(1, await run.RunAsync("claim", "build-bot"));

        Assert.Contains(run.Broker.Seen, s => s.Path.EndsWith("/3/intercepted", StringComparison.Ordinal));
    }

    private static CliRun Waiting(DateTimeOffset? now = null)
    {
        var run = new CliRun { Input = Wrapping };
        run.Broker.Date = now ?? Deadline.AddMinutes(-5);
        run.Broker.On(Status, 200, Standing());
        return run;
    }

    private static CliRun Opened()
    {
        var run = Waiting();
        run.Vault.On(LookUp, 200, Wrap(Created)).On(Unwrap, 200, Data(Codes.Payload(codes: CodesIn)));
        return run;
    }

    private static CliRun Good()
    {
        var run = Opened();
        run.Broker.On(Activate, 204);
        return run;
    }

    private static string Standing() =>
        $$"""{"identity":"build-bot","state":"pending","pending":{"generation":3,"creation_time":"{{Created}}","deadline":"{{Deadline:O}}"},"operation_id":"1","trace_id":"2"}""";

    private static string Issued(string token) =>
        $$"""{"identity":"build-bot","generation":3,"count":10,"wrapping":{"token":"{{token}}","accessor":"a","ttl":300,"creation_time":"{{Created}}","creation_path":"sys/wrapping/wrap"} }""";

    private static string Wrap(string created) =>
        $$"""{"request_id":"r","data":{"creation_path":"sys/wrapping/wrap","creation_time":"{{created}}","creation_ttl":300} }""";

    private static string Data(string payload) => $$"""{"request_id":"r","data":{{payload}} }""";

    private static void AssertSilent(CliRun run, bool codesMayShow = false)
    {
        Assert.DoesNotContain(CliRun.Token, run.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain(Wrapping, run.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain(Codes.Activation, run.Everything, StringComparison.Ordinal);
        Assert.True(codesMayShow || !CodesIn.Any(c => run.Everything.Contains(c, StringComparison.Ordinal)));
    }
}
