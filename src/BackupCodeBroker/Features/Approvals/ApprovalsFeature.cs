using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Approvals;

/// <summary><c>GET /v1/identities/{identity}/approvals</c>: the requests whose time is not over, and the uses that somebody still has to look at.</summary>
internal sealed class ApprovalsFeature(Admission admission, IdentityDesk desk) : IFeature
{
    public Operation Operation => Operation.Approve;

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
        var answer = new ApprovalsAnswer
        {
            Identity = view.Document.Identity,
            Approvals = ApprovalEntry.Of(view.Document, view.At(scope.Now)),
            Reviews = ReviewEntry.Of(view.Document),
        };
        return new Outcome.Done(200, answer) { Reason = "listed" };
    }
}

/// <summary>What waits for a second person.</summary>
internal sealed record ApprovalsAnswer : ApiAnswer
{
    /// <summary>Name.</summary>
    public required string Identity { get; init; }

    /// <summary>Requests, open and decided.</summary>
    public required IReadOnlyList<ApprovalEntry> Approvals { get; init; }

    /// <summary>Uses that wait to be looked at.</summary>
    public required IReadOnlyList<ReviewEntry> Reviews { get; init; }
}
