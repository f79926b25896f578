using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Identity;

/// <summary>A person or a workload, known to auth methods by its aliases.</summary>
internal sealed class Entity
{
    public required string Id { get; init; }

    public required string Name { get; set; }

    public List<Alias> Aliases { get; } = [];

    public SortedDictionary<string, string>? Metadata { get; set; }

    public List<string>? Policies { get; set; }

    public bool Disabled { get; set; }

    public List<string>? MergedEntityIds { get; set; }

    public required Instant CreationTime { get; init; }

    public Instant LastUpdateTime { get; set; }
}

/// <summary>The name by which one auth mount knows an entity.</summary>
internal sealed class Alias
{
    public required string Id { get; init; }

    public required string CanonicalId { get; set; }

    public required string Name { get; set; }

    public required string MountAccessor { get; set; }

    public SortedDictionary<string, string>? Metadata { get; set; }

    public List<string>? MergedFromCanonicalIds { get; set; }

    public required Instant CreationTime { get; init; }

    public Instant LastUpdateTime { get; set; }
}

/// <summary>Entities and other groups under shared policies.</summary>
internal sealed class Group
{
    public required string Id { get; init; }

    public required string Name { get; set; }

    public required string Type { get; set; }

    public List<string>? Policies { get; set; }

    public SortedDictionary<string, string>? Metadata { get; set; }

    public List<string> MemberEntityIds { get; set; } = [];

    public List<string> ParentGroupIds { get; } = [];

    /// <summary>For an external group: the name by which an auth mount knows it.</summary>
    public Alias? Alias { get; set; }

    public int ModifyIndex { get; set; }

    public required Instant CreationTime { get; init; }

    public Instant LastUpdateTime { get; set; }
}
