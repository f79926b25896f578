using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>What the platform team says about an identity.</summary>
/// <param name="OperationId">Id of this operation.</param>
/// <param name="By">The caller.</param>
/// <param name="Identity">Its name.</param>
/// <param name="ExternalId">What it is called elsewhere, or null.</param>
/// <param name="Owner">Id of the responsible entity or group.</param>
/// <param name="Entity">Id of its own entity, or null.</param>
/// <param name="AliasEntity">Id of the entity that carries its alias.</param>
/// <param name="Profile">Name of its profile.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="RecertifyBy">Until when it must be confirmed, or null.</param>
/// <param name="OwnerIsGroup">Whether the owner is a group.</param>
public sealed record Registration(
    string OperationId,
    Actor By,
    string Identity,
    string? ExternalId,
    string Owner,
    string? Entity,
    string AliasEntity,
    string Profile,
    IReadOnlyDictionary<string, string> Labels,
    DateTimeOffset? RecertifyBy,
    bool OwnerIsGroup = false);

/// <summary>Binds an identity to owner, entity, profile and labels, before anything else. Another owner is no registration but a transfer.</summary>
public abstract record RegisterDecision
{
    private RegisterDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/> as the first version.</summary>
    public sealed record Create(IdentityDocument Next) : RegisterDecision;

    /// <summary>Write <paramref name="Next"/> over what there is.</summary>
    public sealed record Update(IdentityDocument Next) : RegisterDecision;

    /// <summary>Everything is as said; nothing is written.</summary>
    public sealed record Unchanged(IdentityDocument Document) : RegisterDecision;

    /// <summary>The identity is registered with another owner.</summary>
    public sealed record OtherOwner : RegisterDecision;

    /// <summary>The identity was retired: its name is not to be had again.</summary>
    public sealed record Retired : RegisterDecision;

    /// <summary>Refused.</summary>
    public sealed record Refused(Reason Reason) : RegisterDecision;

    /// <summary>Decides; <paramref name="current"/> is null only where Vault said that the path has no version at all.</summary>
    public static RegisterDecision Decide(IdentityDocument? current, Registration said, Profile? profile, DateTimeOffset now)
    {
        if (profile is null || !profile.Identities.Matches(said.Identity))
        {
            return new Refused(Reason.ProfileNotAllowed);
        }

        if (current is null)
        {
            return new Create(First(said, now));
        }

        if (current.RetiredAt is not null)
        {
            return new Retired();
        }

        if (current.Owner != said.Owner)
        {
            return new OtherOwner();
        }

        if (Same(current, said))
        {
            return new Unchanged(current);
        }

        var next = Changed(current, said, now);
        return IssueDecision.Fits(next) ? new Update(next) : new Refused(Reason.TooLarge);
    }

    private static IdentityDocument First(Registration said, DateTimeOffset now) => new IdentityDocument
    {
        Schema = IdentityDocument.CurrentSchema,
        Identity = said.Identity,
        ExternalId = said.ExternalId,
        Owner = said.Owner,
        OwnerKind = said.OwnerIsGroup ? IdentityDocument.GroupOwner : null,
        Entity = said.Entity,
        AliasEntity = said.AliasEntity,
        Profile = said.Profile,
        Labels = said.Labels,
        RecertifyBy = said.RecertifyBy,
        RegisteredAt = now,
        RegisteredBy = said.By,
        LastGeneration = 0,
        Events = [],
    }.With(new DocumentEvent(now, "register", said.OperationId, said.By));

    private static IdentityDocument Changed(IdentityDocument current, Registration said, DateTimeOffset now) => (current with
    {
        ExternalId = said.ExternalId,
        Entity = said.Entity,
        AliasEntity = said.AliasEntity,
        Profile = said.Profile,
        Labels = said.Labels,
        RecertifyBy = said.RecertifyBy,
    }).With(new DocumentEvent(now, "register", said.OperationId, said.By));

    private static bool Same(IdentityDocument current, Registration said) =>
        current.ExternalId == said.ExternalId
        && current.Entity == said.Entity
        && current.AliasEntity == said.AliasEntity
        && current.Profile == said.Profile
        && current.RecertifyBy == said.RecertifyBy
        && current.Labels.Count == said.Labels.Count
        && current.Labels.All(l => said.Labels.TryGetValue(l.Key, out var value) && value == l.Value);
}
