using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>Where a request for approval stands now, in one word, as lists show it. Only <see cref="Approved"/> lets anything happen.</summary>
public static class ApprovalStanding
{
    /// <summary>Nobody has answered yet.</summary>
    public const string Open = "open";

    /// <summary>A second person consents; it can be used.</summary>
    public const string Approved = "approved";

    /// <summary>A second person refused, or took the consent back.</summary>
    public const string Denied = "denied";

    /// <summary>It was used.</summary>
    public const string Used = "used";

    /// <summary>Its time is over, or the clock stands before it was asked for.</summary>
    public const string Expired = "expired";

    /// <summary>A lockdown, another owner or other codes came after it.</summary>
    public const string Void = "void";

    /// <summary>The word.</summary>
    public static string Of(IdentityDocument document, Approval approval, BrokerState state, DateTimeOffset now) =>
        approval.Use is not null ? Used
        : approval.Consent is { Given: false } ? Denied
        : IsExpired(approval, now) ? Expired
        : IsVoid(document, approval, state) ? Void
        : approval.Consent is null ? Open
        : Approved;

    /// <summary>How many wait for an answer.</summary>
    public static int CountOpen(IdentityDocument document, BrokerState state, DateTimeOffset now) => document.Approvals.Count(a => Of(document, a, state, now) == Open);

    /// <summary>Whether its time is over, whatever became of it.</summary>
    internal static bool IsExpired(Approval approval, DateTimeOffset now) =>
        now >= approval.ExpiresAt || now >= approval.RequestedAt + Approval.MaxLife || now + SetStanding.ClockTolerance < approval.RequestedAt;

    // A lockdown ends it for good, lifted or not: the people who asked and consented did not know of the incident.
    private static bool IsVoid(IdentityDocument document, Approval approval, BrokerState state) =>
        approval.Owner != document.Owner
        || approval.Generation is { } generation && generation != document.Active?.Generation
        || state.OverApproval(document, approval) is not null;
}
