using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.DevVault;

/// <summary>The server around the engines: where it listens, what a sealed one answers, what it refuses.</summary>
public sealed class DevVaultServerTests
{
    [Theory]
    [InlineData("0.0.0.0:0")]
    [InlineData("192.168.1.1:0")]
    [InlineData("[::]:0")]
    [InlineData("example.org:8200")]
    [InlineData("")]
    public async Task It_listens_on_loopback_alone(string listen)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => DevVaultServer.StartAsync(
            new DevVaultOptions { Listen = listen }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Sealed_it_answers_503_to_everything_but_its_own_state_and_opens_with_its_key_only()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        await vault.StatusAsync("POST", "secret/data/x", new { data = new { k = "v" } });
        Assert.Equal(204, await vault.StatusAsync("POST", "sys/seal"));
        (int status, JsonNode? body) = await vault.SendAsync("GET", "secret/data/x");
        Assert.Equal((503, """{"errors":["Vault is sealed"]}"""), (status, body!.ToJsonString()));
        Assert.Equal(503, await vault.StatusAsync("GET", "sys/health", token: ""));
        Assert.Equal(299, await vault.StatusAsync("GET", "sys/health?sealedcode=299", token: ""));
        Assert.Equal(400, await vault.StatusAsync("POST", "sys/unseal", new { key = new string('0', 64) }, ""));
        Assert.Equal(200, await vault.StatusAsync("POST", "sys/unseal", new { key = vault.Server.UnsealKey }, ""));
        Assert.Equal(200, await vault.StatusAsync("GET", "secret/data/x"));
    }

    [Theory]
    [InlineData("GET", "sys/host-info", 404)]
    [InlineData("POST", "sys/rotate", 404)]
    [InlineData("POST", "sys/mounts/pki", 400)]
    [InlineData("POST", "transit/encrypt/k", 404)]
    [InlineData("PATCH", "secret/data/x", 405)]
    [InlineData("GET", "auth/token/create", 405)]
    [InlineData("GET", "nothing/here", 404)]
    public async Task What_it_does_not_serve_it_does_not_pretend_to(string method, string path, int status)
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        await vault.StatusAsync("POST", "sys/mounts/transit", new { type = "transit" });
        Assert.Equal(status, await vault.StatusAsync(method, path, method == "POST" ? new { type = "pki" } : null));
    }

    [Fact]
    public async Task A_body_over_32_MiB_is_refused()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        string large = "{\"data\":{\"k\":\"" + new string('x', 33 * 1024 * 1024) + "\"}}";
        Assert.Equal(413, await vault.StatusAsync("POST", "secret/data/x", large));
    }

    [Fact]
    public void Options_do_not_print_the_root_token() =>
        Assert.DoesNotContain("canary", new DevVaultOptions { RootToken = "canary" }.ToString(), StringComparison.Ordinal);
}
