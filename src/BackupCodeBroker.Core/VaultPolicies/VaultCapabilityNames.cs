namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>The names of capabilities in policies and in the answers of <c>sys/capabilities</c>.</summary>
public static class VaultCapabilityNames
{
    private static readonly (string Name, VaultCapabilities Capability)[] Grants =
    [
        ("create", VaultCapabilities.Create),
        ("delete", VaultCapabilities.Delete),
        ("list", VaultCapabilities.List),
        ("patch", VaultCapabilities.Patch),
        ("read", VaultCapabilities.Read),
        ("sudo", VaultCapabilities.Sudo),
        ("update", VaultCapabilities.Update),
    ];

    /// <summary>The names as <c>sys/capabilities</c> lists them: sorted; <c>root</c> alone; <c>deny</c> where nothing is granted.</summary>
    public static IReadOnlyList<string> List(VaultCapabilities capabilities)
    {
        if (capabilities.HasFlag(VaultCapabilities.Root))
        {
            return ["root"];
        }

        if (capabilities is VaultCapabilities.None || capabilities.HasFlag(VaultCapabilities.Deny))
        {
            return ["deny"];
        }

        return [.. Grants.Where(grant => capabilities.HasFlag(grant.Capability)).Select(grant => grant.Name)];
    }

    /// <summary>The capability that a policy names, or <see cref="VaultCapabilities.None"/> for a word that is not one.</summary>
    internal static VaultCapabilities Find(string name)
    {
        if (name == "deny")
        {
            return VaultCapabilities.Deny;
        }

        return Array.Find(Grants, grant => grant.Name == name).Capability;
    }
}
