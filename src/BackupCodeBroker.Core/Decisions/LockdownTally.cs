using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Counts how far a lockdown got from the identities' documents alone, each shown once, in any order. Whatever a count left behind that was broken off
/// is of no interest: the next one counts the same.
/// </summary>
/// <param name="reach">Which sets the lockdown is over.</param>
/// <param name="maxNames">Most names of a list: many are counted at once.</param>
public sealed class LockdownTally(LockdownReach reach, int maxNames = LockdownProgress.MaxNames)
{
    private readonly NamePattern? _pattern = NamePattern.TryParse(reach.Lockdown.Scope.Identities);
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _waiting = new(StringComparer.Ordinal);
    private int _matched;
    private int _ended;
    private int _left;
    private int _reissued;
    private int _unread;
    private bool _missed;

    /// <summary>Which lockdown is counted.</summary>
    public Lockdown Lockdown => reach.Lockdown;

    /// <summary>Adds an identity.</summary>
    public void Add(IdentityDocument document)
    {
        if (!reach.Hit(document))
        {
            return;
        }

        _matched++;
        Keep(_names, document.Identity);
        _ended += reach.IsOver(document) ? 0 : 1;
        _left += reach.IsLeft(document) ? 1 : 0;
        if (reach.HasNewCodes(document))
        {
            _reissued++;
        }
        else
        {
            Keep(_waiting, document.Identity);
        }
    }

    /// <summary>Adds an identity whose document is there and could not be read: what it holds nobody has ended.</summary>
    public void AddUnread(string identity) => _unread += _pattern?.Matches(identity) ?? true ? 1 : 0;

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
        Complete = !_missed && began >= inForceAt && (Lockdown.Mode != Lockdown.Void || _left == 0 && _unread == 0),
        Unread = _unread > 0 ? _unread : null,
        Names = [.. _names],
        Waiting = [.. _waiting],
    };

    // The first ones in the order of names.
    private void Keep(SortedSet<string> names, string name)
    {
        if (names.Add(name) && names.Count > maxNames)
        {
            names.Remove(names.Max!);
        }
    }
}
