using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Wrapping;

namespace BackupCodeBroker.DevVault.Logical;

/// <summary>What an engine answers, before the HTTP envelope.</summary>
internal sealed class VaultResponse
{
    public JsonObject? Data { get; set; }

    public AuthBlock? Auth { get; set; }

    /// <summary>Set by engines that answer with a lease duration (KV v1).</summary>
    public long? LeaseSeconds { get; init; }

    public WrapInfo? Wrap { get; set; }

    /// <summary>The time to live that the engine itself asks wrapping with (rewrap).</summary>
    public TimeSpan? AskedWrapTtl { get; init; }

    public string? AskedCreationPath { get; init; }

    public List<string>? Warnings { get; private set; }

    /// <summary>An answer other than 200 that still carries a whole body, as KV v2 gives for a deleted version.</summary>
    public int Status { get; init; } = 200;

    /// <summary>A finished body that is sent as it is, as unwrapping gives.</summary>
    public byte[]? RawBody { get; init; }

    /// <summary>The refusal's text, in Vault's words.</summary>
    public string? Error { get; init; }

    public void Warn(string warning) => (Warnings ??= []).Add(warning);

    public VaultResponse Warned(string warning)
    {
        Warn(warning);
        return this;
    }
}

/// <summary>The token that a log-in, a creation or a renewal hands out.</summary>
internal sealed class AuthBlock
{
    public string ClientToken { get; set; } = "";

    public string Accessor { get; set; } = "";

    public List<string> Policies { get; set; } = [];

    public List<string> TokenPolicies { get; set; } = [];

    public List<string> IdentityPolicies { get; set; } = [];

    public SortedDictionary<string, string>? Metadata { get; set; }

    public long LeaseSeconds { get; set; }

    public bool Renewable { get; set; }

    public string EntityId { get; set; } = "";

    public Tokens.TokenType Type { get; set; }

    public bool Orphan { get; set; }

    public string DisplayName { get; set; } = "";

    public int NumUses { get; set; }

    /// <summary>What a log-in asks of the token that the pipeline then makes; null where the engine made the token itself.</summary>
    public Tokens.LoginGrant? Login { get; set; }
}
