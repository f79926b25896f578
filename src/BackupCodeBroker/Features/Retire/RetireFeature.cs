using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Retire;

/// <summary><c>POST /v1/identities/{identity}/retire</c>: ends an identity for good. Saying so again changes nothing.</summary>
internal sealed class RetireFeature(Admission admission, IdentityChange change) : IFeature
{
    public Operation Operation => Operation.Retire;

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
        return RetireDecision.Decide(view.Document, reason, scope.Id, scope.Caller!, scope.Now) switch
        {
            RetireDecision.Retired retired => new ChangeStep.Write(retired.Next, new Outcome.Done(204, null)),
            RetireDecision.AlreadyRetired => new ChangeStep.Answer(new Outcome.Done(204, null, "unchanged")),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }
}
