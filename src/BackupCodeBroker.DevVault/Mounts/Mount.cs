using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Mounts;

/// <summary>One engine at one path, with what the operator set for it.</summary>
internal sealed class Mount(MountConfig config)
{
    /// <summary>With a closing slash; auth methods begin with <c>auth/</c>.</summary>
    public required string Path { get; set; }

    public required string Type { get; init; }

    public required string Accessor { get; init; }

    public required Backend Backend { get; set; }

    public string Uuid { get; } = Secrets.Uuid();

    public string Description { get; set; } = "";

    public JsonObject? Options { get; set; }

    public bool Local { get; init; }

    public bool SealWrap { get; init; }

    public bool ExternalEntropy { get; init; }

    public MountConfig Config => config;

    public bool IsAuth => Path.StartsWith("auth/", StringComparison.Ordinal);
}

/// <summary>What tuning changes.</summary>
internal sealed class MountConfig
{
    public TimeSpan DefaultLeaseTtl { get; set; }

    public TimeSpan MaxLeaseTtl { get; set; }

    public bool ForceNoCache { get; set; }

    public string TokenType { get; set; } = "default-service";

    public string? ListingVisibility { get; set; }

    public List<string>? AuditNonHmacRequestKeys { get; set; }

    public List<string>? AuditNonHmacResponseKeys { get; set; }

    public List<string>? PassthroughRequestHeaders { get; set; }

    public List<string>? AllowedResponseHeaders { get; set; }

    public TimeSpan EffectiveDefault => DefaultLeaseTtl > TimeSpan.Zero ? DefaultLeaseTtl : Tokens.Ttl.SystemDefault;

    public TimeSpan EffectiveMax => MaxLeaseTtl > TimeSpan.Zero ? MaxLeaseTtl : Tokens.Ttl.SystemMax;
}
