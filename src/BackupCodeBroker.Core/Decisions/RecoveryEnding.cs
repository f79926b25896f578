using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// When what a recovery handed out ends before its time: with whatever ends the identity's codes by somebody's order, and with an incident, be it one that
/// only freezes codes, or a restore, which may have brought it back. It is marked in the very write that decides it; whoever wrote ends it at Vault, and the worker again until Vault says that it is gone.
/// </summary>
internal static class RecoveryEnding
{
    /// <summary>The document with everything that was handed out marked to end.</summary>
    public static IdentityDocument EndingRecoveries(this IdentityDocument document, DateTimeOffset now) =>
        document.Recoveries.All(r => r.EndedAt is not null) ? document
        : document with { Recoveries = [.. document.Recoveries.Select(r => r.EndedAt is null ? r with { EndedAt = now } : r)] };

    /// <summary>The document without what was marked and Vault has ended, and without what is too old to be of use. What is marked and not ended stays, however old.</summary>
    public static IdentityDocument WithoutEnded(this IdentityDocument document, IReadOnlyCollection<string> gone, DateTimeOffset now)
    {
        List<Recovery> kept = [.. document.Recoveries.Where(r => r.EndedAt is null ? now - r.At < Recovery.Kept : !gone.Contains(r.Accessor))];
        return kept.Count == document.Recoveries.Count ? document : document with { Recoveries = kept };
    }

    /// <summary>What has to end by the state of things, whoever brought it about.</summary>
    public static IReadOnlyList<Recovery> Due(IdentityDocument document, Surroundings around) =>
        [.. document.Recoveries.Where(r => r.EndedAt is null
            && (document.RetiredAt is not null || document.SuspendedBy is not null || r.Epoch < around.Epoch || IsLockedDown(document, around.State, r, around.Now)))];

    // A lifted one that was void ended it as well, should the worker come by only now.
    private static bool IsLockedDown(IdentityDocument document, BrokerState state, Recovery recovery, DateTimeOffset now) =>
        state.Lockdowns.Select(l => new LockdownReach(l)).Concat(state.Voiding(now, long.MaxValue))
            .Any(l => recovery.StateVersion < l.Lockdown.Version && IsMeant(l, document, recovery.Generation));

    // Of a set that is gone only the identity is left to go by: the safe side.
    private static bool IsMeant(LockdownReach lockdown, IdentityDocument document, int generation) =>
        (document.Active?.Generation == generation ? document.Active : document.Ended?.Generation == generation ? document.Ended.Set : null) is { } set
            ? lockdown.Lockdown.Scope.Matches(document, set, asIssued: lockdown.IsLifted)
            : lockdown.Lockdown.Scope.MatchesIdentity(document);
}
