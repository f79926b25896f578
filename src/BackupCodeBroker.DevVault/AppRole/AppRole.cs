using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.AppRole;

/// <summary>One role: a role-id that names it, and secret-ids that prove it.</summary>
internal sealed class AppRole
{
    public required string Name { get; init; }

    public string RoleId { get; set; } = "";

    public bool BindSecretId { get; set; } = true;

    public List<string> SecretIdBoundCidrs { get; set; } = [];

    public int SecretIdNumUses { get; set; }

    public TimeSpan SecretIdTtl { get; set; }

    public bool LocalSecretIds { get; set; }

    public TokenParameters Token { get; set; } = new();

    /// <summary>The fields' old names, answered beside the new ones where they were used.</summary>
    public bool UsesOldPolicies { get; set; }

    public bool UsesOldPeriod { get; set; }

    /// <summary>By the secret-id itself. This is a development server: nothing is hidden from its own memory.</summary>
    public Dictionary<string, SecretId> SecretIds { get; private init; } = new(StringComparer.Ordinal);

    public bool HasConstraint => BindSecretId || SecretIdBoundCidrs.Count > 0 || Token.BoundCidrs.Count > 0;

    /// <summary>A copy to change, so that a refused change leaves nothing behind.</summary>
    public AppRole Copy() => new()
    {
        Name = Name,
        RoleId = RoleId,
        BindSecretId = BindSecretId,
        SecretIdBoundCidrs = SecretIdBoundCidrs,
        SecretIdNumUses = SecretIdNumUses,
        SecretIdTtl = SecretIdTtl,
        LocalSecretIds = LocalSecretIds,
        Token = Token,
        UsesOldPolicies = UsesOldPolicies,
        UsesOldPeriod = UsesOldPeriod,
        SecretIds = SecretIds,
    };

    public SecretId? Find(string secretId, Instant now)
    {
        if (SecretIds.TryGetValue(secretId, out SecretId? found) && found.Expires is { } expiry && expiry <= now)
        {
            SecretIds.Remove(secretId);
            return null;
        }

        return found;
    }

    public SecretId? FindByAccessor(string accessor, Instant now) =>
        SecretIds.Values.FirstOrDefault(each => each.Accessor == accessor && !(each.Expires <= now));
}

/// <summary>One secret-id.</summary>
internal sealed class SecretId
{
    private const string Never = "0001-01-01T00:00:00Z";

    public required string Value { get; init; }

    public string Accessor { get; } = Secrets.Uuid();

    public int NumUses { get; set; }

    public TimeSpan Ttl { get; init; }

    public required Instant Created { get; init; }

    public Instant Updated { get; set; }

    public Instant? Expires { get; init; }

    public SortedDictionary<string, string> Metadata { get; init; } = new(StringComparer.Ordinal);

    public List<string> Cidrs { get; init; } = [];

    public List<string> TokenBoundCidrs { get; init; } = [];

    public JsonObject View() => new()
    {
        ["secret_id_accessor"] = Accessor,
        ["secret_id_num_uses"] = NumUses,
        ["secret_id_ttl"] = (long)Ttl.TotalSeconds,
        ["creation_time"] = Created.ToString(),
        ["expiration_time"] = Expires?.ToString() ?? Never,
        ["last_updated_time"] = Updated.ToString(),
        ["metadata"] = GoValue.Map(Metadata),
        ["cidr_list"] = GoValue.Array(Cidrs),
        ["token_bound_cidrs"] = GoValue.Array(TokenBoundCidrs),
    };
}
