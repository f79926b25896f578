using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Proves that a code would work, and spends nothing: it is looked at as a consumption looks at it, a wrong secret counts as one does, and what is written is
/// that it was right, and when. It leaves no event, so that whoever drills often does not push out what happened.
/// </summary>
public abstract record DrillDecision
{
    private DrillDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then the code is proven.</summary>
    public sealed record Proven(IdentityDocument Next, CodeSet Set) : DrillDecision;

    /// <summary>Refused; where <paramref name="Counts"/>, a failure is to be counted at the generation and selector.</summary>
    public sealed record Refused(Reason Reason, int? Generation, bool Counts = false) : DrillDecision;

    /// <summary>Decides.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="around">What was read beside it.</param>
    /// <param name="selector">Which code.</param>
    /// <param name="verified">Whether its secret hashed to what is stored.</param>
    /// <param name="operationId">Id of this operation.</param>
    /// <param name="by">The caller.</param>
    public static DrillDecision Decide(IdentityDocument document, Surroundings around, string selector, bool verified, string operationId, Actor by)
    {
        if (ConsumeDecision.Refusal(document, around, selector, verified) is { } refused)
        {
            return new Refused(refused.Reason, refused.Generation, refused.Counts);
        }

        var set = document.Active!;
        return new Proven(document with { Proof = new Proof(around.Now, set.Generation, "drill", operationId, by) }, set);
    }
}
