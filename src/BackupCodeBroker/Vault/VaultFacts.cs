namespace BackupCodeBroker.Vault;

/// <summary>Configuration of a KV v2 mount.</summary>
internal sealed record KvConfig(bool CasRequired, int MaxVersions, string DeleteVersionAfter);

/// <summary>What a token's look-up says. A batch token has no accessor.</summary>
internal sealed record TokenFacts(
    string Accessor,
    string EntityId,
    string DisplayName,
    IReadOnlyList<string> Policies,
    TimeSpan Ttl,
    bool Renewable,
    bool Orphan,
    int NumUses,
    string Type,
    string CreationPath,
    TimeSpan ExplicitMaxTtl)
{
    /// <summary>Policies that come from the entity and its groups.</summary>
    public IReadOnlyList<string> IdentityPolicies { get; init; } = [];
}

/// <summary>An entity: a person's or a machine's one identity in Vault. <paramref name="GroupIds"/> are all groups, direct and inherited.</summary>
internal sealed record EntityFacts(
    string Id,
    string Name,
    bool Disabled,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<string> Policies,
    IReadOnlyList<string> GroupIds,
    IReadOnlyList<string> DirectGroupIds,
    IReadOnlyList<AliasFacts> Aliases);

/// <summary>A group of entities. <paramref name="ParentGroupIds"/> are the groups that it is in itself.</summary>
internal sealed record GroupFacts(
    string Id, string Name, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<string> Policies, IReadOnlyList<string> ParentGroupIds);

/// <summary>One name of an entity at one auth method.</summary>
internal sealed record AliasFacts(string Name, string MountAccessor, string MountPath, string CanonicalId);

/// <summary>What a wrap's look-up says; <paramref name="CreationTime"/> is Vault's text.</summary>
internal sealed record WrapFacts(string CreationPath, string CreationTime, TimeSpan CreationTtl);

/// <summary>A log-in or a renewal.</summary>
internal sealed record LoginFacts(
    VaultToken Token,
    string Accessor,
    IReadOnlyList<string> Policies,
    TimeSpan Lease,
    bool Renewable,
    string EntityId)
{
    /// <summary>The token's text, for the file of whoever logged in.</summary>
    public string HandOver() => Token.Reveal();
}

/// <summary>A keyed digest by a key that never leaves Vault, and the version of the key.</summary>
internal sealed record PepperedDigest(int KeyVersion, byte[] Digest);

/// <summary>What a node says of itself; <paramref name="Fault"/> is set where it did not say.</summary>
internal sealed record VaultHealth(bool Initialized, bool Sealed, bool Standby, string Version, string ClusterId, VaultFault? Fault)
{
    /// <summary>Whether it is one of Enterprise's standbys that answer reads themselves.</summary>
    public bool PerformanceStandby { get; init; }

    /// <summary>Replication between clusters for performance: <c>disabled</c>, <c>primary</c>, <c>secondary</c>.</summary>
    public string PerformanceMode { get; init; } = "";

    /// <summary>Replication between clusters for disasters: <c>disabled</c>, <c>primary</c>, <c>secondary</c>.</summary>
    public string DisasterMode { get; init; } = "";

    /// <summary>The node's clock, cut to the second; null where it did not say.</summary>
    public DateTimeOffset? ServerTime { get; init; }

    /// <summary>Whether it says of itself that it is Enterprise; null where it does not know the word, as OpenBao and older Vaults.</summary>
    public bool? Enterprise { get; init; }

    /// <summary>No answer from the node.</summary>
    public static VaultHealth Unknown(VaultFault fault) => new(false, false, false, "", "", fault);
}
