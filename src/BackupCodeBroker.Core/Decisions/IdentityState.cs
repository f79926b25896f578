using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>One word for where an identity stands, as its status shows it.</summary>
public static class IdentityState
{
    /// <summary>Registered, and no codes were ever issued or none are left after an end.</summary>
    public const string Registered = "registered";

    /// <summary>Codes were issued and wait for their first activation.</summary>
    public const string Pending = "pending";

    /// <summary>Codes can be consumed.</summary>
    public const string Active = "active";

    /// <summary>Every code is spent or void.</summary>
    public const string Exhausted = "exhausted";

    /// <summary>The last set was revoked or reported as intercepted.</summary>
    public const string Revoked = "revoked";

    /// <summary>It was ended for good.</summary>
    public const string Retired = "retired";

    /// <summary>Every word there is, for whoever asks for one.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Registered, Pending, Active, Exhausted, Revoked, Retired,
        .. new[]
        {
            Reason.Disabled, Reason.ClockBackwards, Reason.OtherEpoch, Reason.StateSetBack, Reason.OtherEnvironment, Reason.Frozen, Reason.LockedDown, Reason.Suspended,
            Reason.Expired, Reason.RecertificationLapsed,
        }.Select(reason => reason.Name()),
    ];

    /// <summary>The word: where a set cannot be used, the reason's name. Without <paramref name="around"/> owner and entity are not looked at.</summary>
    public static string Of(IdentityDocument document, Surroundings around) => document.RetiredAt is not null ? Retired
        : document.Active is { } set
        ? SetStanding.OfSet(document, set, around)?.Name() ?? (set.Remaining == 0 ? Exhausted : Active)
        : document.Suspension is not null ? Reason.Suspended.Name()
        : document.Pending is { } pending && around.Now <= pending.Delivery.Deadline ? Pending
        : document.Ended is not null ? Revoked
        : Registered;
}
