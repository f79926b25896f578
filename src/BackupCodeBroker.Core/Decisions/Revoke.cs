using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>Ends an identity's sets, active and pending. Whoever consumes at the same moment loses unless their write came first.</summary>
public abstract record RevokeDecision
{
    private RevokeDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then the sets are ended.</summary>
    public sealed record Revoked(IdentityDocument Next) : RevokeDecision;

    /// <summary>There is no set to end: nothing is written.</summary>
    public sealed record NothingToEnd : RevokeDecision;

    /// <summary>Decides.</summary>
    public static RevokeDecision Decide(IdentityDocument document, string reason, string operationId, Actor by, DateTimeOffset now)
    {
        if (document.Active is null && document.Pending is null && document.Recoveries.All(r => r.EndedAt is not null))
        {
            return new NothingToEnd();
        }

        var generation = document.Active?.Generation ?? document.Pending?.Set.Generation;
        return new Revoked(Ending.OfAll(document, "revoked", now).With(new DocumentEvent(now, "revoke", operationId, by, generation, reason)));
    }
}
