using System.Text.Json;
using BackupCodeBroker.Core.Codes;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary><c>bcb consume</c>: how the code gets in, what is found here, and that a lost answer never spends twice.</summary>
public sealed class ConsumeVerbTests
{
    private const string Route = "POST /v1/identities/build-bot/consume";

    private const string Consumed =
        """{"identity":"build-bot","generation":2,"consumed_at":"2027-01-01T00:00:00Z","remaining":2,"warnings":["few codes are left"],"assurance":"aal1","operation_id":"1","trace_id":"2"}""";

    private static readonly string Code = Codes.Text(42);

    private static readonly string[] Arguments = ["consume", "build-bot", "--purpose", "ticket 4711"];

    [Fact]
    public async Task A_code_from_standard_input_is_spent_in_its_canonical_form()
    {
        var run = new CliRun { Input = Code.ToLowerInvariant().Replace('-', ' ') + "\r\nmore\n" };
        run.Broker.On(Route, 200, Consumed);

        Assert.Equal(0, await run.RunAsync(Arguments));

        var sent = Assert.Single(run.Broker.Seen);
        Assert.Equal(Code, (string?)sent.Json["code"]);
        Assert.Equal("ticket 4711", (string?)sent.Json["purpose"]);
        Assert.Equal(2, sent.Json.Count);
        Assert.Matches("^[0-9a-f]{32}$", sent.Key);
        Assert.Contains(sent.Key!, run.Error, StringComparison.Ordinal);
        Assert.Contains("few codes are left", run.Out, StringComparison.Ordinal);
        AssertSilent(run);
    }

    [Fact]
    public async Task A_code_that_is_typed_is_not_shown_and_backspace_takes_back()
    {
        var run = new CliRun { Typed = Code[..^1] + "xx\b\b" + Code[^1] + "\nrest" };
        run.Broker.On(Route, 200, Consumed);

        Assert.Equal(0, await run.RunAsync(Arguments));

        Assert.Equal(Code, (string?)run.Broker.Seen.Single().Json["code"]);
        Assert.Contains("Backup code (not shown): ", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.ShownBeforeEchoStopped);
        AssertSilent(run);
    }

