using System.Text.Json.Nodes;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.DevVault;

/// <summary>The audit log: what it hashes and what it shows, what it leaves out, and that nothing is served without it.</summary>
public sealed class AuditLogTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public async Task Values_are_hashed_as_audit_hash_says_and_keys_paths_and_named_headers_stand_in_clear()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync(_file);
        await vault.StatusAsync("POST", "sys/config/auditing/request-headers/traceparent", new { hmac = false });
        (_, JsonNode? answer) = await vault.SendAsync(
            "POST", "secret/data/x", new { data = new { code = "canary-value", count = 3, on = true } }, null, ("traceparent", "00-1"), ("x-other", "no"));
        string hash = await vault.TextAsync("data/hash", "POST", "sys/audit-hash/file", new { input = "canary-value" });
        JsonNode line = Lines().Single(each => Is(each, "response", answer!["request_id"]!.GetValue<string>()));
        Assert.Equal("secret/data/x", line["request"]!["path"]!.GetValue<string>());
        Assert.Equal("create", line["request"]!["operation"]!.GetValue<string>());
        Assert.Equal(hash, line["request"]!["data"]!["data"]!["code"]!.GetValue<string>());
        Assert.StartsWith("hmac-sha256:", line["request"]!["data"]!["data"]!["count"]!.GetValue<string>());
        Assert.True(line["request"]!["data"]!["data"]!["on"]!.GetValue<bool>());
        Assert.Equal(1, line["response"]!["data"]!["version"]!.GetValue<int>());
        Assert.Equal("""{"traceparent":["00-1"]}""", line["request"]!["headers"]!.ToJsonString());
        Assert.DoesNotContain("canary-value", File.ReadAllText(_file));
        Assert.DoesNotContain(vault.Server.RootToken, File.ReadAllText(_file));
    }

    [Fact]
    public async Task Denied_requests_are_logged_with_their_error_and_headers()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync(_file);
        await vault.StatusAsync("POST", "sys/config/auditing/request-headers/traceparent", new { hmac = true });
        string token = await vault.TokenAsync(new { policies = new[] { "default" }, meta = new { replica = "r1" } });
        await vault.SendAsync("GET", "secret/data/denied", null, token, ("traceparent", "00-2"));
        JsonNode line = Lines().Last(each => each["type"]!.GetValue<string>() == "request");
        Assert.Equal("1 error occurred:\n\t* permission denied\n\n", line["error"]!.GetValue<string>());
        Assert.Equal("r1", line["auth"]!["metadata"]!["replica"]!.GetValue<string>());
        Assert.StartsWith("hmac-sha256:", line["request"]!["headers"]!["traceparent"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Malformed_bodies_and_health_are_not_logged()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync(_file);
        int before = Lines().Count;
        Assert.Equal(400, await vault.StatusAsync("POST", "secret/data/x", "{"));
        Assert.Equal(200, await vault.StatusAsync("GET", "sys/health", token: ""));
        Assert.Equal(before, Lines().Count);
    }

    [Fact]
    public async Task Nothing_is_served_when_the_only_device_cannot_write()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs a device that is always full");
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        object device = new { type = "file", options = new { file_path = "/dev/full", skip_test = "true" } };
        await vault.StatusAsync("POST", "sys/audit/full", device);
        (int status, JsonNode? body) = await vault.SendAsync("POST", "secret/data/x", new { data = new { k = "v" } });
        Assert.Equal((500, """{"errors":["internal error"]}"""), (status, body!.ToJsonString()));
    }

    [Fact]
    public async Task The_log_names_a_wrapping_token_by_the_hash_that_its_unwrapping_shows()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync(_file);
        string wrapped = await vault.TextAsync("wrap_info/token", "POST", "sys/wrapping/wrap", new { code = "c" }, null, ("X-Vault-Wrap-TTL", "60s"));
        Assert.Equal(200, await vault.StatusAsync("POST", "sys/wrapping/unwrap", token: wrapped));
        string atWrap = Lines().Single(line => line["response"]?["wrap_info"] is not null)["response"]!["wrap_info"]!["token"]!.GetValue<string>();
        string atUnwrap = Lines()[^1]["auth"]!["client_token"]!.GetValue<string>();
        Assert.Equal(atWrap, atUnwrap);
    }

    public void Dispose() => File.Delete(_file);

    private List<JsonNode> Lines() => [.. File.ReadAllLines(_file).Select(line => JsonNode.Parse(line)!)];

    private static bool Is(JsonNode line, string type, string id) =>
        line["type"]!.GetValue<string>() == type && line["request"]!["id"]!.GetValue<string>() == id;
}
