namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// A second person's consent to one operation on one identity (dual control; PCI DSS 4.0.1, 8.6.1): requested by name and with a reason, decided by
/// another entity, used once, within the hour.
/// </summary>
public sealed record Approval
{
    /// <summary>Most that an identity keeps.</summary>
    public const int Max = 8;

    /// <summary>Longest life, from the request on.</summary>
    public static readonly TimeSpan MaxLife = TimeSpan.FromHours(1);

    /// <summary>Longest ticket, in characters.</summary>
    public const int MaxTicket = 64;

    /// <summary>Its id: that of the operation which asked for it, 128 random bits in hex.</summary>
    public required string Id { get; init; }

    /// <summary>Operation that it is asked for: <c>issue</c>, <c>consume</c> or <c>recover</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Who asked.</summary>
    public required Actor RequestedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>Why, in the requester's words.</summary>
    public required string Reason { get; init; }

    /// <summary>The ticket that it belongs to.</summary>
    public required string Ticket { get; init; }

    /// <summary>How the person was verified (video call, badge, manager's call back), in the requester's words.</summary>
    public required string Verification { get; init; }

    /// <summary>From when on it is nothing any more.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>KV version of <c>broker/state</c> at the request: a later lockdown over the identity ends it.</summary>
    public required long StateVersion { get; init; }

    /// <summary>The identity's owner at the request: with another owner it is nothing any more.</summary>
    public string Owner { get; init => field = value ?? ""; } = "";

    /// <summary>Generation whose codes it is about; null for <c>issue</c>. With other codes it is nothing any more.</summary>
    public int? Generation { get; init; }

    /// <summary>The second person's answer; null while it is open.</summary>
    public Consent? Consent { get; init; }

    /// <summary>The operation that used it; null while it is unused.</summary>
    public ApprovalUse? Use { get; init; }
}

/// <summary>What the second person said.</summary>
/// <param name="Given">Whether they consent.</param>
/// <param name="By">Who they are.</param>
/// <param name="At">When they said so.</param>
/// <param name="Note">What they add, or null.</param>
public sealed record Consent(bool Given, Actor By, DateTimeOffset At, string? Note = null);

/// <summary>The one use of an approval.</summary>
/// <param name="OperationId">Operation that used it.</param>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
public sealed record ApprovalUse(string OperationId, Actor By, DateTimeOffset At);

/// <summary>A use that stays open until somebody other than its user has looked at it.</summary>
/// <param name="OperationId">Operation that is to be looked at.</param>
/// <param name="Operation">What it did.</param>
/// <param name="Cause">Why it has to be: <see cref="AfterApproval"/> or <see cref="BreakGlass"/>.</param>
/// <param name="At">When it was.</param>
/// <param name="By">Who did it.</param>
/// <param name="Approval">What was said when it was approved; null where nobody had to.</param>
public sealed record OpenReview(string OperationId, string Operation, string Cause, DateTimeOffset At, Actor By, ApprovedStory? Approval = null)
{
    /// <summary>Most that an identity keeps. One more use is refused: none goes by unseen.</summary>
    public const int Max = 16;

    /// <summary>A second person had consented to it.</summary>
    public const string AfterApproval = "approval";

    /// <summary>The profile has every use looked at.</summary>
    public const string BreakGlass = "break-glass";
}

/// <summary>What a reviewer needs to know of an approval that was used, when the approval itself is gone.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Reason">Why it was asked for.</param>
/// <param name="Ticket">The ticket that it belongs to.</param>
/// <param name="RequestedBy">Who asked, without their token's accessor.</param>
/// <param name="ApprovedBy">Who consented, likewise.</param>
public sealed record ApprovedStory(string Id, string Reason, string Ticket, Actor RequestedBy, Actor ApprovedBy);
