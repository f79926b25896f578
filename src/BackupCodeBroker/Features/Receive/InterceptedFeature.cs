using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Features.Receive;

/// <summary><c>POST …/code-sets/{generation}/intercepted</c>: the recipient says that somebody else may have the codes; the set ends and an alarm is raised.</summary>
internal sealed class InterceptedFeature(Admission admission, IdentityChange change, Alarms alarms) : IFeature
{
    private const string Repeat = "repeat";

    public Operation Operation => Operation.Retrieve;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var generation = request.Generation(body);
        var reason = body.Text("reason", ApiRequest.MaxReason, required: true);
        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        scope.Generation = generation;
        return await admission.ToIdentityAsync(scope, request.Token) switch
        {
            Admitted.Granted granted => await EndAsync(scope, granted, generation, reason!),
            Admitted.Denied denied => denied.Outcome,
            _ => throw new InvalidOperationException("an admission of unknown kind"),
        };
    }

    private async Task<Outcome> EndAsync(OperationScope scope, Admitted.Granted granted, int generation, string reason)
    {
        var outcome = await change.RunAsync(
            scope, granted.Identity, granted.Caller, withPeople: false, view => DecideAsync(scope, granted, view, generation, reason));
        // What ended a set is alarmed of with its notice, which stands in the same write.
        if (outcome is Outcome.Done { Kind: Repeat })
        {
            alarms.Raise(AlarmKind.Intercepted, scope.Identity!.Value);
        }

        return outcome;
    }

    private static async Task<ChangeStep> DecideAsync(
        OperationScope scope, Admitted.Granted granted, IdentityView view, int generation, string reason)
    {
        if (view.Unusable is { } unusable)
        {
            return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, unusable));
        }

        return InterceptedDecision.Decide(view.Document, generation, reason, scope.Id, scope.Caller!, scope.Now) switch
        {
            InterceptedDecision.Ended ended => new ChangeStep.Write(ended.Next, new Outcome.Done(204, null) { Reason = "intercepted" }),
            InterceptedDecision.AlreadyEnded => new ChangeStep.Answer(new Outcome.Done(204, null, Repeat) { Reason = "intercepted" }),
            InterceptedDecision.Refused refused => new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, refused.Reason)),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }
}
