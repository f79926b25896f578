using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Features.Receive;

/// <summary><c>POST …/code-sets/{generation}/activate</c>: proves receipt with the secret from the wrap; the pending set becomes the active one.</summary>
internal sealed class ActivateFeature(Admission admission, IdentityChange change, Alarms alarms) : IFeature
{
    public Operation Operation => Operation.Retrieve;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var generation = request.Generation(body);
        using var secret = body.Secret("activation", ActivationSecret.Length, ActivationSecret.TryParse);
        if (secret is null && body.Errors.Count == 0)
        {
            body.Add("activation", "is not an activation secret: 26 characters, as in the wrap");
        }

        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        scope.Generation = generation;
        return await admission.ToIdentityAsync(scope, request.Token) switch
        {
            Admitted.Granted granted => await ActivateAsync(scope, granted, generation, secret!),
            Admitted.Denied denied => denied.Outcome,
            _ => throw new InvalidOperationException("an admission of unknown kind"),
        };
    }

    // The alarm is raised once the write that ends the pending set has been committed.
    private async Task<Outcome> ActivateAsync(OperationScope scope, Admitted.Granted granted, int generation, ActivationSecret secret)
    {
        AlarmKind? alarm = null;
        var outcome = await change.RunAsync(scope, granted.Identity, granted.Caller, withPeople: false, DecideAsync);
        if (alarm is { } kind && outcome is Outcome.Refused)
        {
            alarms.Raise(kind, scope.Identity!.Value);
        }

        return outcome;

        async Task<ChangeStep> DecideAsync(IdentityView view)
        {
            alarm = null;
            if (view.Unusable is { } unusable)
            {
                return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, unusable));
            }

            switch (ActivateDecision.Decide(view.Document, view.At(scope.Now), generation, secret, scope.Id, scope.Caller!))
            {
                case ActivateDecision.Activated activated:
                    return new ChangeStep.Write(activated.Next, new Outcome.Done(204, null));
                case ActivateDecision.AlreadyActive:
                    return new ChangeStep.Answer(new Outcome.Done(204, null, "repeat"));
                case ActivateDecision.Refused refused:
                    alarm = !refused.Ended ? null : refused.Reason == Reason.Lapsed ? AlarmKind.PendingLapsed : AlarmKind.ActivationGuessed;
                    var outcome = await granted.Caller.RefuseAsync(scope, view, refused.Reason);
                    return refused.Next is { } next ? new ChangeStep.Write(next, outcome) : new ChangeStep.Answer(outcome);
                default:
                    throw new InvalidOperationException("a decision of unknown kind");
            }
        }
    }
}
