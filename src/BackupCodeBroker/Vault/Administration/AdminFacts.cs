namespace BackupCodeBroker.Vault.Administration;

/// <summary>What is mounted at a path; <paramref name="KvVersion"/> is "1" or "2" for a KV engine and empty for others.</summary>
internal sealed record MountFacts(string Type, string KvVersion, string Accessor)
{
    /// <summary>Fields of requests and answers that the mount was tuned to show in clear in the audit log, as <c>request key x</c>.</summary>
    public IReadOnlyList<string> AuditedInClear { get; init; } = [];

    /// <summary>The mount's kind, for people.</summary>
    public string Kind => KvVersion.Length == 0 ? Type : $"{Type} version {KvVersion}";
}

/// <summary>An audit device, and what of its options matters to secrets.</summary>
/// <param name="Path">Where it is enabled, with a slash at its end.</param>
/// <param name="Type">Its kind: <c>file</c>, <c>syslog</c>, <c>socket</c>.</param>
/// <param name="LogsRaw">Whether it writes values in clear.</param>
/// <param name="HashesAccessors">Whether accessors are hashed.</param>
/// <param name="Options">All that it was enabled with, as Vault keeps it.</param>
internal sealed record AuditDeviceFacts(string Path, string Type, bool LogsRaw, bool HashesAccessors, IReadOnlyDictionary<string, string> Options);

/// <summary>A request header that the audit log keeps.</summary>
/// <param name="Name">Its name; Vault writes it in small letters.</param>
/// <param name="IsHashed">Whether the log holds its hash, and not the header as it was sent.</param>
internal sealed record AuditedHeader(string Name, bool IsHashed);

/// <summary>An entity as a list shows it.</summary>
internal sealed record ListedEntity(string Id, IReadOnlyList<AliasFacts> Aliases);
