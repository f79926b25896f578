using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Api;

/// <summary>A request for approval, as lists and the identity's status show it to those who may see it.</summary>
internal sealed record ApprovalEntry
{
    /// <summary>Its id: that of the operation which asked for it.</summary>
    public required string Approval { get; init; }

    /// <summary>Operation that it is for.</summary>
    public required string Operation { get; init; }

    /// <summary><c>open</c>, <c>approved</c>, <c>denied</c>, <c>used</c> or <c>void</c> (<see cref="ApprovalStanding"/>).</summary>
    public required string State { get; init; }

    /// <summary>Who asked.</summary>
    public required ActorEntry RequestedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>From when on it is nothing any more.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>The ticket.</summary>
    public required string Ticket { get; init; }

    /// <summary>How the person was verified.</summary>
    public required string Verification { get; init; }

    /// <summary>Generation whose codes it is about.</summary>
    public int? Generation { get; init; }

    /// <summary>Who answered.</summary>
    public ActorEntry? AnsweredBy { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>What they added.</summary>
    public string? Note { get; init; }

    /// <summary>Who used it.</summary>
    public ActorEntry? UsedBy { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>Operation that used it.</summary>
    public string? UsedIn { get; init; }

    /// <summary>Those of an identity whose time is not over, oldest first.</summary>
    public static IReadOnlyList<ApprovalEntry> Of(IdentityDocument document, Surroundings around) =>
        [.. document.Approvals.Where(a => around.Now < a.ExpiresAt).Select(a => Of(document, a, around))];

    /// <summary>One of them.</summary>
    public static ApprovalEntry Of(IdentityDocument document, Approval approval, Surroundings around) => new()
    {
        Approval = approval.Id,
        Operation = approval.Operation,
        State = ApprovalStanding.Of(document, approval, around.State, around.Now),
        RequestedBy = ActorEntry.Of(approval.RequestedBy),
        RequestedAt = approval.RequestedAt,
        ExpiresAt = approval.ExpiresAt,
        Reason = approval.Reason,
        Ticket = approval.Ticket,
        Verification = approval.Verification,
        Generation = approval.Generation,
        AnsweredBy = approval.Consent is { } consent ? ActorEntry.Of(consent.By) : null,
        AnsweredAt = approval.Consent?.At,
        Note = approval.Consent?.Note,
        UsedBy = approval.Use is { } use ? ActorEntry.Of(use.By) : null,
        UsedAt = approval.Use?.At,
        UsedIn = approval.Use?.OperationId,
    };
}

/// <summary>A use that waits to be looked at.</summary>
/// <param name="Operation">Id of the operation, by which the review is closed.</param>
/// <param name="Kind">What it did: <c>consume</c> or <c>issue</c>.</param>
/// <param name="Cause"><c>approval</c> or <c>break-glass</c>.</param>
/// <param name="At">When it was.</param>
/// <param name="By">Who did it.</param>
/// <param name="Reason">Why it was approved.</param>
/// <param name="Ticket">The ticket.</param>
/// <param name="RequestedBy">Who asked for the approval.</param>
/// <param name="ApprovedBy">Who consented.</param>
internal sealed record ReviewEntry(
    string Operation, string Kind, string Cause, DateTimeOffset At, ActorEntry By, string? Reason, string? Ticket, ActorEntry? RequestedBy, ActorEntry? ApprovedBy)
{
    /// <summary>All of an identity, oldest first.</summary>
    public static IReadOnlyList<ReviewEntry> Of(IdentityDocument document) => [.. document.Reviews.Select(r => new ReviewEntry(
        r.OperationId,
        r.Operation,
        r.Cause,
        r.At,
        ActorEntry.Of(r.By),
        r.Approval?.Reason,
        r.Approval?.Ticket,
        r.Approval is { } asked ? ActorEntry.Of(asked.RequestedBy) : null,
        r.Approval is { } given ? ActorEntry.Of(given.ApprovedBy) : null))];
}

/// <summary>Who did something.</summary>
/// <param name="Entity">Their Vault entity, where they have one.</param>
/// <param name="Name">Vault's display name of their token.</param>
internal sealed record ActorEntry(string? Entity, string Name)
{
    public static ActorEntry Of(Actor actor) => new(actor.EntityId.Length > 0 ? actor.EntityId : null, actor.DisplayName);
}
