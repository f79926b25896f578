using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Hashing;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Leaks;

/// <summary>
/// <c>POST /v1/leaks</c>: a code was found where others can read it. It names no identity, so all are looked through for its selector; where the whole code matches,
/// the set that it is of ends. The answer is 202 whether there was anything to end or not, and it is given once it has been: what is answered otherwise has to be
/// reported again. A code that is nobody's is hashed like one that is somebody's, so that selectors cannot be told by the work.
/// </summary>
internal sealed class LeaksFeature(Admission admission, LeakSearch search, LeakEnding ending, CodeHashing hashing, BrokerProfiles profiles) : IFeature
{
    public Operation Operation => Operation.Leaks;

    /// <summary>A hundred thousand identities are looked through.</summary>
    public TimeSpan Deadline => TimeSpan.FromSeconds(120);

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        using var code = body.Code();
        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        var (caller, denial) = await admission.ToWorkOverAllAsync(scope, request.Token);
        return caller is null ? denial! : await EndAsync(scope, caller, code!);
    }

    private async Task<Outcome> EndAsync(OperationScope scope, Admittance caller, BackupCode code)
    {
        var (suspects, isComplete) = await search.RunAsync(code, scope.Context, scope.Call.Cancellation);
        if (suspects.Count == 0)
        {
            await hashing.VerifyAsync(scope, code, CodeMaterial.OfNobody(code, profiles.StandIns));
        }

        var isEnded = false;
        foreach (var suspect in suspects)
        {
            if (!await hashing.VerifyAsync(scope, code, suspect.Material))
            {
                continue;
            }

            // Looking took a while: whoever lost the permission meanwhile ends nothing.
            if (await caller.StaleDenialAsync(scope.Call) is { } denied)
            {
                return denied;
            }

            isEnded |= await ending.RunAsync(scope, suspect, code);
        }

        // Whatever was ended: who reports is told the same, and comes again until nothing is left that the code may be of.
        return !isComplete ? throw Incomplete() : new Outcome.Done(202, new LeakAnswer(), isEnded ? Outcomes.Done : "unchanged");
    }

    private static BrokerFaultException Incomplete() => new(
        FaultKind.NotReady, "documents of identities cannot be read or were deleted, and the code may be of one of them: an administrator restores them, or deletes their metadata");
}

/// <summary>The report was taken, and nothing is left to do about it. It says no more, to nobody.</summary>
internal sealed record LeakAnswer : ApiAnswer;
