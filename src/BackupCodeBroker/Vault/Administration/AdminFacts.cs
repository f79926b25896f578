namespace BackupCodeBroker.Vault.Administration;

/// <summary>What is mounted at a path; <paramref name="KvVersion"/> is "1" or "2" for a KV engine and empty for others.</summary>
internal sealed record MountFacts(string Type, string KvVersion, string Accessor)
{
    /// <summary>The mount's kind, for people.</summary>
    public string Kind => KvVersion.Length == 0 ? Type : $"{Type} version {KvVersion}";
}
