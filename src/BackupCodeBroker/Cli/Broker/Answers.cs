using System.Text.Json.Serialization;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Reports;

namespace BackupCodeBroker.Cli.Broker;

// What has no default here has to be in an answer, or it is none of the broker's.

/// <summary>An answer without a body.</summary>
internal sealed record Nothing;

/// <summary>A report that was taken.</summary>
internal sealed record LeakTaken(string OperationId);

/// <summary>A registered identity.</summary>
internal sealed record Registered(
    string Identity,
    string Owner,
    string Profile,
    string? Entity = null,
    string? ExternalId = null,
    string? RecertifyBy = null,
    string? State = null);

/// <summary>A set that waits to be received.</summary>
internal sealed record Issued(string Identity, int Generation, int Count, IssuedWrap Wrapping, string? Kind = null, string? ExpiresAt = null);

/// <summary>Where its plaintext waits in Vault.</summary>
internal sealed record IssuedWrap(SecretText Token, int Ttl, string CreationTime, string? Accessor = null, string? CreationPath = null);

/// <summary>A code that was spent.</summary>
internal sealed record Consumed(
    string Identity, int Generation, string ConsumedAt, int Remaining, IReadOnlyList<string>? Warnings = null, string? Assurance = null);

/// <summary>A code that was spent for a credential.</summary>
internal sealed record Recovered(
    string Identity, int Generation, string ConsumedAt, int Remaining, string Form, IssuedWrap Wrapping, IReadOnlyList<string>? Warnings = null, string? Assurance = null);

/// <summary>A code that was proven.</summary>
internal sealed record Drilled(string Identity, int Generation, string LastProvenAt, int Remaining);

/// <summary>Where an identity stands.</summary>
internal sealed record Standing(
    string Identity,
    string State,
    int? Remaining = null,
    int? Count = null,
    string? Kind = null,
    int? Generation = null,
    string? IssuedAt = null,
    string? ActivatedAt = null,
    string? ExpiresAt = null,
    string? Owner = null,
    string? Entity = null,
    string? ExternalId = null,
    string? Profile = null,
    IReadOnlyDictionary<string, string>? Labels = null,
    string? RecertifyBy = null,
    string? RegisteredAt = null,
    PendingStanding? Pending = null,
    int OpenApprovals = 0,
    int OpenReviews = 0,
    string? OwnerKind = null,
    SetAside? Suspension = null,
    string? RetiredAt = null,
    string? LastProvenAt = null,
    bool? Proven = null);

/// <summary>Why and since when nothing of an identity can be used.</summary>
internal sealed record SetAside(string? Since = null, string? Cause = null);

/// <summary>The set that waits to be received. <paramref name="CreationTime"/> is Vault's text about the wrap.</summary>
internal sealed record PendingStanding(int Generation, string CreationTime, DateTimeOffset? Deadline = null);

/// <summary>One page of identities.</summary>
internal sealed record IdentityPage(IReadOnlyList<ListedIdentity> Identities, string? Next = null);

/// <summary>One of them.</summary>
internal sealed record ListedIdentity(
    string Identity,
    string? State = null,
    int? Remaining = null,
    int? Generation = null,
    string? ExpiresAt = null,
    string? Owner = null,
    string? Profile = null,
    int OpenApprovals = 0,
    int OpenReviews = 0,
    string? OwnerKind = null,
    string? OwnerState = null,
    string? Entity = null,
    string? ExternalId = null,
    SetAside? Suspension = null);

/// <summary>One page of the report; <paramref name="Complete"/> is absent for somebody who does not see the fleet.</summary>
internal sealed record ReportSlice(DateTimeOffset TakenAt, IReadOnlyList<ReportRow> Identities, bool? Complete = null, string? Next = null);

/// <summary>A request for approval that waits for a second person.</summary>
internal sealed record ApprovalRequested(string Identity, string Approval, string Operation, string ExpiresAt, int? Generation = null);

/// <summary>What waits for a second person; both lists are null where the caller may not see them.</summary>
internal sealed record Approvals(
    string Identity,
    [property: JsonPropertyName("approvals")] IReadOnlyList<ListedApproval>? Requests = null,
    IReadOnlyList<ListedReview>? Reviews = null);

/// <summary>One request.</summary>
internal sealed record ListedApproval(
    string Approval,
    string Operation,
    string State,
    string? ExpiresAt = null,
    Party? RequestedBy = null,
    string? RequestedAt = null,
    string? Reason = null,
    string? Ticket = null,
    string? Verification = null,
    Party? AnsweredBy = null,
    string? Note = null,
    Party? UsedBy = null,
    string? UsedIn = null);

/// <summary>One use that waits to be looked at.</summary>
internal sealed record ListedReview(
    string Operation,
    string Kind,
    string Cause,
    string? At = null,
    Party? By = null,
    string? Reason = null,
    string? Ticket = null,
    Party? RequestedBy = null,
    Party? ApprovedBy = null);

/// <summary>Somebody.</summary>
internal sealed record Party(string Name, string? Entity = null);

/// <summary>A lockdown that was declared.</summary>
internal sealed record LockdownDeclared(string Id, string Mode, string DeclaredAt, string InForceAt, int? Matches = null);

/// <summary>What a lockdown would match.</summary>
internal sealed record LockdownLook(int Matches, IReadOnlyList<string> Identities, int More);

/// <summary>A lockdown as it stands.</summary>
internal sealed record LockdownStanding(
    string Id,
    string Mode,
    LockdownMeant Scope,
    LockdownTurn Declared,
    bool InForce,
    int? Expected = null,
    string? InForceAt = null,
    string? CompletedAt = null,
    LockdownTurn? Lifted = null,
    LockdownFigures? Progress = null,
    LockdownHits? Hits = null);

/// <summary>Which sets.</summary>
internal sealed record LockdownMeant(
    string? Identities = null,
    string? Owner = null,
    IReadOnlyDictionary<string, string>? Labels = null,
    string? IssuedSince = null,
    string? IssuedBy = null,
    string? ActivatedBy = null);

/// <summary>Who did something, when and why, and the ids by which that is found.</summary>
internal sealed record LockdownTurn(
    string At, string Reason, string? Entity = null, string? Name = null, string? OperationId = null, string? TraceId = null);

/// <summary>How far it got.</summary>
internal sealed record LockdownFigures(
    string AsOf,
    bool Complete,
    int Matched,
    int Ended,
    int Reissued,
    IReadOnlyList<string>? Identities = null,
    int? MoreIdentities = null,
    IReadOnlyList<string>? Waiting = null,
    int? MoreWaiting = null,
    int? Unread = null);

/// <summary>A page of the identities hit.</summary>
internal sealed record LockdownHits(IReadOnlyList<LockdownHit> Identities, string? Next = null);

/// <summary>An identity that a lockdown hit.</summary>
internal sealed record LockdownHit(string Identity, bool Ended, bool Reissued);

/// <summary>One page of lockdowns.</summary>
internal sealed record LockdownPage(IReadOnlyList<LockdownStanding> Lockdowns, string? Next = null);
