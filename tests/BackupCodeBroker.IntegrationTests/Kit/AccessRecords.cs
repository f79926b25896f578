using System.Text.Json;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>An access file for the length of a test, and what brokers wrote into it.</summary>
internal sealed class AccessRecords : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-access-").FullName;

    /// <summary>Where it is.</summary>
    public string Path => System.IO.Path.Combine(_folder, "access.jsonl");

    /// <summary>The folder, for what else a test puts there.</summary>
    public string Folder => _folder;

    /// <summary>The records so far, in their order.</summary>
    public IReadOnlyList<JsonElement> Read() =>
        File.Exists(Path) ? [.. Whole(File.ReadAllText(Path)).Select(line => JsonDocument.Parse(line).RootElement)] : [];

    // The broker may be writing the next one.
    private static IEnumerable<string> Whole(string text) => text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>What tests ask records.</summary>
internal static class RecordReading
{
    public static string? Text(this JsonElement record, string name) => record.TryGetProperty(name, out var value) ? value.ToString() : null;

    public static int Number(this JsonElement record, string name) => record.GetProperty(name).GetInt32();

    public static IEnumerable<string> VaultRequests(this JsonElement record) =>
        record.GetProperty("vault_requests").EnumerateArray().Select(id => id.GetString()!);
}
