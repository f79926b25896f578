using System.Text.Json;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>A file audit device of Vault's for the length of a test, where the tests' Vault writes to this machine's disk.</summary>
internal sealed class AuditFile : IAsyncDisposable
{
    private readonly BrokerEnvironment _environment;
    private readonly string _name = "test-" + Guid.NewGuid().ToString("n");
    private readonly string _path;

    private AuditFile(BrokerEnvironment environment) =>
        (_environment, _path) = (environment, System.IO.Path.Combine(System.IO.Path.GetTempPath(), _name + ".log"));

    public static async Task<AuditFile> StartAsync(BrokerEnvironment environment)
    {
        Assert.SkipUnless(TestVault.Kind is "embedded" or "binary", "this Vault's disk is not at hand");
        var file = new AuditFile(environment);
        await environment.Root.SendAsync(HttpMethod.Put, "sys/audit/" + file._name, new { type = "file", options = new { file_path = file._path } });
        return file;
    }

    /// <summary>Where it is.</summary>
    public string Path => _path;

    /// <summary>What is there, in whole lines: Vault may be writing the next one.</summary>
    public async Task<string> TextAsync()
    {
        var text = await File.ReadAllTextAsync(_path);
        return text[..(text.LastIndexOf('\n') + 1)];
    }

    /// <summary>The entries of a type about a path.</summary>
    public async Task<IReadOnlyList<JsonElement>> EntriesAsync(string type, string path) =>
    [
        .. (await TextAsync()).Split('\n').Where(l => l.Length > 0).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(e => e.GetProperty("type").GetString() == type && e.GetProperty("request").GetProperty("path").GetString() == path),
    ];

    public async ValueTask DisposeAsync()
    {
        await _environment.Root.DeleteAsync("sys/audit/" + _name);
        File.Delete(_path);
    }
}
