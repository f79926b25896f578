using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Listing;

/// <summary>One page.</summary>
internal sealed record ListAnswer : ApiAnswer
{
    /// <summary>The identities, in the order of their names.</summary>
    public required IReadOnlyList<ListedIdentity> Identities { get; init; }

    /// <summary>What to send as <c>after</c> for the next page; absent on the last. A page can be short, or empty, and yet not the last.</summary>
    public string? Next { get; init; }
}

/// <summary>One identity of a page.</summary>
/// <param name="Identity">Name.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Remaining">Unspent codes.</param>
/// <param name="Generation">Active generation.</param>
/// <param name="ExpiresAt">When the active set ends.</param>
/// <param name="Owner">Entity or group that is responsible.</param>
/// <param name="Profile">Profile.</param>
internal sealed record ListedIdentity(
    string Identity, string State, int Remaining, int? Generation, DateTimeOffset? ExpiresAt, string Owner, string Profile)
{
    /// <summary><c>group</c> where the owner is a group.</summary>
    public string? OwnerKind { get; init; }

    /// <summary>Why nobody answers for it, where that was asked: <c>owner-gone</c>, <c>owner-disabled</c>.</summary>
    public string? OwnerState { get; init; }

    /// <summary>The identity's own entity.</summary>
    public string? Entity { get; init; }

    /// <summary>What it is called elsewhere.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Why and since when nothing of it can be used.</summary>
    public ListedSuspension? Suspension { get; init; }

    /// <summary>Requests for approval that wait for an answer.</summary>
    public required int OpenApprovals { get; init; }

    /// <summary>Uses that somebody still has to look at.</summary>
    public required int OpenReviews { get; init; }

    public static ListedIdentity Of(IdentityDocument document, Surroundings around, string? ownerState) => new(
        document.Identity,
        IdentityState.Of(document, around),
        document.Active?.Remaining ?? 0,
        document.Active?.Generation,
        document.Active?.ExpiresAt,
        document.Owner,
        document.Profile)
    {
        OpenApprovals = ApprovalStanding.CountOpen(document, around.State, around.Now),
        OpenReviews = document.Reviews.Count,
        OwnerKind = document.OwnerKind,
        OwnerState = ownerState,
        Entity = document.Entity,
        ExternalId = document.ExternalId,
        Suspension = document.SuspendedBy is { } suspension ? new ListedSuspension(suspension.At, suspension.Cause) : null,
    };
}

/// <summary>Codes that are set aside.</summary>
/// <param name="Since">Since when.</param>
/// <param name="Cause">Why: the name of a reason, <c>offboarded</c> or <c>suspended</c>.</param>
internal sealed record ListedSuspension(DateTimeOffset Since, string Cause);