    [Fact, Trait("Requirement", "R-06")]
    public async Task A_typo_is_refused_here_and_nothing_is_sent()
    {
        var swapped = Enumerable.Range(5, Code.Length - 6).First(i => Code[i] != Code[i + 1] && Code[i] != '-' && Code[i + 1] != '-');
        string[] typos =
        [
            Code[..10] + (Code[10] == '7' ? '8' : '7') + Code[11..],
            Code[..swapped] + Code[swapped + 1] + Code[swapped] + Code[(swapped + 2)..],
            Code[..^1],
            Code + "0",
            "X" + Code[1..],
            Code.Replace('1', '!'),
            "",
            "   ",
            new string('A', 4096),
        ];
        foreach (var typo in typos)
        {
            foreach (var typed in new[] { false, true })
            {
                var run = typed ? new CliRun { Typed = typo + "\n" } : new CliRun { Input = typo + "\n" };
                Assert.Equal(2, await run.RunAsync([.. Arguments, "--json"]));
                Assert.Empty(run.Broker.Seen);
                Assert.NotNull(run.Json["error"]);
                if (typo.Trim().Length > 0)
                {
                    Assert.DoesNotContain(typo, run.Everything, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public void Input_is_read_no_further_than_a_code_can_be_long()
    {
        using var endless = new Endless();
        var input = new BackupCodeBroker.Cli.Terminal.SecretPrompt(new BackupCodeBroker.Cli.CliSurroundings
        {
            Out = TextWriter.Null,
            Error = TextWriter.Null,
            In = endless,
            Variable = _ => null,
            Home = "",
        });

        Assert.IsType<BackupCodeBroker.Cli.Terminal.SecretInput.Missing>(input.Ask("backup code", BackupCode.MaxTextLength));
        Assert.Equal(BackupCode.MaxTextLength + 1, endless.Count);
    }

    [Fact, Trait("Requirement", "R-14")]
    public async Task While_the_outcome_is_open_it_is_asked_again_under_the_same_key()
    {
        var run = new CliRun { Input = Code };
        run.Broker.Lost(Route).Problem(Route, 503, "unknown-outcome").On(Route, 200, Consumed);

        Assert.Equal(0, await run.RunAsync([.. Arguments, "--json"]));

        Assert.Equal(3, run.Broker.Seen.Count);
        Assert.Single(run.Broker.Seen.Select(s => (s.Key, s.Body)).Distinct());
        Assert.Equal(run.Broker.Seen.First().Key, (string?)run.Json["idempotency_key"]);
    }

    [Fact]
    public async Task When_it_stays_open_the_key_to_repeat_with_is_told()
    {
        var run = new CliRun { Input = Code };
        run.Broker.Problem(Route, 503, "unknown-outcome");

        Assert.Equal(3, await run.RunAsync([.. Arguments, "--idempotency-key", "mine-1", "--json"]));

        Assert.Equal(4, run.Broker.Seen.Count);
        Assert.All(run.Broker.Seen, s => Assert.Equal("mine-1", s.Key));
        Assert.Equal("mine-1", (string?)run.Json["error"]!["idempotency_key"]);
        Assert.Contains("--idempotency-key mine-1", (string?)run.Json["error"]!["detail"], StringComparison.Ordinal);
        AssertSilent(run);
    }

    [Theory]
    [InlineData(429, "throttled")]
    [InlineData(503, "not-ready")]
    [InlineData(503, "unavailable")]
    [InlineData(503, "busy")]
    public async Task What_certainly_did_nothing_is_told_as_it_is(int status, string code)
    {
        var run = new CliRun { Input = Code };
        run.Broker.Problem(Route, status, code, "not now");

        Assert.Equal(3, await run.RunAsync([.. Arguments, "--json"]));

        Assert.Equal("not now", (string?)run.Json["error"]!["detail"]);
    }

    [Fact]
    public async Task A_broker_that_cannot_be_reached_has_spent_nothing()
    {
        var run = new CliRun { Input = Code };
        run.Broker.Away(Route);

        Assert.Equal(3, await run.RunAsync([.. Arguments, "--json"]));

        Assert.EndsWith("no connection", (string?)run.Json["error"]!["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("unknown-outcome")]
    [InlineData("internal")]
    [InlineData("no broker")]
    public async Task What_may_have_been_done_stays_so_whatever_is_answered_to_its_repeats(string first)
    {
        var run = new CliRun { Input = Code };
        _ = first switch
        {
            "lost" => run.Broker.Lost(Route),
            "no broker" => run.Broker.On(Route, 502, "<html>"),
            _ => run.Broker.Problem(Route, 503, first),
        };
        run.Broker.Problem(Route, 429, "throttled").Away(Route).Problem(Route, 503, "not-ready", "nothing was spent");

        Assert.Equal(3, await run.RunAsync([.. Arguments, "--json"]));

        var detail = (string?)run.Json["error"]!["detail"];
        Assert.Contains("Whether the code was spent is not known", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing was spent", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_After_is_heeded_and_bounded()
    {
        var run = new CliRun { Input = Code };
        run.Broker.On(Route, 503, Busy, retryAfter: 2).On(Route, 503, Busy, retryAfter: 3600).On(Route, 200, Consumed);

        Assert.Equal(0, await run.RunAsync(Arguments));

        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)], run.Pauses);
    }

    [Theory]
    [InlineData(403, "refused", 1)]
    [InlineData(409, "key-reused", 1)]
    [InlineData(400, "malformed", 1)]
    [InlineData(401, "invalid-token", 1)]
    public async Task A_refusal_is_not_repeated(int status, string code, int exit)
    {
        var run = new CliRun { Input = Code };
        run.Broker.Problem(Route, status, code, rest: ""","reason":"spent" """);

        Assert.Equal(exit, await run.RunAsync(Arguments));

        Assert.Single(run.Broker.Seen);
        Assert.Contains("reason: spent", run.Error, StringComparison.Ordinal);
        AssertSilent(run);
    }

    private static string Busy => JsonSerializer.Serialize(new { code = "busy", detail = "later" });

    private static void AssertSilent(CliRun run)
    {
        Assert.DoesNotContain(Code, run.Everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Code[11..16], run.Everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(CliRun.Token, run.Everything, StringComparison.Ordinal);
    }

    private sealed class Endless : TextReader
    {
        public int Count { get; private set; }

        public override int Read()
        {
            Count++;
            return 'A';
        }
    }
}
