using System.Net;
using System.Text.Json.Nodes;
using BackupCodeBroker.IntegrationTests.Bootstrap;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.DevVault;

/// <summary>Moving an engine, as Vault 1.8 does it at once; later versions do it in the background.</summary>
public sealed class RemountTests(TestVault vault) : IDisposable
{
    private readonly RawVault _vault = new(vault.Address, vault.RootToken);
    private readonly string _name = "t" + Guid.NewGuid().ToString("n")[..8];

    public void Dispose() => _vault.Dispose();

    [Fact]
    public async Task What_an_engine_holds_moves_with_it()
    {
        await RequireOldVaultAsync();
        await _vault.MustAsync("POST", $"sys/mounts/{_name}", JsonNode.Parse("""{"type":"kv"}"""));
        await _vault.MustAsync("POST", $"{_name}/a", JsonNode.Parse("""{"x":"y"}"""));
        var accessor = await AccessorAsync(_name);

        Assert.Equal(HttpStatusCode.NoContent, await _vault.StatusAsync("POST", "sys/remount", Move(_name, _name + "-old/")));

        Assert.Equal("y", (await _vault.MustAsync("GET", $"{_name}-old/a"))["data"]!["x"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.NotFound, await _vault.StatusAsync("GET", $"{_name}/a"));
        Assert.Equal(accessor, await AccessorAsync(_name + "-old"));
    }

    [Theory]
    [InlineData("nope", "b", "no matching mount at \"nope/\"")]
    [InlineData("secret", "identity", "existing mount at \"identity/\"")]
    [InlineData("sys", "b", "cannot remount \"sys/\"")]
    [InlineData("auth/token/", "b", "cannot remount \"auth/token/\"")]
    [InlineData("", "b", "both 'from' and 'to' path must be specified as a string")]
    public async Task What_cannot_be_moved_is_refused(string from, string to, string error)
    {
        await RequireOldVaultAsync();
        var (status, body) = await _vault.SendAsync("POST", "sys/remount", Move(from, to));
        Assert.Equal((HttpStatusCode.BadRequest, error), (status, body!["errors"]![0]!.GetValue<string>()));
    }

    private static JsonObject Move(string from, string to) => new() { ["from"] = from, ["to"] = to };

    private async Task<string> AccessorAsync(string mount) => (await _vault.MustAsync("GET", "sys/mounts"))["data"]![mount + "/"]!["accessor"]!.GetValue<string>();

    private async Task RequireOldVaultAsync() => Assert.SkipUnless(
        (await _vault.MustAsync("GET", "sys/health"))["version"]!.GetValue<string>().StartsWith("1.8", StringComparison.Ordinal), "written for Vault 1.8");
}
