namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>Which tokens may be created under a role's name.</summary>
internal sealed class TokenRole
{
    public required string Name { get; init; }

    public List<string> AllowedPolicies { get; set; } = [];

    public List<string> DisallowedPolicies { get; set; } = [];

    public bool Orphan { get; set; }

    public bool Renewable { get; set; } = true;

    public string PathSuffix { get; set; } = "";

    /// <summary>Lower case; null until it was set once.</summary>
    public List<string>? AllowedEntityAliases { get; set; }

    public string TokenType { get; set; } = "default-service";

    /// <summary>The field's old name; answered beside the new one.</summary>
    public TimeSpan Period { get; set; }

    public TimeSpan ExplicitMaxTtl { get; set; }

    public List<string>? BoundCidrs { get; set; }

    public TimeSpan TokenPeriod { get; set; }

    public TimeSpan TokenExplicitMaxTtl { get; set; }

    public List<string> TokenBoundCidrs { get; set; } = [];

    public bool TokenNoDefaultPolicy { get; set; }

    public int TokenNumUses { get; set; }
}
