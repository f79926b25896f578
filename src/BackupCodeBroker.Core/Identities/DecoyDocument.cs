using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Identities;

/// <summary>The document of the decoy: an identity that owns itself and has no codes.</summary>
public static class DecoyDocument
{
    /// <summary>Makes it; <paramref name="entityId"/> is the entity that carries the decoy's alias.</summary>
    public static IdentityDocument Make(string entityId, DateTimeOffset at) => new()
    {
        Schema = IdentityDocument.CurrentSchema,
        Identity = Decoy.Name,
        Owner = entityId,
        AliasEntity = entityId,
        Profile = "machine",
        Labels = new Dictionary<string, string>(),
        RegisteredAt = at,
        RegisteredBy = new Actor("", "", "bootstrap"),
        LastGeneration = 0,
        Events = [],
    };
}
