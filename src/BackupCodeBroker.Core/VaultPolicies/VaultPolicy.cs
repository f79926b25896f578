namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>An ACL policy.</summary>
public sealed class VaultPolicy
{
    private VaultPolicy(string name, IReadOnlyList<VaultPathRule> rules, bool isTemplated) =>
        (Name, Rules, IsTemplated) = (name, rules, isTemplated);

    /// <summary>The name under which it is stored.</summary>
    public string Name { get; }

    /// <summary>Its stanzas, in the order of the text.</summary>
    public IReadOnlyList<VaultPathRule> Rules { get; }

    /// <summary>Whether a path has a template, so that the policy depends on whom it is for.</summary>
    public bool IsTemplated { get; }

    /// <summary>Reads a policy in HCL or JSON.</summary>
    public static VaultPolicyParse Parse(string name, string text) => new VaultPolicyParse.Parsed(new VaultPolicy(name, [], isTemplated: false));
}
