using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>Proof of receipt: the pending set becomes the active one and the old one ends, in one write.</summary>
public abstract record ActivateDecision
{
    /// <summary>Wrong activation secrets that a pending set bears before it ends.</summary>
    public const int MaxFailures = 10;

    private ActivateDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then the set is active.</summary>
    public sealed record Activated(IdentityDocument Next) : ActivateDecision;

    /// <summary>The set was activated with this secret before: a repeat, nothing is written.</summary>
    public sealed record AlreadyActive : ActivateDecision;

    /// <summary>Refused; where <paramref name="Next"/> is given it is written first, and <paramref name="Ended"/> tells whether that ends the pending set.</summary>
    public sealed record Refused(Reason Reason, IdentityDocument? Next = null, bool Ended = false) : ActivateDecision;

    /// <summary>Decides.</summary>
    public static ActivateDecision Decide(
        IdentityDocument document, Surroundings around, int generation, ActivationSecret secret, string operationId, Actor by)
    {
        if (document.Active is { } active && active.Generation == generation)
        {
            return Proves(active, secret) ? new AlreadyActive() : new Refused(Reason.NotPending);
        }

        if (document.Pending is not { } pending || pending.Set.Generation != generation)
        {
            return new Refused(Reason.NotPending);
        }

        if (!Proves(pending.Set, secret))
        {
            return Wrong(document, pending, operationId, by, around.Now);
        }

        if (around.Now > pending.Delivery.Deadline)
        {
            var next = (document with { Pending = null }).With(new DocumentEvent(around.Now, "lapse", operationId, by, generation));
            return new Refused(Reason.Lapsed, next, Ended: true);
        }

        return SetStanding.OfSet(document, pending.Set, around) is { } reason
            ? new Refused(reason)
            : new Activated(Activate(document, pending, operationId, by, around.Now));
    }

    private static IdentityDocument Activate(
        IdentityDocument document, PendingSet pending, string operationId, Actor by, DateTimeOffset now) => (document with
        {
            Pending = null,
            Active = pending.Set with { ActivatedAt = now, ActivatedBy = by },
            Ended = Ending.Of(document.Active, "replaced", now) ?? document.Ended,
        }).With(new DocumentEvent(now, "activate", operationId, by, pending.Set.Generation));

    private static Refused Wrong(IdentityDocument document, PendingSet pending, string operationId, Actor by, DateTimeOffset now)
    {
        var failures = pending.ActivationFailures + 1;
        return failures < MaxFailures
            ? new Refused(Reason.WrongActivation, document with { Pending = pending with { ActivationFailures = failures } })
            : new Refused(
                Reason.WrongActivation,
                (document with { Pending = null }).With(new DocumentEvent(now, "end-pending", operationId, by, pending.Set.Generation, "failures")),
                Ended: true);
    }

    private static bool Proves(CodeSet set, ActivationSecret secret) =>
        SetKey.Same(set.ActivationHash, SetKey.ActivationHash(set.SetKey, secret));
}
