using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Hashing;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Drill;

/// <summary>
/// <c>POST /v1/identities/{identity}/drill</c>: proves that one code would work, and spends nothing. Everything is looked at that a consumption looks at, and a
/// wrong secret is counted and held back as there: a drill is no place to guess.
/// </summary>
internal sealed class DrillFeature(
    Admission admission, IdentityChange change, CodeHashing hashing, FailureLedger failures, BrokerProfiles profiles) : IFeature
{
    public Operation Operation => Operation.Drill;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        using var code = body.Code();
        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        return await admission.ToIdentityAsync(scope, request.Token) switch
        {
            Admitted.Granted granted => await ProveAsync(scope, granted, code!),
            Admitted.Denied denied => denied.Outcome,
            _ => throw new InvalidOperationException("an admission of unknown kind"),
        };
    }

    private async Task<Outcome> ProveAsync(OperationScope scope, Admitted.Granted granted, BackupCode code)
    {
        var check = new SecretCheck(hashing, profiles.StandIns, scope, code);
        Failure? failure = null;
        var outcome = await change.RunAsync(scope, granted.Identity, granted.Caller, withPeople: true, DecideAsync, check.RunAsync);
        return failure is null ? outcome : ((Outcome.Refused)outcome) with { Hold = FailureLimits.Hold(await failures.CountAsync(scope, granted.Identity, failure)) };

        async Task<ChangeStep> DecideAsync(IdentityView view)
        {
            failure = null;
            scope.Profile = profiles.Of(view.Document);
            switch (DrillDecision.Decide(view.Document, view.At(scope.Now), code.Selector, check.Verified, scope.Id, scope.Caller!))
            {
                case DrillDecision.Proven proven when view.Unusable is null:
                    scope.Generation = proven.Set.Generation;
                    return new ChangeStep.Write(proven.Next, new Outcome.Done(200, Answer(proven)));
                case DrillDecision.Refused refused:
                    scope.Generation = refused.Generation;
                    failure = refused.Counts ? new Failure(scope.Id, scope.Caller!, refused.Generation!.Value, code.Selector) : null;
                    return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, view.Unusable ?? refused.Reason));
                default:
                    return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, view.Unusable ?? Reason.UnknownCode));
            }
        }
    }

    private static DrillAnswer Answer(DrillDecision.Proven proven) => new()
    {
        Identity = proven.Next.Identity,
        Generation = proven.Set.Generation,
        LastProvenAt = proven.Next.Proof!.At,
        Remaining = proven.Set.Remaining,
    };
}

/// <summary>A code was proven.</summary>
internal sealed record DrillAnswer : ApiAnswer
{
    /// <summary>Whose it is.</summary>
    public required string Identity { get; init; }

    /// <summary>Code set.</summary>
    public required int Generation { get; init; }

    /// <summary>When: now.</summary>
    public required DateTimeOffset LastProvenAt { get; init; }

    /// <summary>Codes left: as many as before.</summary>
    public required int Remaining { get; init; }
}
