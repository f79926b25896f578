using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Counts how far a lockdown got from the identities' documents alone, each shown once, in any order. Whatever a count left behind that was broken off
/// is of no interest: the next one counts the same.
/// </summary>
/// <param name="lockdown">The lockdown.</param>
public sealed class LockdownTally(Lockdown lockdown)
{
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _waiting = new(StringComparer.Ordinal);
    private int _matched;
    private int _ended;
    private int _reissued;
    private bool _missed;

    /// <summary>Which lockdown is counted.</summary>
    public Lockdown Lockdown => lockdown;

    /// <summary>
    /// Whether it hit the identity: a set is under it, or a set that was under it has ended since, by the lockdown (which left a stamp) or by whoever
    /// revoked or replaced it first.
    /// </summary>
    public static bool Hit(Lockdown lockdown, IdentityDocument document) =>
        document.Lockdowns.Any(s => s.Lockdown == lockdown.Id) || IsUnder(lockdown, document) || EndedSince(lockdown, document);

    /// <summary>Whether a set of the identity is under it.</summary>
    public static bool IsUnder(Lockdown lockdown, IdentityDocument document) =>
        document.Active is { } active && lockdown.Matches(document, active) || document.Pending is { } pending && lockdown.Matches(document, pending.Set);

    /// <summary>Adds an identity.</summary>
    public void Add(IdentityDocument document)
    {
        if (!Hit(lockdown, document))
        {
            return;
        }

        _matched++;
        Keep(_names, document.Identity);
        _ended += IsUnder(lockdown, document) ? 0 : 1;
        if (document.Active is { } active && active.StateVersion >= lockdown.Version)
        {
            _reissued++;
        }
        else
        {
            Keep(_waiting, document.Identity);
        }
    }

    /// <summary>An identity could not be looked at: it may be under the lockdown, so the count is not complete.</summary>
    public void Miss() => _missed = true;

    /// <summary>What came out, once every identity was added.</summary>
    /// <param name="began">When the counting began.</param>
    /// <param name="inForceAt">From when on nothing new can fall under it: an earlier count is not complete.</param>
    public LockdownProgress Result(DateTimeOffset began, DateTimeOffset inForceAt) => new()
    {
        AsOf = began,
        Matched = _matched,
        Ended = _ended,
        Reissued = _reissued,
        // Frozen sets stay as they are: nothing is to be done about them.
        Complete = !_missed && began >= inForceAt && (lockdown.Mode != Lockdown.Void || _ended == _matched),
        Names = [.. _names],
        Waiting = [.. _waiting],
    };

    internal static bool EndedSince(Lockdown lockdown, IdentityDocument document) =>
        document.Ended is { } ended && ended.EndedAt >= lockdown.DeclaredAt && lockdown.Matches(document, ended.Set);

    // The first ones in the order of names.
    private static void Keep(SortedSet<string> names, string name)
    {
        if (names.Add(name) && names.Count > LockdownProgress.MaxNames)
        {
            names.Remove(names.Max!);
        }
    }
}
