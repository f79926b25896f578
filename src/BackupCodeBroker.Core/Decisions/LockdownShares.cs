using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Who may have how much of the state document. Every use reads it, so it is small, and all who may declare share it: lockdowns about names with a prefix
/// have half of it together, and those about names alike up to their first dot three quarters of that half. So whoever may lock down one team keeps neither
/// other teams nor those out who may lock down everything. What was lifted is remembered within limits of its own.
/// </summary>
public static class LockdownShares
{
    /// <summary>Most about names with a prefix.</summary>
    public const int MaxNarrow = BrokerState.MaxLockdowns / 2;

    /// <summary>Most about names alike.</summary>
    public const int MaxAlike = MaxNarrow * 3 / 4;

    // Together with what else stands in the state they are less than it may have.
    private const int InForceBytes = 40 * 1024, LiftedBytes = 22 * 1024;

    // No lockdown's id: it has no story.
    private const string Several = "several";

    /// <summary>Whether those in force, the last one of which is new, leave everybody their share.</summary>
    internal static bool HaveRoom(IReadOnlyList<Lockdown> all) =>
        HaveRoom([.. all.Select(l => (l.Scope.Share, DocumentJson.Size(l)))], all[^1].Scope.Share, InForceBytes);

    /// <summary>
    /// Those that were lifted, the last one of which is new, so that everybody has their share: freezes that are too many are made one, which is over the
    /// approvals of all names alike and revives nothing. Null where that does not help: what was void is remembered one by one.
    /// </summary>
    internal static IReadOnlyList<LiftedLockdown>? Remembered(IReadOnlyList<LiftedLockdown> all)
    {
        var share = all[^1].Lockdown.Scope.Share;
        IReadOnlyList<LiftedLockdown>? kept = all;
        while (kept is not null && !HaveRoom([.. kept.Select(l => (l.Lockdown.Scope.Share, DocumentJson.Size(l)))], share, LiftedBytes))
        {
            kept = Fewer(kept, share);
        }

        return kept;
    }

    private static bool HaveRoom(IReadOnlyList<(string Share, int Bytes)> all, string share, int bytes) => Fit(all, BrokerState.MaxLockdowns, bytes)
        && (share.Length == 0
            || Fit([.. all.Where(l => l.Share.Length > 0)], MaxNarrow, bytes / 2) && Fit([.. all.Where(l => l.Share == share)], MaxAlike, bytes / 2 * 3 / 4));

    private static bool Fit(IReadOnlyList<(string Share, int Bytes)> some, int places, int bytes) => some.Count <= places && some.Sum(l => l.Bytes) <= bytes;

    // The oldest two about names alike are made one; where there are no two, of others with a prefix; nobody's who may lock down everything but by themselves.
    private static IReadOnlyList<LiftedLockdown>? Fewer(IReadOnlyList<LiftedLockdown> lifted, string share)
    {
        var freezes = lifted.Where(l => l.Lockdown.Mode == Lockdown.Freeze).ToList();
        var narrow = freezes.Where(l => l.Lockdown.Scope.Share.Length > 0).ToList();
        List<LiftedLockdown>[] groups =
        [
            [.. freezes.Where(l => l.Lockdown.Scope.Share == share)],
            .. narrow.GroupBy(l => l.Lockdown.Scope.Share, (_, alike) => alike.ToList()),
            narrow,
        ];
        if (groups.FirstOrDefault(g => g.Count > 1) is not [var one, var other, ..])
        {
            return null;
        }

        var merged = Merged(one, other);
        return [.. lifted.Where(l => !ReferenceEquals(l, one)).Select(l => ReferenceEquals(l, other) ? merged : l)];
    }

    private static LiftedLockdown Merged(LiftedLockdown one, LiftedLockdown other)
    {
        var prefix = Common(one.Lockdown.Scope.Share, other.Lockdown.Scope.Share);
        var merged = new Lockdown
        {
            Id = Several,
            Mode = Lockdown.Freeze,
            Version = Math.Max(one.Lockdown.Version, other.Lockdown.Version),
            Scope = new LockdownScope { Identities = prefix.Length == 0 ? null : prefix + "*" },
            Reason = "more lockdowns were lifted than are remembered one by one",
            DeclaredAt = other.Lockdown.DeclaredAt,
            DeclaredBy = Actor.Worker,
        };
        return new LiftedLockdown(merged, (one.Lift.At > other.Lift.At ? one : other).Lift with { By = Actor.Worker });
    }

    private static string Common(string one, string other) => one[..one.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count()];
}
