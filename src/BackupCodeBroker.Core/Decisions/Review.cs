using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>Closes the review of a use: somebody other than who used it, whom Vault knows as an entity, says what they found.</summary>
public abstract record ReviewDecision
{
    private ReviewDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then the use was looked at.</summary>
    public sealed record Reviewed(IdentityDocument Next) : ReviewDecision;

    /// <summary>Refused.</summary>
    public sealed record Refused(Reason Reason) : ReviewDecision;

    /// <summary>Decides.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="used">Id of the operation that is looked at.</param>
    /// <param name="note">What was found.</param>
    /// <param name="operationId">Id of this operation.</param>
    /// <param name="by">Who looked.</param>
    /// <param name="now">The time.</param>
    public static ReviewDecision Decide(IdentityDocument document, string used, string note, string operationId, Actor by, DateTimeOffset now)
    {
        if (document.Reviews.FirstOrDefault(r => r.OperationId == used) is not { } review)
        {
            return new Refused(Reason.NoSuchReview);
        }

        if (by.EntityId.Length == 0 || by.EntityId == review.By.EntityId)
        {
            return new Refused(Reason.NotASecondPerson);
        }

        var entry = new DocumentEvent(now, "review", operationId, by, null, KeptText.Of($"{used}: {note}"));
        return new Reviewed((document with { Reviews = [.. document.Reviews.Where(r => r.OperationId != used)] }).With(entry));
    }
}
