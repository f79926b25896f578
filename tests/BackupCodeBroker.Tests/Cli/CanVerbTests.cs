using System.Text.Json;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary><c>bcb can</c>: the four answers, from what Vault says about the three paths.</summary>
public sealed class CanVerbTests
{
    private const string Route = "POST /v1/sys/capabilities-self";
    private const string Plain = "backup-codes-broker/consume/build-bot";
    private const string Owned = "backup-codes-broker/consume/@owned";
    private const string Probe = "backup-codes-broker/@probe/@probe";

    [Theory]
    [InlineData("read", "deny", "deny", 0, "granted", Plain)]
    [InlineData("read", "read", "deny", 0, "granted", Plain)]
    [InlineData("deny", "read", "deny", 0, "granted-as-owner", Owned)]
    [InlineData("deny", "deny", "deny", 1, "not-granted", Plain)]
    [InlineData("update", "list", "deny", 1, "not-granted", Plain)]
    [InlineData("read", "read", "read", 1, "too-broad", Plain)]
    [InlineData("root", "root", "root", 1, "too-broad", Plain)]
    [InlineData("read", "deny", "list", 1, "too-broad", Plain)]
    [Trait("Requirement", "R-30")]
    public async Task The_verdict_follows_from_the_capabilities(string plain, string owned, string probe, int exit, string verdict, string path)
    {
        var run = new CliRun();
        run.Vault.On(Route, 200, Capabilities((Plain, plain), (Owned, owned), (Probe, probe)));

        Assert.Equal(exit, await run.RunAsync("can", "consume", "build-bot", "--json"));

        Assert.Equal(verdict, (string?)run.Json["verdict"]);
        Assert.Equal(path, (string?)run.Json["path"]);
        Assert.Equal(CliRun.Token, run.Vault.Seen.Single().Token);
        Assert.Equal([Plain, Owned, Probe], run.Vault.Seen.Single().Json["paths"]!.AsArray().Select(p => (string?)p));
        Assert.Empty(run.Broker.Seen);
    }

    [Fact, Trait("Requirement", "R-47")]
    public async Task What_is_missing_is_said_as_a_stanza_to_paste()
    {
        var run = new CliRun();
        run.Vault.On(Route, 200, Capabilities((Plain, "deny"), (Owned, "deny"), (Probe, "deny")));

        Assert.Equal(1, await run.RunAsync("can", "consume", "build-bot"));

        Assert.Contains($$"""  path "{{Plain}}" { capabilities = ["read"] }""", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operations_that_nobody_owns_are_asked_without_the_owners_path_and_on_the_mount_that_was_named()
    {
        var run = new CliRun();
        run.Vault.On(Route, 200, Capabilities(("codes-b/list", "read"), ("codes-b/@probe/@probe", "deny")));

        Assert.Equal(0, await run.RunAsync("can", "list", "--mount", "codes-b"));

        Assert.Equal(["codes-b/list", "codes-b/@probe/@probe"], run.Vault.Seen.Single().Json["paths"]!.AsArray().Select(p => (string?)p));
    }

    [Theory]
    [InlineData(403, """{"errors":["permission denied"]}""", 1, "invalid-token")]
    [InlineData(403, """{"errors":["1 error occurred:\n\t* permission denied\n\n"]}""", 1, "not-permitted")]
    [InlineData(503, """{"errors":["Vault is sealed"]}""", 3, "vault")]
    public async Task Vaults_own_refusals_are_told_apart(int status, string body, int exit, string code)
    {
        var run = new CliRun();
        run.Vault.On(Route, status, body);

        Assert.Equal(exit, await run.RunAsync("can", "consume", "build-bot", "--json"));

        Assert.Equal(code, (string?)run.Json["error"]!["code"]);
    }

    private static string Capabilities(params (string Path, string Capability)[] granted)
    {
        var data = granted.ToDictionary(g => g.Path, g => new[] { g.Capability });
        return JsonSerializer.Serialize(new { request_id = "r", data });
    }
}
