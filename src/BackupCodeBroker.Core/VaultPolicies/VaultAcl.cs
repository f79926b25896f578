namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>The policies of one token, ready to decide.</summary>
public sealed class VaultAcl
{
    private VaultAcl(bool isRoot) => IsRoot = isRoot;

    /// <summary>The ACL of a root token.</summary>
    public static VaultAcl Root { get; } = new(isRoot: true);

    /// <summary>Whether everything is allowed.</summary>
    public bool IsRoot { get; }

    /// <summary>Puts a token's policies together.</summary>
    public static VaultAcl Compile(IEnumerable<VaultPolicy> policies, PolicySubject? subject) => new(isRoot: false);

    /// <summary>What the token may do at a path, as <c>sys/capabilities</c> answers.</summary>
    public VaultCapabilities CapabilitiesOf(string path) => IsRoot ? VaultCapabilities.Root : VaultCapabilities.Deny;

    /// <summary>Decides on a request.</summary>
    public AclVerdict Check(AclRequest request) => new(IsRoot, IsRoot, IsRoot ? AclReason.Root : AclReason.NoRule);
}
