using BackupCodeBroker.Core.VaultPolicies;

namespace BackupCodeBroker.Core.WhoCan;

/// <summary>
/// Whom a Vault knows, by which log-ins they come, and which policies each of these gives: all of it as far as somebody could read it. Live tokens are not
/// in it: Vault tells nobody what they carry but their holders, and those that a log-in made carry what stands here.
/// </summary>
public sealed record AccessMap
{
    /// <summary>The policies that were read, by name. One that is in neither list does not exist, and grants nothing.</summary>
    public IReadOnlyDictionary<string, VaultPolicy> Policies { get; init; } = new Dictionary<string, VaultPolicy>();

    /// <summary>Names of policies that are there and could not be read: what their holders may do cannot be said.</summary>
    public IReadOnlySet<string> UnreadPolicies { get; init; } = new HashSet<string>();

    /// <summary>The entities.</summary>
    public IReadOnlyList<KnownEntity> Entities { get; init; } = [];

    /// <summary>The groups, by id.</summary>
    public IReadOnlyDictionary<string, KnownGroup> Groups { get; init; } = new Dictionary<string, KnownGroup>();

    /// <summary>The auth mounts; null where they could not be read, so that aliases have to speak for them.</summary>
    public IReadOnlyList<LogIn>? LogIns { get; init; }
}

/// <summary>One person or machine, as Vault's identity store has it.</summary>
public sealed record KnownEntity
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its name: somebody's choice, and not fit for a terminal as it stands.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is disabled: all its tokens are then worth nothing.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>Its metadata, which policies can be templated on.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Policies of its own.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary>Ids of the groups that it is in, directly first, then through other groups.</summary>
    public IReadOnlyList<string> GroupIds { get; init; } = [];

    /// <summary>Ids of those that it is in directly.</summary>
    public IReadOnlyList<string> DirectGroupIds { get; init; } = [];

    /// <summary>The names by which auth mounts know it.</summary>
    public IReadOnlyList<KnownAlias> Aliases { get; init; } = [];
}

/// <summary>One of them. <paramref name="MountPath"/> is the mount's path with <c>auth/</c> before it and no slash at its end.</summary>
public sealed record KnownAlias(string MountAccessor, string MountPath, string Id, string Name, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Metadata that an administrator wrote to the alias (Vault 1.9 and later).</summary>
    public IReadOnlyDictionary<string, string> CustomMetadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>A group.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="Policies">What it gives to all who are in it, also through other groups.</param>
/// <param name="ParentIds">The groups that it is in itself.</param>
public sealed record KnownGroup(string Id, string Name, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<string> Policies, IReadOnlyList<string> ParentIds)
{
    /// <summary>The group at an auth mount whose members it takes in as they log in; null for a group whose members Vault keeps itself.</summary>
    public KnownAlias? External { get; init; }
}
