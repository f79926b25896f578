using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Gives an identity to another owner. The codes of the old one end in the same write, and so does what was asked for under the old ownership: whoever
/// consumes, activates or issues at the same moment loses unless their write came first. The new owner has new codes made.
/// </summary>
public abstract record TransferDecision
{
    private TransferDecision()
    {
    }

    /// <summary>If Vault has such an owner, write <see cref="To"/>; then the identity is the new owner's.</summary>
    public sealed record Transferred(IdentityDocument Next) : TransferDecision
    {
        /// <summary>The document, once it is known whether the new owner is a group.</summary>
        public IdentityDocument To(bool group) => Next with { OwnerKind = group ? IdentityDocument.GroupOwner : null };
    }

    /// <summary>It is that owner's already: nothing is written.</summary>
    public sealed record SameOwner : TransferDecision;

    /// <summary>It is not whose the caller takes it to be: nothing is written.</summary>
    public sealed record OtherOwner : TransferDecision;

    /// <summary>Refused.</summary>
    public sealed record Refused(Reason Reason) : TransferDecision;

    /// <summary>Decides; whether Vault has such an owner is asked after that.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="owner">The new owner.</param>
    /// <param name="reason">Why, in somebody's words.</param>
    /// <param name="operationId">Id of this operation.</param>
    /// <param name="by">The caller.</param>
    /// <param name="now">The time.</param>
    /// <param name="from">Whose the caller takes it to be; null where they do not say.</param>
    public static TransferDecision Decide(
        IdentityDocument document, string owner, string reason, string operationId, Actor by, DateTimeOffset now, string? from = null)
    {
        if (document.RetiredAt is not null)
        {
            return new Refused(Reason.Retired);
        }

        if (document.Owner == owner)
        {
            return new SameOwner();
        }

        if (from is not null && document.Owner != from)
        {
            return new OtherOwner();
        }

        var generation = document.Active?.Generation ?? document.Pending?.Set.Generation;
        var next = Ending.OfAll(document, "transferred", now) with
        {
            Owner = owner,
            OwnerKind = null,
            Suspension = null,
            Approvals = [.. document.Approvals.Where(approval => approval.Use is not null)],
        };
        return new Transferred(next.With(new DocumentEvent(now, "transfer", operationId, by, generation, reason), document.Owner));
    }
}
