using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// When what a recovery handed out ends before its time: with whatever ends the identity's codes by somebody's order, and with an incident, be it one that
/// only freezes codes. It is marked in the very write that decides it; whoever wrote ends it at Vault, and the worker again until Vault says that it is gone.
/// </summary>
internal static class RecoveryEnding
{
    /// <summary>The document with everything that was handed out marked to end.</summary>
    public static IdentityDocument EndingRecoveries(this IdentityDocument document, DateTimeOffset now) =>
        document.Recoveries.All(r => r.EndedAt is not null) ? document
        : document with { Recoveries = [.. document.Recoveries.Select(r => r.EndedAt is null ? r with { EndedAt = now } : r)] };

    /// <summary>What has to end by the state of things, whoever brought it about.</summary>
    public static IReadOnlyList<Recovery> Due(IdentityDocument document, BrokerState state) =>
        [.. document.Recoveries.Where(r => r.EndedAt is null && (document.RetiredAt is not null || document.SuspendedBy is not null || IsLockedDown(document, state, r)))];

    // A lifted one that was void ended it as well, should the worker come by only now.
    private static bool IsLockedDown(IdentityDocument document, BrokerState state, Recovery recovery) =>
        state.Lockdowns.Concat(state.Voiding).Any(l => recovery.StateVersion < l.Version && IsMeant(l.Scope, document, recovery.Generation));

    // Of a set that is gone only the identity is left to go by: the safe side.
    private static bool IsMeant(LockdownScope scope, IdentityDocument document, int generation) =>
        (document.Active?.Generation == generation ? document.Active : document.Ended?.Generation == generation ? document.Ended.Set : null) is { } set
            ? scope.Matches(document, set)
            : scope.MatchesIdentity(document);
}
