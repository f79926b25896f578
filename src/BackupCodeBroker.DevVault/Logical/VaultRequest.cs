using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Mounts;
using BackupCodeBroker.DevVault.Tokens;
using Microsoft.AspNetCore.Http;

namespace BackupCodeBroker.DevVault.Logical;

/// <summary>One request on its way through the pipeline; the pipeline fills in what it learns about token and mount.</summary>
internal sealed class VaultRequest
{
    public required string Id { get; init; }

    public required string Path { get; set; }

    public required Operation Operation { get; set; }

    public JsonObject? Data { get; set; }

    public string ClientToken { get; set; } = "";

    public TimeSpan? WrapTtl { get; init; }

    public string RemoteAddress { get; init; } = "";

    public IHeaderDictionary? Headers { get; init; }

    public TokenEntry? Token { get; set; }

    public string ClientTokenAccessor { get; set; } = "";

    public int RemainingUses { get; set; }

    /// <summary>What the backend's errand brought; null where it had none, or it failed.</summary>
    public object? Brought { get; set; }

    public Mount? Mount { get; set; }

    /// <summary>The path below the mount.</summary>
    public string RelativePath { get; set; } = "";
}
