using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>What a sweep is told beside the document: the profile's thresholds, and what Vault said of the pending set's wrap.</summary>
/// <param name="OperationId">Id of the change, as in its access record.</param>
/// <param name="Profile">The identity's profile; null where configuration has it no longer.</param>
/// <param name="Wrap">Whether the wrap of the pending set was opened before its time.</param>
/// <param name="PeopleWereRead">Whether owner and entity were looked up: without that nothing is said of them.</param>
/// <param name="Gone">Accessors of what recoveries handed out and Vault has ended; null where there is none.</param>
public sealed record SweepRules(string OperationId, Profile? Profile, WrapSight Wrap, bool PeopleWereRead, IReadOnlyList<string>? Gone = null);

/// <summary>What is known of a pending set's wrap.</summary>
public enum WrapSight
{
    /// <summary>Nobody looked, or Vault did not say.</summary>
    Unknown,

    /// <summary>Its token lives: nobody has opened it.</summary>
    Closed,

    /// <summary>Its token is gone before its time: somebody has opened it.</summary>
    Gone,
}

/// <summary>What a sweep did to an identity.</summary>
public enum SweepAct
{
    /// <summary>A set past its life was ended.</summary>
    Expired,

    /// <summary>A pending set whose deadline passed was ended, and nobody had opened its wrap.</summary>
    Lapsed,

    /// <summary>A wrap was found opened.</summary>
    Taken,

    /// <summary>A pending set was ended whose wrap somebody opened and nobody activated: an alarm.</summary>
    NotActivated,

    /// <summary>A set was suspended, or a pending one ended, because its owner or entity is not what it was.</summary>
    Suspended,

    /// <summary>Sets were ended by a lockdown.</summary>
    LockedDown,

    /// <summary>The owner was asked to claim new codes.</summary>
    Asked,

    /// <summary>What a recovery had handed out was ended.</summary>
    RecoveryEnded,

    /// <summary>Expired approvals, and what is left of old recoveries, were dropped.</summary>
    Tidied,
}

/// <summary>The names of acts.</summary>
public static class SweepActs
{
    /// <summary>The act in telemetry and logs.</summary>
    public static string Name(this SweepAct act) => act switch
    {
        SweepAct.Expired => "expired",
        SweepAct.Lapsed => "lapsed",
        SweepAct.Taken => "taken",
        SweepAct.NotActivated => "not-activated",
        SweepAct.Suspended => "suspended",
        SweepAct.LockedDown => "locked-down",
        SweepAct.Asked => "asked",
        SweepAct.RecoveryEnded => "recovery-ended",
        _ => "tidied",
    };
}
