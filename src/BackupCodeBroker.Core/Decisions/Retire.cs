using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>Ends an identity for good: its codes, and every way to new ones. Its name is not to be had again, so that no record ever speaks of two.</summary>
public abstract record RetireDecision
{
    private RetireDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then it is retired.</summary>
    public sealed record Retired(IdentityDocument Next) : RetireDecision;

    /// <summary>It was retired before: nothing is written.</summary>
    public sealed record AlreadyRetired : RetireDecision;

    /// <summary>Decides.</summary>
    public static RetireDecision Decide(IdentityDocument document, string reason, string operationId, Actor by, DateTimeOffset now)
    {
        if (document.RetiredAt is not null)
        {
            return new AlreadyRetired();
        }

        var generation = document.Active?.Generation ?? document.Pending?.Set.Generation;
        var next = Ending.OfAll(document, "retired", now) with
        {
            RetiredAt = now,
            Suspension = null,
            Approvals = [.. document.Approvals.Where(approval => approval.Use is not null)],
        };
        return new Retired(next.With(new DocumentEvent(now, "retire", operationId, by, generation, reason)));
    }
}
