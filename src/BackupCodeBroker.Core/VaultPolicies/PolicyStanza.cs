namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>Policy as it is shown to somebody who lacks it.</summary>
public static class PolicyStanza
{
    /// <summary>The stanza that grants these capabilities on one path.</summary>
    public static string Granting(string path, params IReadOnlyList<string> capabilities) =>
        $"path \"{path}\" {{ capabilities = [{string.Join(", ", capabilities.Select(capability => $"\"{capability}\""))}] }}";
}
