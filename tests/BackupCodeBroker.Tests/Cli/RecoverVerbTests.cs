using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary><c>bcb recover</c>: what is said of the code where no wrap was handed out.</summary>
public sealed class RecoverVerbTests
{
    private const string Route = "POST /v1/identities/alice/recover";

    private static readonly string[] Arguments = ["recover", "alice", "--wrapped", "--json"];

    [Theory]
    [InlineData(429, "throttled")]
    [InlineData(503, "not-ready")]
    [InlineData(503, "unavailable")]
    public async Task What_certainly_did_nothing_is_told_as_it_is(int status, string code)
    {
        var run = new CliRun { Input = Codes.Text(42) };
        run.Broker.Problem(Route, status, code, "This request spent no code");

        Assert.Equal(3, await run.RunAsync(Arguments));

        Assert.Equal("This request spent no code", (string?)run.Json["error"]!["detail"]);
    }

    [Fact]
    public async Task What_may_have_been_done_is_told_with_the_key_to_repeat_it()
    {
        var run = new CliRun { Input = Codes.Text(42) };
        run.Broker.Lost(Route).Problem(Route, 503, "not-ready", "This request spent no code");

        Assert.Equal(3, await run.RunAsync([.. Arguments, "--idempotency-key", "mine-1"]));

        var error = run.Json["error"]!;
        Assert.Contains("Whether the code was spent is not known. Repeat the same command with --idempotency-key mine-1", (string?)error["detail"], StringComparison.Ordinal);
        Assert.Equal("mine-1", (string?)error["idempotency_key"]);
    }
}
