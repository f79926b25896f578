using BackupCodeBroker.Core.Decisions;

namespace BackupCodeBroker.Core.Reports;

/// <summary>
/// Why an identity could not be recovered now, or might soon not be. Those before <see cref="Low"/> stand in the way of any use; the others are what to see
/// to before they do.
/// </summary>
public enum ReadinessCause
{
    /// <summary>The document cannot be read: of an unknown schema, of another identity, or no document.</summary>
    Unreadable,

    /// <summary>The document was deleted in Vault.</summary>
    Removed,

    /// <summary>Codes were never received.</summary>
    NoCodes,

    /// <summary>Codes were made and wait to be received; none were received before.</summary>
    NotReceived,

    /// <summary>The last set ended and no other followed.</summary>
    Ended,

    /// <summary>Every code is spent or void.</summary>
    UsedUp,

    /// <summary>The set is past its life.</summary>
    Expired,

    /// <summary>Too many wrong secrets were tried on the set.</summary>
    Disabled,

    /// <summary>Codes are set aside: somebody ordered it, or the worker saw that owner or entity are not what they were.</summary>
    Suspended,

    /// <summary>A lockdown freezes the set.</summary>
    Frozen,

    /// <summary>A lockdown voided the set.</summary>
    LockedDown,

    /// <summary>The owner is gone or disabled.</summary>
    Ownerless,

    /// <summary>The owner is another, or looks different, than at issue.</summary>
    OwnerChanged,

    /// <summary>The identity's entity is gone, disabled, changed, or carries more than it should.</summary>
    EntityChanged,

    /// <summary>Somebody should have confirmed by now that the identity still needs codes.</summary>
    RecertificationLapsed,

    /// <summary>The set is of another epoch or environment: storage was restored, or copied.</summary>
    OtherDeployment,

    /// <summary>The clock stands before something that has happened.</summary>
    ClockBackwards,

    /// <summary>As many uses as an identity keeps wait to be looked at: one more is refused.</summary>
    ReviewsOverdue,

    /// <summary>Few codes are left.</summary>
    Low,

    /// <summary>The set should have been replaced by now: about to end, or spent.</summary>
    Overdue,

    /// <summary>The set is older than its profile now allows, though it was issued for longer.</summary>
    Stale,

    /// <summary>No code of the set was ever found to work.</summary>
    NeverProven,

    /// <summary>The last proof that a code of the set works is older than the profile allows.</summary>
    ProofOld,

    /// <summary>The profile is not configured any more: no new codes can be issued.</summary>
    NoProfile,
}

/// <summary>The names of causes.</summary>
public static class ReadinessCauses
{
    private static readonly Dictionary<ReadinessCause, string> Names = Enum.GetValues<ReadinessCause>().ToDictionary(c => c, Kebab);

    /// <summary>Every cause, those that stand in the way of any use first.</summary>
    public static IReadOnlyList<ReadinessCause> All { get; } = Enum.GetValues<ReadinessCause>();

    /// <summary>The cause in answers: lower case with dashes.</summary>
    public static string Name(this ReadinessCause cause) => Names[cause];

    /// <summary>Whether nothing can be recovered while it lasts.</summary>
    public static bool Blocks(this ReadinessCause cause) => cause < ReadinessCause.Low;

    /// <summary>The cause that a refusal of a whole set is; null for a refusal that is about something else.</summary>
    internal static ReadinessCause? Of(Reason? reason) => reason switch
    {
        null => null,
        Reason.Expired => ReadinessCause.Expired,
        Reason.Disabled => ReadinessCause.Disabled,
        Reason.Suspended => ReadinessCause.Suspended,
        Reason.Frozen => ReadinessCause.Frozen,
        Reason.LockedDown => ReadinessCause.LockedDown,
        Reason.OwnerGone or Reason.OwnerDisabled => ReadinessCause.Ownerless,
        Reason.OwnerChanged => ReadinessCause.OwnerChanged,
        Reason.EntityGone or Reason.EntityDisabled or Reason.EntityChanged or Reason.Overgranted => ReadinessCause.EntityChanged,
        Reason.RecertificationLapsed => ReadinessCause.RecertificationLapsed,
        Reason.OtherEpoch or Reason.OtherEnvironment => ReadinessCause.OtherDeployment,
        Reason.ClockBackwards => ReadinessCause.ClockBackwards,
        _ => ReadinessCause.Ended,
    };

    private static string Kebab(ReadinessCause cause) =>
        string.Concat(cause.ToString().Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
