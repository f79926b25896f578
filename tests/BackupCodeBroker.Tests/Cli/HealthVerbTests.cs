using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary><c>bcb health</c>: what a container's health check sees.</summary>
public sealed class HealthVerbTests
{
    private const string Alive = """{"status":"alive","operation_id":"1","trace_id":"2"}""";
    private const string NotReady = """{"status":"not-ready","reasons":["broker/state is missing in Vault: run `bcb bootstrap`","x"],"operation_id":"1","trace_id":"2"}""";

    [Theory]
    [InlineData("/healthz", 200, Alive, 0)]
    [InlineData("/healthz", 503, Alive, 3)]
    [InlineData("/healthz", 200, """{"status":"ready"}""", 3)]
    [InlineData("/healthz", 200, "<html>", 3)]
    [InlineData("/healthz", 200, "[]", 3)]
    [InlineData("/healthz", 404, "", 3)]
    [InlineData("/readyz", 200, """{"status":"ready","reasons":[]}""", 0)]
    [InlineData("/readyz", 503, NotReady, 3)]
    [InlineData("/readyz", 200, Alive, 3)]
    public async Task The_exit_code_says_it(string path, int status, string body, int exit)
    {
        var run = new CliRun();
        run.Broker.On("GET " + path, status, body);
        string[] arguments = path == "/readyz" ? ["health", "--ready"] : ["health"];

        Assert.Equal(exit, await run.RunAsync(arguments));

        var seen = Assert.Single(run.Broker.Seen);
        Assert.Null(seen.Token);
        Assert.Equal(exit == 0, run.Error.Length == 0);
    }

    [Fact]
    public async Task It_needs_no_token_and_says_what_is_missing()
    {
        var run = new CliRun();
        run.Environment.Clear();
        run.Broker.On("GET /readyz", 503, NotReady);

        Assert.Equal(3, await run.RunAsync("health", "--ready", "--json"));

        Assert.Equal("not-ready", (string?)run.Json["error"]!["code"]);
        Assert.Equal("broker/state is missing in Vault: run `bcb bootstrap`; x", (string?)run.Json["error"]!["detail"]);
    }

    [Fact]
    public async Task A_broker_that_is_not_there_is_unavailable_and_an_address_that_is_none_a_usage_error()
    {
        var run = new CliRun();
        run.Broker.Lost("GET /healthz");
        Assert.Equal(3, await run.RunAsync("health"));
        run.Broker.Broken("GET /readyz", () => new TaskCanceledException());
        Assert.Equal(3, await run.RunAsync("health", "--ready"));
        Assert.Equal(2, await run.RunAsync("health", "--address", "http://broker.example:8400"));
    }
}
