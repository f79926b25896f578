using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Somebody who may transfer an identity says that its owner is still the right one, though it looks different than at issue (a role changed, a group was
/// renamed): fingerprints are taken anew, a suspension is lifted, and the codes go on. It needs an owner who could answer for them.
/// </summary>
public abstract record ConfirmDecision
{
    private ConfirmDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then the identity is as before the change.</summary>
    public sealed record Confirmed(IdentityDocument Next) : ConfirmDecision;

    /// <summary>Nothing was in doubt: nothing is written.</summary>
    public sealed record NothingToConfirm : ConfirmDecision;

    /// <summary>The identity is registered with another owner than the one who is confirmed.</summary>
    public sealed record OtherOwner : ConfirmDecision;

    /// <summary>Refused.</summary>
    public sealed record Refused(Reason Reason) : ConfirmDecision;

    /// <summary>Decides.</summary>
    public static ConfirmDecision Decide(
        IdentityDocument document, Surroundings around, string owner, IReadOnlyList<string> facets, string reason, string operationId, Actor by)
    {
        if (document.RetiredAt is not null)
        {
            return new Refused(Reason.Retired);
        }

        if (document.Owner != owner)
        {
            return new OtherOwner();
        }

        if (IssueDecision.OfPeople(document, around) is { } missing)
        {
            return new Refused(missing);
        }

        // Codes of another owner are never confirmed into this one's hands: they end with a transfer.
        CodeSet?[] sets = [document.Active, document.Pending?.Set];
        if (sets.Any(set => set is not null && set.Owner.EntityId != owner))
        {
            return new Refused(Reason.OwnerChanged);
        }

        var (boundOwner, boundEntity) = (Bind(around.Owner!, facets), Bind(around.Entity!, facets));
        if (document.Suspension is null && sets.All(set => set is null || set.Suspension is null && Same(set.Owner, boundOwner) && Same(set.Entity, boundEntity)))
        {
            return new NothingToConfirm();
        }

        return new Confirmed((document with
        {
            Suspension = null,
            Active = Renewed(document.Active, boundOwner, boundEntity),
            Pending = document.Pending is { } pending ? pending with { Set = Renewed(pending.Set, boundOwner, boundEntity)! } : null,
        }).With(new DocumentEvent(around.Now, "confirm", operationId, by, document.Active?.Generation ?? document.Pending?.Set.Generation, reason)));
    }

    private static CodeSet? Renewed(CodeSet? set, BoundEntity owner, BoundEntity entity) =>
        set is null ? null : set with { Owner = owner, Entity = entity, Suspension = null };

    private static BoundEntity Bind(EntitySnapshot entity, IReadOnlyList<string> facets) => new(entity.Id, EntityFingerprint.Of(entity, facets));

    private static bool Same(BoundEntity one, BoundEntity other) =>
        one.EntityId == other.EntityId && one.Fingerprint.Digest == other.Fingerprint.Digest
        && one.Fingerprint.Facets.SequenceEqual(other.Fingerprint.Facets, StringComparer.Ordinal);
}
