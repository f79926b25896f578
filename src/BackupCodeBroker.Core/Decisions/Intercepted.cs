using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// A recipient reports that somebody else may have seen the plaintext. The pending set ends, which makes the wrap worthless. A set that somebody
/// other than the reporter has activated within the last hour ends as well: it is the thief's. Older ones are for whoever may revoke.
/// </summary>
public abstract record InterceptedDecision
{
    /// <summary>How long after its activation a set can be reported: the longest life of a wrap, after which no recipient still waits for one.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private InterceptedDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>, then raise the alarm.</summary>
    public sealed record Ended(IdentityDocument Next) : InterceptedDecision;

    /// <summary>The set is no longer there: the alarm is raised all the same.</summary>
    public sealed record AlreadyEnded : InterceptedDecision;

    /// <summary>Refused.</summary>
    public sealed record Refused(Reason Reason) : InterceptedDecision;

    /// <summary>Decides.</summary>
    public static InterceptedDecision Decide(
        IdentityDocument document, int generation, string reason, string operationId, Actor by, DateTimeOffset now)
    {
        var entry = new DocumentEvent(now, "intercepted", operationId, by, generation, reason);
        if (document.Pending is { } pending && pending.Set.Generation == generation)
        {
            return new Ended((document with { Pending = null }).With(entry));
        }

        if (document.Active is { } active && active.Generation == generation)
        {
            return active.ActivatedBy?.Key == by.Key || now - active.ActivatedAt > Window
                ? new Refused(Reason.NotPending)
                : new Ended((document with { Active = null, Ended = Ending.Of(active, "intercepted", now) }).With(entry));
        }

        return generation > 0 && generation <= document.LastGeneration ? new AlreadyEnded() : new Refused(Reason.NotPending);
    }
}
