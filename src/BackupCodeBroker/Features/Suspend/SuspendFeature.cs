using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Suspend;

/// <summary>
/// <c>POST /v1/identities/{identity}/suspend</c>: sets an identity's codes aside, for who may revoke. Only who may transfer the identity lifts it. Saying so
/// again changes nothing, so that taking a leaver's identities away can be repeated until all is done.
/// </summary>
internal sealed class SuspendFeature(Admission admission, IdentityChange change) : IFeature
{
    private const int MaxCause = 32;

    public Operation Operation => Operation.Revoke;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var reason = body.Text("reason", ApiRequest.MaxReason, required: true);
        var cause = body.Text("cause", MaxCause, required: false) ?? Suspension.Ordered;
        if (cause is not (Suspension.Ordered or Suspension.Offboarded))
        {
            body.Add("cause", $"is {Suspension.Ordered} or {Suspension.Offboarded}");
        }

        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        return await admission.ToIdentityAsync(scope, request.Token) switch
        {
            Admitted.Granted granted => await change.RunAsync(
                scope, granted.Identity, granted.Caller, withPeople: false, view => DecideAsync(scope, granted, view, cause, reason!)),
            Admitted.Denied denied => denied.Outcome,
            _ => throw new InvalidOperationException("an admission of unknown kind"),
        };
    }

    private static async Task<ChangeStep> DecideAsync(OperationScope scope, Admitted.Granted granted, IdentityView view, string cause, string reason)
    {
        if (view.Unusable is { } unusable)
        {
            return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, unusable));
        }

        scope.Generation = view.Document.Active?.Generation ?? view.Document.Pending?.Set.Generation;
        return SuspendDecision.Decide(view.Document, cause, reason, scope.Id, scope.Caller!, scope.Now) switch
        {
            SuspendDecision.Suspended suspended => new ChangeStep.Write(suspended.Next, new Outcome.Done(204, null) { Reason = cause }),
            SuspendDecision.AlreadySuspended => new ChangeStep.Answer(new Outcome.Done(204, null, "unchanged") { Reason = cause }),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }
}
