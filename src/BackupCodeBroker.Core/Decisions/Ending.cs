using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// What is kept of a set that ends: its consumed codes, for repeats. The hashes of unspent codes are gone with the write, and so is what the others were
/// consumed for: a repeat is known by its hash, and 64 purposes would take the room of the notices.
/// </summary>
internal static class Ending
{
    /// <summary>Reason of a set that a lockdown ended for good.</summary>
    public const string LockedDown = "locked-down";

    /// <summary>Reason of a set of which a code was found where others can read it.</summary>
    public const string Leaked = "leaked";

    /// <summary>The identity without its sets: the active one is kept for repeats, the pending one is gone.</summary>
    public static IdentityDocument OfAll(IdentityDocument document, string reason, DateTimeOffset now) =>
        document.EndingRecoveries(now) with { Active = null, Pending = null, Ended = Of(document.Active, reason, now) ?? document.Ended };

    public static EndedSet? Of(CodeSet? set, string reason, DateTimeOffset now) => set is null ? null : new EndedSet
    {
        Generation = set.Generation,
        EndedAt = now,
        Reason = reason,
        Set = (set with { Codes = [.. set.Codes.Where(c => c.Consumption is not null)] }).WithoutPurposes(),
        Unspent = [.. set.Codes.Where(c => c.Consumption is null).Select(c => c.Selector)],
    };
}
