using System.Net;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Tokens;

internal enum TokenType
{
    Service,
    Batch,
}

/// <summary>One token. A batch token is not kept: this is what its own text says.</summary>
internal sealed class TokenEntry
{
    public string Id { get; set; } = "";

    public string Accessor { get; set; } = "";

    /// <summary>The parent's id, empty for an orphan.</summary>
    public string Parent { get; set; } = "";

    public List<string> Policies { get; set; } = [];

    public string Path { get; init; } = "";

    public SortedDictionary<string, string>? Meta { get; init; }

    public string DisplayName { get; set; } = "";

    /// <summary>Uses left; 0 is unlimited, <see cref="RevocationPending"/> is none.</summary>
    public int NumUses { get; set; }

    public long CreationTime { get; init; }

    public TimeSpan Ttl { get; set; }

    public TimeSpan ExplicitMaxTtl { get; set; }

    public TimeSpan Period { get; set; }

    /// <summary>What the lease ran for when it was last renewed, which is what a renewal without an increment asks for again.</summary>
    public TimeSpan LeaseTtl { get; set; }

    public string Role { get; init; } = "";

    public string EntityId { get; set; } = "";

    public TokenType Type { get; init; }

    public IReadOnlyList<string> BoundCidrs { get; set; } = [];

    public Instant IssueTime { get; set; }

    /// <summary>Null for a root token that never expires.</summary>
    public Instant? ExpireTime { get; set; }

    public Instant? LastRenewal { get; set; }

    public bool Renewable { get; set; }

    /// <summary>How a log-in's renewal is bounded by its role; null for tokens of the token engine.</summary>
    public Func<TokenEntry, Renewal>? RenewalTerms { get; set; }

    /// <summary>The token's cubbyhole.</summary>
    public SortedDictionary<string, string> Cubbyhole { get; } = new(StringComparer.Ordinal);

    /// <summary>What a wrapping token holds.</summary>
    public Wrapping.WrappedResponse? Wrapped { get; set; }

    public HashSet<string> Children { get; } = new(StringComparer.Ordinal);

    public const int RevocationPending = -1;

    public bool IsRoot => Policies is ["root"];

    public bool MayBeUsedFrom(string address)
    {
        if (Ttl == TimeSpan.Zero || BoundCidrs.Count == 0)
        {
            return true;
        }

        return IPAddress.TryParse(address, out IPAddress? from) && BoundCidrs.Any(cidr => Cidr.Contains(cidr, from));
    }
}

/// <summary>What an auth method's log-in asks of the token to be made.</summary>
internal sealed record LoginGrant
{
    public required string AliasName { get; init; }

    public string DisplayName { get; init; } = "";

    public TimeSpan Ttl { get; init; }

    public TimeSpan MaxTtl { get; init; }

    public TimeSpan ExplicitMaxTtl { get; init; }

    public TimeSpan Period { get; init; }

    public int NumUses { get; init; }

    public bool NoDefaultPolicy { get; init; }

    public bool Renewable { get; init; } = true;

    public IReadOnlyList<string> BoundCidrs { get; init; } = [];

    /// <summary><c>default</c>, <c>service</c> or <c>batch</c>; the mount decides what the default is.</summary>
    public string Type { get; init; } = "default";

    public SortedDictionary<string, string>? AliasMetadata { get; init; }

    /// <summary>What the role says when the token is renewed.</summary>
    public Func<TokenEntry, Renewal>? AtRenewal { get; init; }
}

/// <summary>What an auth method says to a renewal: its terms, an error, or neither where it quietly does nothing.</summary>
internal sealed record Renewal(LoginGrant? Grant, string? Error);
