namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>Whom a templated policy is rendered for: the token's entity, with its aliases and the groups it is a member of.</summary>
public sealed record PolicySubject
{
    /// <summary>The entity's id.</summary>
    public required string EntityId { get; init; }

    /// <summary>The entity's name.</summary>
    public required string EntityName { get; init; }

    /// <summary>The entity's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The entity's aliases.</summary>
    public IReadOnlyList<SubjectAlias> Aliases { get; init; } = [];

    /// <summary>The groups that the entity is in, directly or through another group.</summary>
    public IReadOnlyList<SubjectGroup> Groups { get; init; } = [];
}

/// <summary>One alias: the name by which one auth mount knows the entity.</summary>
public sealed record SubjectAlias(string MountAccessor, string Id, string Name, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Metadata that an administrator wrote to the alias; Vault knows it from 1.9 on.</summary>
    public IReadOnlyDictionary<string, string> CustomMetadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>One group of the entity.</summary>
public sealed record SubjectGroup(string Id, string Name, IReadOnlyDictionary<string, string> Metadata);
