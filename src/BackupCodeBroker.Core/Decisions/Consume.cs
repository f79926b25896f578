using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>A request to spend one code.</summary>
/// <param name="OperationId">Id of this operation.</param>
/// <param name="By">The caller.</param>
/// <param name="Selector">Which code.</param>
/// <param name="Verified">Whether its secret hashed to what is stored.</param>
/// <param name="Purpose">For what.</param>
/// <param name="IdempotencyKey">The caller's key of this request.</param>
/// <param name="Operation">Which operation spends it: <c>consume</c>, or <c>recover</c>.</param>
public sealed record ConsumeRequest(
    string OperationId, Actor By, string Selector, bool Verified, string Purpose, string IdempotencyKey, string Operation = "consume");

/// <summary>
/// Spends a code, or says why not. Pure: the caller reads, hashes, performs the write and answers. What is refused costs no write, but for a wrong
/// secret of a live code, which is counted.
/// </summary>
public abstract record ConsumeDecision
{
    private ConsumeDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/> with check-and-set; then the answer is <paramref name="Consumption"/>.</summary>
    public sealed record Spend(IdentityDocument Next, CodeSet Set, Consumption Consumption) : ConsumeDecision;

    /// <summary>The same request succeeded before: give its answer again.</summary>
    public sealed record Repeat(CodeSet Set, Consumption Consumption) : ConsumeDecision;

    /// <summary>The idempotency key belongs to another request.</summary>
    public sealed record KeyReused : ConsumeDecision;

    /// <summary>Refused; where <paramref name="Counts"/>, a failure is to be counted at the generation and selector.</summary>
    public sealed record Refused(Reason Reason, int? Generation, bool Counts = false) : ConsumeDecision;

    /// <summary>Decides.</summary>
    public static ConsumeDecision Decide(IdentityDocument document, Surroundings around, ConsumeRequest request, Profile? profile)
    {
        if (request.Verified && FoundCode.In(document, request.Selector) is { } found && Earlier(document, around, request, found) is { } earlier)
        {
            return earlier;
        }

        return (ConsumeDecision?)Refusal(document, around, request.Selector, request.Verified)
            ?? Approved(document, around, request, FoundCode.In(document, request.Selector)!, profile);
    }

    /// <summary>Why a code is no good, whatever it is wanted for; null where it is a right code of a usable set.</summary>
    internal static Refused? Refusal(IdentityDocument document, Surroundings around, string selector, bool verified)
    {
        var found = FoundCode.In(document, selector);
        if (found is null)
        {
            return document.Ended is { } ended && ended.Unspent.Contains(selector)
                ? new Refused(Reason.Ended, ended.Generation)
                : new Refused(Reason.UnknownCode, null);
        }

        return !verified ? RefuseWrong(document, around, found)
            : Obstacle(document, around, found) is { } reason ? new Refused(reason, found.Set.Generation)
            : null;
    }

    // Only the selector of a live code in a usable set counts: whoever does not know one cannot run up failures.
    private static Refused RefuseWrong(IdentityDocument document, Surroundings around, FoundCode found)
    {
        var obstacle = Obstacle(document, around, found);
        return obstacle is null
            ? new Refused(Reason.Wrong, found.Set.Generation, Counts: true)
            : new Refused(obstacle.Value, found.Set.Generation);
    }

    private static Reason? Obstacle(IdentityDocument document, Surroundings around, FoundCode found) =>
        found.Place == CodePlace.Pending ? Reason.Pending
        : found.Code.Consumption is not null ? Reason.Spent
        : found.Place == CodePlace.Ended ? Reason.Ended
        : found.Code.VoidedAt is not null ? Reason.Voided
        : SetStanding.Refusal(document, found.Set, around);

