namespace BackupCodeBroker.Core.Audit;

/// <summary>What the broker's mounts, roles, keys and policies are called in the Vault whose log is read.</summary>
public sealed record AuditNames
{
    /// <summary>Mount of the documents.</summary>
    public string KvMount { get; init; } = "backup-codes";

    /// <summary>Mount that callers are authorised by.</summary>
    public string AskMount { get; init; } = "backup-codes-broker";

    /// <summary>Mount of the pepper.</summary>
    public string TransitMount { get; init; } = "transit";

    /// <summary>The pepper's key.</summary>
    public string PepperKey { get; init; } = "bcb-pepper";

    /// <summary>Token role and policy of children that reach one identity.</summary>
    public string IdentityRole { get; init; } = "bcb-identity";

    /// <summary>Token role and policy of the child that reads all.</summary>
    public string SweeperRole { get; init; } = "bcb-sweeper";

    /// <summary>Mount of the broker's log-in, without <c>auth/</c>.</summary>
    public string LoginMount { get; init; } = "approle";

    /// <summary>The broker's policy, and its role there.</summary>
    public string BrokerRole { get; init; } = "bcb-broker";

    /// <summary>The broker's role there, where it is not called as the policy; null where it is.</summary>
    public string? LoginRole { get; init; }

    /// <summary>Mount of the AppRoles that recoveries hand secret-ids of.</summary>
    public string RecoveryMount { get; init; } = "bcb-recover";

    /// <summary>What the token roles begin with that recoveries hand tokens of.</summary>
    public string RecoveryRolePrefix { get; init; } = "bcb-recover-";

    /// <summary>Namespace, without slashes at its ends; empty for the root.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Shipped policies.</summary>
    public IReadOnlySet<string> Policies { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Whether a policy is one of the broker's own or shipped ones. Vault keeps policies under their names in lower case.</summary>
    public bool IsBrokerPolicy(string name) =>
        Same(name, BrokerRole) || Same(name, IdentityRole) || Same(name, SweeperRole) || Policies.Any(policy => Same(name, policy));

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
