using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Status;

/// <summary><c>GET /v1/identities/{identity}</c>: where an identity's codes stand; never a hash.</summary>
internal sealed class StatusFeature(Admission admission, IdentityDesk desk, BrokerProfiles profiles) : IFeature
{
    public Operation Operation => Operation.Status;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        request.Body.Dispose();
        return await admission.ToIdentityAsync(scope, request.Token) switch
        {
            Admitted.Granted granted => await ReadAsync(scope, granted),
            Admitted.Denied denied => denied.Outcome,
            _ => throw new InvalidOperationException("an admission of unknown kind"),
        };
    }

    private async Task<Outcome> ReadAsync(OperationScope scope, Admitted.Granted granted)
    {
        granted.Caller.LookEarly(desk.Guess(granted.Identity), scope.Call);
        var view = await desk.ReadAsync(scope.Call, granted.Identity, withPeople: false);
        view.Note(scope);
        if (await granted.Caller.DeniedAsOwnerAsync(view, scope.Call) is { } notOwner)
        {
            return notOwner;
        }

        if (view.Unusable is { } unusable)
        {
            return await granted.Caller.RefuseAsync(scope, view, unusable);
        }

        scope.Generation = view.Document.Active?.Generation;
        return new Outcome.Done(200, StatusAnswer.Of(view.Document, view.At(scope.Now), profiles.Of(view.Document)));
    }
}

/// <summary>Where an identity stands.</summary>
internal sealed record StatusAnswer : ApiAnswer
{
    /// <summary>Name.</summary>
    public required string Identity { get; init; }

    /// <summary>One word: see <see cref="IdentityState"/>; where the active set cannot be used, the reason's name.</summary>
    public required string State { get; init; }

    /// <summary>Unspent codes of the active set.</summary>
    public required int Remaining { get; init; }

    /// <summary>Codes of the active set.</summary>
    public int? Count { get; init; }

    /// <summary>Form of the codes.</summary>
    public string? Kind { get; init; }

    /// <summary>The active set's generation.</summary>
    public int? Generation { get; init; }

    /// <summary>When the active set was issued.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>When its receipt was proven.</summary>
    public DateTimeOffset? ActivatedAt { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When a code was last found to work, by a drill or a use; of an earlier set where <see cref="Proven"/> is not.</summary>
    public DateTimeOffset? LastProvenAt { get; init; }

    /// <summary>Whether that proof is one of the active set, and not older than the profile allows; absent where there is no set.</summary>
    public bool? Proven { get; init; }

    /// <summary>Entity or group that is responsible.</summary>
    public required string Owner { get; init; }

    /// <summary><c>group</c> where that is a group.</summary>
    public string? OwnerKind { get; init; }

    /// <summary>Why and since when nothing of it can be used; absent where it can.</summary>
    public SuspensionAnswer? Suspension { get; init; }

    /// <summary>When it was ended for good.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>The identity's own entity.</summary>
    public string? Entity { get; init; }

    /// <summary>What it is called elsewhere.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Until when it must be confirmed.</summary>
    public DateTimeOffset? RecertifyBy { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>The set that waits for proof of receipt.</summary>
    public PendingAnswer? Pending { get; init; }

    /// <summary>Requests for approval that wait for an answer.</summary>
    public required int OpenApprovals { get; init; }

    /// <summary>Uses that somebody still has to look at.</summary>
    public required int OpenReviews { get; init; }

    /// <summary>The requests, open and decided, whose time is not over.</summary>
    public required IReadOnlyList<ApprovalEntry> Approvals { get; init; }

    /// <summary>The uses.</summary>
    public required IReadOnlyList<ReviewEntry> Reviews { get; init; }

    public static StatusAnswer Of(IdentityDocument document, Surroundings around, Profile? profile) => new()
    {
        Identity = document.Identity,
        State = IdentityState.Of(document, around),
        Remaining = document.Active?.Remaining ?? 0,
        Count = document.Active?.Codes.Count,
        Kind = document.Active?.Kind,
        Generation = document.Active?.Generation,
        IssuedAt = document.Active?.IssuedAt,
        ActivatedAt = document.Active?.ActivatedAt,
        ExpiresAt = document.Active?.ExpiresAt,
        LastProvenAt = document.Proof?.At,
        Proven = document.Active is null ? null : !Proving.IsUnproven(document, profile, around.Now),
        Owner = document.Owner,
        OwnerKind = document.OwnerKind,
        Suspension = document.SuspendedBy is { } suspension ? new SuspensionAnswer(suspension.At, suspension.Cause) : null,
        RetiredAt = document.RetiredAt,
        Entity = document.Entity,
        ExternalId = document.ExternalId,
        Profile = document.Profile,
        Labels = document.Labels,
        RecertifyBy = document.RecertifyBy,
        RegisteredAt = document.RegisteredAt,
        OpenApprovals = ApprovalStanding.CountOpen(document, around.State, around.Now),
        OpenReviews = document.Reviews.Count,
        Approvals = ApprovalEntry.Of(document, around),
        Reviews = ReviewEntry.Of(document),
        Pending = document.Pending is { } pending
            ? new PendingAnswer(pending.Set.Generation, pending.Delivery.CreationTime, pending.Delivery.Deadline)
            : null,
    };
}

/// <summary>Codes that are set aside.</summary>
/// <param name="Since">Since when.</param>
/// <param name="Cause">Why: the name of a reason, <c>offboarded</c> or <c>suspended</c>.</param>
internal sealed record SuspensionAnswer(DateTimeOffset Since, string Cause);

/// <summary>A pending set: what its recipient compares with the wrap.</summary>
/// <param name="Generation">Its generation.</param>
/// <param name="CreationTime">When Vault made the wrap, in Vault's own text.</param>
/// <param name="Deadline">Until when it can be activated.</param>
internal sealed record PendingAnswer(int Generation, string CreationTime, DateTimeOffset Deadline);