    private static ConsumeDecision? Earlier(IdentityDocument document, Surroundings around, ConsumeRequest request, FoundCode found)
    {
        foreach (var set in Sets(document, around.Now))
        {
            var hash = SetKey.KeyHash(set.SetKey, request.IdempotencyKey);
            if (set.Codes.FirstOrDefault(c => c.Consumption is { } k && SetKey.Same(k.KeyHash, hash)) is not { Consumption: { } earlier } code)
            {
                continue;
            }

            var same = SetKey.RequestHash(set.SetKey, request.IdempotencyKey, request.By, request.Selector, request.Purpose);
            return code.Selector != found.Code.Selector || !SetKey.Same(earlier.RequestHash, same) ? new KeyReused()
                : around.State.Over(document, set, around.Now) is { } lockdown
                    ? new Refused(lockdown.Mode == Lockdown.Freeze ? Reason.Frozen : Reason.LockedDown, set.Generation)
                // Also once the lockdown was lifted, whoever had ended the set by then.
                : WasLockedDown(document, set) ? new Refused(Reason.LockedDown, set.Generation)
                : set.StateVersion > around.StateVersion ? new Refused(Reason.StateSetBack, set.Generation)
                : new Repeat(set, earlier with { Purpose = request.Purpose });
        }

        return null;
    }

    private static bool WasLockedDown(IdentityDocument document, CodeSet set) => document.Ended is { } ended && ended.Set == set
        && (ended.Reason == Ending.LockedDown || document.Lockdowns.Any(s => s.Version > set.StateVersion && s.Generation >= set.Generation));

    private static IEnumerable<CodeSet> Sets(IdentityDocument document, DateTimeOffset now)
    {
        if (document.Active is { } active)
        {
            yield return active;
        }

        if (document.Ended is { } ended && now - ended.EndedAt <= EndedSet.Kept)
        {
            yield return ended.Set;
        }
    }

    // After everything else: whoever does not hold a right code of a usable set is not told that an approval is missing, and spends none.
    private static ConsumeDecision Approved(
        IdentityDocument document, Surroundings around, ConsumeRequest request, FoundCode found, Profile? profile)
    {
        var (use, refusal) = ApprovedUse.OfCode(document, found.Set, around, request.By, profile, request.Operation);
        return use is null
            ? new Refused(refusal!.Value, found.Set.Generation)
            : Spent(document, around, request, found, profile, use);
    }

    private static Spend Spent(
        IdentityDocument document, Surroundings around, ConsumeRequest request, FoundCode found, Profile? profile, ApprovedUse use)
    {
        var set = found.Set;
        var remaining = set.Remaining - 1;
        var consumption = new Consumption
        {
            OperationId = request.OperationId,
            At = around.Now,
            By = request.By,
            Purpose = KeptText.Of(request.Purpose),
            KeyHash = SetKey.KeyHash(set.SetKey, request.IdempotencyKey),
            RequestHash = SetKey.RequestHash(set.SetKey, request.IdempotencyKey, request.By, request.Selector, request.Purpose),
            Remaining = remaining,
            Warnings = [.. Warnings(set, remaining, around.Now, profile)],
        };
        var next = set with
        {
            Failures = 0,
            Codes = [.. set.Codes.Select(c => c.Selector == request.Selector ? c with { Consumption = consumption, Failures = 0 } : c with { Failures = 0 })],
        };
        var entry = new DocumentEvent(around.Now, request.Operation, request.OperationId, request.By, set.Generation);
        var used = ApprovedUse.Record(document with { Active = next }, use.Approval, use.Cause, request.Operation, request.OperationId, request.By, around.Now);
        var told = used.ProvenBy(entry, set.Generation).With(entry);
        return new Spend(
            request.Operation == "recover" ? ClaimNotices.AfterRecovery(told, entry) : ClaimNotices.After(told, entry, profile?.AskBelow ?? 0), next, consumption);
    }

    private static IEnumerable<string> Warnings(CodeSet set, int remaining, DateTimeOffset now, Profile? profile)
    {
        if (remaining == 0)
        {
            yield return "last-code";
        }
        else if (profile is not null && remaining < profile.WarnBelow)
        {
            yield return "few-codes-left";
        }

        if (profile is not null && set.ExpiresAt - now < profile.WarnBeforeExpiry)
        {
            yield return "expires-soon";
        }
    }
}
