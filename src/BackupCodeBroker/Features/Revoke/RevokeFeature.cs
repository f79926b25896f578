using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Revoke;

/// <summary><c>POST /v1/identities/{identity}/revoke</c>: ends an identity's sets. A consumption that has not committed loses against it.</summary>
internal sealed class RevokeFeature(Admission admission, IdentityChange change) : IFeature
{
    public Operation Operation => Operation.Revoke;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var reason = body.Text("reason", ApiRequest.MaxReason, required: true);
        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        return await admission.ToIdentityAsync(scope, request.Token) switch
        {
            Admitted.Granted granted => await change.RunAsync(
                scope, granted.Identity, granted.Caller, withPeople: false, view => DecideAsync(scope, granted, view, reason!)),
            Admitted.Denied denied => denied.Outcome,
            _ => throw new InvalidOperationException("an admission of unknown kind"),
        };
    }

    private static async Task<ChangeStep> DecideAsync(OperationScope scope, Admitted.Granted granted, IdentityView view, string reason)
    {
        if (view.Unusable is { } unusable)
        {
            return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, unusable));
        }

        scope.Generation = view.Document.Active?.Generation ?? view.Document.Pending?.Set.Generation;
        return RevokeDecision.Decide(view.Document, reason, scope.Id, scope.Caller!, scope.Now) switch
        {
            RevokeDecision.Revoked revoked => new ChangeStep.Write(revoked.Next, new Outcome.Done(204, null)),
            RevokeDecision.NothingToEnd => new ChangeStep.Answer(new Outcome.Done(204, null, "unchanged")),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }
}
