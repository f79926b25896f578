using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Sets an identity's codes aside and stops new ones, until somebody who may transfer it confirms its owner or gives it to another. Nothing is lost but
/// codes that nobody had received yet. What the worker suspends of itself (an owner who changed) is the set's alone and does not stop new codes.
/// </summary>
public abstract record SuspendDecision
{
    private SuspendDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then nothing works.</summary>
    public sealed record Suspended(IdentityDocument Next) : SuspendDecision;

    /// <summary>It is suspended, or retired, already: nothing is written.</summary>
    public sealed record AlreadySuspended : SuspendDecision;

    /// <summary>Decides.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="cause"><see cref="Suspension.Offboarded"/> or <see cref="Suspension.Ordered"/>.</param>
    /// <param name="reason">Why, in somebody's words.</param>
    /// <param name="operationId">Id of this operation.</param>
    /// <param name="by">The caller.</param>
    /// <param name="now">The time.</param>
    public static SuspendDecision Decide(IdentityDocument document, string cause, string reason, string operationId, Actor by, DateTimeOffset now)
    {
        if (document.RetiredAt is not null || document.Suspension is not null)
        {
            return new AlreadySuspended();
        }

        var suspension = new Suspension(now, cause, operationId, by);
        var generation = document.Active?.Generation ?? document.Pending?.Set.Generation;
        var next = document.EndingRecoveries(now) with
        {
            Suspension = suspension,
            Active = document.Active is { } active ? active with { Suspension = suspension } : null,
            Pending = null,
            // Who consented did not know of it; and codes that are given back later are not those that were asked for.
            Approvals = [.. document.Approvals.Where(approval => approval.Use is not null)],
        };
        return new Suspended(next.With(new DocumentEvent(now, "suspend", operationId, by, generation, reason)));
    }
}
