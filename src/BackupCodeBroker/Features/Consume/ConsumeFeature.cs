using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Hashing;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Consume;

/// <summary>
/// <c>POST /v1/identities/{identity}/consume</c>: spends one code for one purpose, at most once ever. A typo is refused before any call to Vault; a
/// wrong secret is counted before it is answered, and its answer held back; everything that could have changed since the issue is looked at again.
/// </summary>
internal sealed class ConsumeFeature(
    Admission admission, IdentityChange change, CodeHashing hashing, FailureLedger failures, NoticeGate notices, PeopleDesk people, BrokerProfiles profiles) : IFeature
{
    /// <summary>Longest purpose, in characters.</summary>
    public const int MaxPurpose = 256;

    public Operation Operation => Operation.Consume;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        using var code = body.Code();
        var purpose = body.Text("purpose", MaxPurpose, required: true);
        var key = request.IdempotencyKey(body);
        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        return await admission.ToIdentityAsync(scope, request.Token) switch
        {
            Admitted.Granted granted => await SpendAsync(scope, granted, code!, purpose!, key!),
            Admitted.Denied denied => denied.Outcome,
            _ => throw new InvalidOperationException("an admission of unknown kind"),
        };
    }

    private async Task<Outcome> SpendAsync(OperationScope scope, Admitted.Granted granted, BackupCode code, string purpose, string key)
    {
        var check = new SecretCheck(hashing, profiles.StandIns, scope, code);
        var parties = new PartyLook(people, scope.Call);
        Failure? failure = null;
        var outcome = await change.RunAsync(scope, granted.Identity, granted.Caller, withPeople: true, DecideAsync, BesideAsync);
        scope.Spent = outcome is Outcome.Done ? code.Kind : null;
        return failure is null ? outcome : await CountAsync(scope, granted, failure, (Outcome.Refused)outcome);

        Task BesideAsync(IdentityDocument document) =>
            Task.WhenAll(check.RunAsync(document), parties.LookAsync(ApprovalParties.OfUse(document, Operation.Name, scope.Caller!, scope.Now)));

        async Task<ChangeStep> DecideAsync(IdentityView view)
        {
            (failure, scope.Approval) = (null, null);
            var profile = profiles.Of(view.Document);
            scope.Profile = profile;
            var request = new ConsumeRequest(scope.Id, scope.Caller!, code.Selector, check.Verified, purpose, key);
            switch (ConsumeDecision.Decide(view.Document, view.At(scope.Now) with { Gone = parties.Gone }, request, profile))
            {
                case ConsumeDecision.Spend when view.Unusable is null && notices.Refusal(scope, view) is { } untold:
                    return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, untold));
                case ConsumeDecision.Spend spend when view.Unusable is null:
                    (scope.Generation, scope.Approval) = (spend.Set.Generation, spend.Next.ApprovalOf(scope.Id));
                    return new ChangeStep.Write(spend.Next, new Outcome.Done(200, Answer(view.Document, spend.Set, spend.Consumption)));
                case ConsumeDecision.Repeat repeat when view.Unusable is null:
                    (scope.Generation, scope.Approval) = (repeat.Set.Generation, view.Document.ApprovalOf(repeat.Consumption.OperationId));
                    return new ChangeStep.Answer(new Outcome.Done(200, Answer(view.Document, repeat.Set, repeat.Consumption), "repeat"));
                case ConsumeDecision.KeyReused when view.Unusable is null:
                    return new ChangeStep.Answer(new Outcome.Conflict(ConflictKind.KeyReused));
                case ConsumeDecision.Refused refused:
                    scope.Generation = refused.Generation;
                    failure = refused.Counts ? new Failure(scope.Id, scope.Caller!, refused.Generation!.Value, code.Selector) : null;
                    return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, view.Unusable ?? refused.Reason));
                default:
                    return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, view.Unusable ?? Reason.UnknownCode));
            }
        }
    }

    private async Task<Outcome> CountAsync(OperationScope scope, Admitted.Granted granted, Failure failure, Outcome.Refused refused)
    {
        var inARow = await failures.CountAsync(scope, granted.Identity, failure);
        return refused with { Hold = FailureLimits.Hold(inARow) };
    }

    private static ConsumeAnswer Answer(IdentityDocument document, CodeSet set, Consumption consumption) => new()
    {
        OperationId = consumption.OperationId,
        Identity = document.Identity,
        Generation = set.Generation,
        ConsumedAt = consumption.At,
        Remaining = consumption.Remaining,
        Warnings = consumption.Warnings,
        Assurance = set.Assurance,
    };
}

/// <summary>A success.</summary>
internal sealed record ConsumeAnswer : ApiAnswer
{
    /// <summary>Whose code it was.</summary>
    public required string Identity { get; init; }

    /// <summary>Code set.</summary>
    public required int Generation { get; init; }

    /// <summary>When it was spent.</summary>
    public required DateTimeOffset ConsumedAt { get; init; }

    /// <summary>Codes left.</summary>
    public required int Remaining { get; init; }

    /// <summary><c>few-codes-left</c>, <c>last-code</c>, <c>expires-soon</c>.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What the code is worth as an authenticator.</summary>
    public required string Assurance { get; init; }
}
