using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Hashing;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Recover;

/// <summary>
/// <c>POST /v1/identities/{identity}/recover</c>: spends a code for a wrapped credential, with no Vault token: whoever is locked out has none. The code is
/// verified, then the credential is made and wrapped, then the code is spent; whatever does not end in an answer with that wrap ends the credential. Nobody is
/// told why not, and what strangers can cost is bounded (<see cref="RecoverThrottle"/>).
/// </summary>
internal sealed class RecoverFeature(
    Admission admission,
    IdentityChange change,
    CodeHashing hashing,
    FailureLedger failures,
    NoticeGate notices,
    PeopleDesk people,
    BrokerProfiles profiles,
    RecoveryDesk recoveries,
    RecoverThrottle throttle,
    StrangersGate gate,
    HammeredNames hammered,
    ProxyWatch proxies) : IFeature
{
    public Operation Operation => Operation.Recover;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        using var code = body.Code();
        var key = request.IdempotencyKey(body);
        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        proxies.Look(request);
        var (source, refusal) = throttle.FromAddress(request);
        if (refusal is not null)
        {
            return refusal;
        }

        var outcome = await SpendAsync(scope, code!, key!);
        if (outcome is Outcome.Done)
        {
            throttle.Succeeded(source);
        }

        return outcome;
    }

    private async Task<Outcome> SpendAsync(OperationScope scope, BackupCode code, string key)
    {
        scope.Caller = Actor.CodeHolder;
        var identity = await admission.OfCodeHolderAsync(scope);
        var check = new SecretCheck(hashing, profiles.StandIns, scope, code);
        var attempt = new RecoverAttempt(scope, code, key, check, new PartyLook(people, scope.Call), notices, profiles, recoveries, throttle, gate, hammered);
        try
        {
            var outcome = await change.RunAsync(scope, identity, null, withPeople: true, attempt.DecideAsync, attempt.CheckAsync);
            if (attempt.Failure is { } failure && outcome is Outcome.Refused refused)
            {
                return refused with { Hold = FailureLimits.Hold(await failures.CountAsync(scope, identity, failure)) };
            }

            attempt.Answered = outcome is Outcome.Done;
            return outcome;
        }
        finally
        {
            await attempt.EndUnansweredAsync();
        }
    }
}
