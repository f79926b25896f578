namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>Policy as it is shown to somebody who lacks it.</summary>
public static class PolicyStanza
{
    /// <summary>The stanza that grants one capability on one path.</summary>
    public static string Granting(string path, string capability) => $"path \"{path}\" {{ capabilities = [\"{capability}\"] }}";
}
