using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// What the worker makes of a <c>void</c> lockdown: sets under it end for good, with a stamp that outlives the lockdown; what somebody
/// else ended while it was in force was hit all the same, and is stamped too. At consume they are refused
/// from its declaration on; ending them is what lets it be lifted.
/// </summary>
public static class LockdownEnding
{
    /// <summary>The document to write; null where there is nothing to do. Only sets under a lockdown end: a newer one beside them stays.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="state">The state as of now.</param>
    /// <param name="operationId">The worker's piece of work.</param>
    /// <param name="by">Who does it.</param>
    /// <param name="now">Now.</param>
    /// <param name="version">The state's KV version.</param>
    public static IdentityDocument? Next(
        IdentityDocument document, BrokerState state, string operationId, Actor by, DateTimeOffset now, long version = long.MaxValue)
    {
        var hits = state.Voiding(now, version).Where(l => l.IsLeft(document)).ToList();
        if (hits.Count == 0)
        {
            return null;
        }

        var active = document.Active is { } a && hits.Any(l => l.Matches(document, a)) ? a : null;
        var pending = document.Pending is { } p && hits.Any(l => l.Matches(document, p.Set)) ? p.Set : null;
        var generation = pending?.Generation ?? active?.Generation ?? document.Ended!.Generation;
        return (document with
        {
            Active = active is null ? document.Active : null,
            Pending = pending is null ? document.Pending : null,
            Ended = Ending.Of(active, Ending.LockedDown, now) ?? document.Ended,
            Lockdowns = Stamped(document.Lockdowns, hits, generation, now),
        }).With(new DocumentEvent(now, "lockdown", operationId, by, generation, hits[0].Lockdown.Id));
    }

    private static List<LockdownStamp> Stamped(IReadOnlyList<LockdownStamp> before, List<LockdownReach> hits, int generation, DateTimeOffset now)
    {
        IEnumerable<LockdownStamp> kept = before.Where(s => !hits.Any(l => l.Lockdown.Id == s.Lockdown));
        var added = hits.Select(l => new LockdownStamp(l.Lockdown.Id, l.Lockdown.Version, generation, now));
        return [.. kept.Concat(added).OrderBy(s => s.Version).TakeLast(LockdownStamp.Max)];
    }
}
