using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// A code was found where others can read it. Where it is one of the identity's, the set that it is of ends, and only that: whoever saw one code of a set may have
/// seen the others. A code that was consumed says nothing of its siblings, for it is meant to be shown to somebody; it ends nothing, as does one of a set that has ended.
/// A wrong secret is none of the identity's codes: it ends nothing and is counted nowhere, for a report must not be a way to run up failures.
/// </summary>
public abstract record LeakDecision
{
    private LeakDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then the set is ended.</summary>
    public sealed record Ended(IdentityDocument Next, int Generation) : LeakDecision;

    /// <summary>There is nothing to end.</summary>
    public sealed record NothingToEnd : LeakDecision;

    /// <summary>Whether a selector could lead to something to end, so that its secret has to be looked at.</summary>
    public static bool Concerns(IdentityDocument document, string selector) => Found(document, selector) is not null;

    /// <summary>Decides.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="selector">The code's selector.</param>
    /// <param name="verified">What the code's secret was verified against.</param>
    /// <param name="standing">What it would be verified against now: another than <paramref name="verified"/> where the set is another meanwhile.</param>
    /// <param name="operationId">Operation that reported it.</param>
    /// <param name="by">Who reported it.</param>
    /// <param name="now">The time.</param>
    public static LeakDecision Decide(
        IdentityDocument document, string selector, CodeMaterial verified, CodeMaterial standing, string operationId, Actor by, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (verified != standing || Found(document, selector) is not { } found)
        {
            return new NothingToEnd();
        }

        var entry = new DocumentEvent(now, "leak", operationId, by, found.Set.Generation);
        var next = found.Place == CodePlace.Pending
            ? document with { Pending = null }
            : document.EndingRecoveries(now) with { Active = null, Ended = Ending.Of(found.Set, Ending.Leaked, now) };
        return new Ended(next.With(entry), found.Set.Generation);
    }

    private static FoundCode? Found(IdentityDocument document, string selector) =>
        FoundCode.In(document, selector) is { Code.Consumption: null, Place: not CodePlace.Ended } found ? found : null;
}
