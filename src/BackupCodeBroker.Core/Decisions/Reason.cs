namespace BackupCodeBroker.Core.Decisions;

/// <summary>Why an operation was refused. The name goes to telemetry and to callers who may see the identity's status, and to nobody else.</summary>
public enum Reason
{
    /// <summary>Nobody registered the name, or its document was deleted.</summary>
    UnknownIdentity,

    /// <summary>The alias's entity carries more than the broker's policy: somebody gave it one.</summary>
    Overgranted,

    /// <summary>The selector is none of the identity's.</summary>
    UnknownCode,

    /// <summary>The secret is not the selector's.</summary>
    Wrong,

    /// <summary>The code was consumed before.</summary>
    Spent,

    /// <summary>Too many wrong secrets were tried on this code.</summary>
    Voided,

    /// <summary>Too many wrong secrets were tried on the set.</summary>
    Disabled,

    /// <summary>The set is past its life.</summary>
    Expired,

    /// <summary>The set was ended: revoked, replaced or reported as intercepted.</summary>
    Ended,

    /// <summary>Receipt of the set was not proven yet.</summary>
    Pending,

    /// <summary>Recertification is overdue.</summary>
    RecertificationLapsed,

    /// <summary>The owner's entity is gone: deleted or merged.</summary>
    OwnerGone,

    /// <summary>The owner's entity is disabled.</summary>
    OwnerDisabled,

    /// <summary>The owner is another, or looks different, than at issue.</summary>
    OwnerChanged,

    /// <summary>The identity's entity is gone: deleted or merged.</summary>
    EntityGone,

    /// <summary>The identity's entity is disabled.</summary>
    EntityDisabled,

    /// <summary>The identity's entity is another, or looks different, than at issue.</summary>
    EntityChanged,

    /// <summary>The set is suspended: its owner or entity changed, or somebody suspended it.</summary>
    Suspended,

    /// <summary>The identity was ended for good.</summary>
    Retired,

    /// <summary>The set was issued in another environment.</summary>
    OtherEnvironment,

    /// <summary>The profile asks for a second person's consent, and there is none for this caller.</summary>
    ApprovalRequired,

    /// <summary>Requester, approver and user of an approval have to be different entities, and the caller is one of the others, or none.</summary>
    NotASecondPerson,

    /// <summary>There is no such request, or it is not open any more.</summary>
    NoSuchApproval,

    /// <summary>The profile hands nothing out to whoever holds a code.</summary>
    NotRecoverable,

    /// <summary>As many credentials as an identity keeps are marked to end, and Vault has not ended them: one more would be forgotten.</summary>
    RecoveriesNotEnded,

    /// <summary>There is nothing that an approval could be for: the profile asks for none, or there are no codes.</summary>
    NothingToApprove,

    /// <summary>As many requests as an identity keeps are open: some have to be decided first.</summary>
    ApprovalsFull,

    /// <summary>There is no such use that waits to be looked at.</summary>
    NoSuchReview,

    /// <summary>As many uses as an identity keeps wait to be looked at: some have to be first.</summary>
    ReviewsOverdue,

    /// <summary>The identity's notices cannot be delivered, and configuration does not let this be done without one.</summary>
    NoticesUndelivered,

    /// <summary>A lockdown freezes the set.</summary>
    Frozen,

    /// <summary>A lockdown voided the set.</summary>
    LockedDown,

    /// <summary>The set is of another epoch than the broker.</summary>
    OtherEpoch,

    /// <summary>The set was issued under a later state than there is: the state document was set back, and lockdowns may be missing from it.</summary>
    StateSetBack,

    /// <summary>The clock stands before something that has happened.</summary>
    ClockBackwards,

    /// <summary>The profile is not configured, or not for this identity.</summary>
    ProfileNotAllowed,

    /// <summary>A lockdown is in force over the identity; issuing then needs a permission of its own.</summary>
    IssueLockedDown,

    /// <summary>There is no pending set of that generation.</summary>
    NotPending,

    /// <summary>The activation secret is not the pending set's.</summary>
    WrongActivation,

    /// <summary>The pending set's deadline has passed.</summary>
    Lapsed,

    /// <summary>The document could grow past what is stored.</summary>
    TooLarge,

    /// <summary>The document was deleted in Vault: it is neither there nor new.</summary>
    Removed,

    /// <summary>The document is of a schema that this version does not know, of another identity, or no document.</summary>
    Unreadable,
}

/// <summary>The names of reasons.</summary>
public static class Reasons
{
    private static readonly Dictionary<Reason, string> Names = Enum.GetValues<Reason>().ToDictionary(r => r, Kebab);

    /// <summary>The reason in telemetry, answers and documents: lower case with dashes.</summary>
    public static string Name(this Reason reason) => Names[reason];

    private static string Kebab(Reason reason) =>
        string.Concat(reason.ToString().Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
