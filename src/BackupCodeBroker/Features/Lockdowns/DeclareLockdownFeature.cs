using System.Security.Cryptography;
using System.Text;
using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Lockdowns;

/// <summary>
/// <c>POST /v1/lockdowns</c>: one write to the state document, and every replica's next consume sees it. What follows (the story, the count, the end of the
/// sets) may be lost with this process and is made up for by the worker. With <c>expect</c> the identities are counted before, with <c>dry_run</c> that is all.
/// </summary>
internal sealed class DeclareLockdownFeature(Admission admission, StateDesk desk, FleetCensus census) : IFeature
{
    // Nobody waits for a number once the lockdown is in force.
    private static readonly TimeSpan CountingTime = TimeSpan.FromSeconds(10);

    public Operation Operation => Operation.Lockdown;

    /// <summary>A hundred thousand identities are counted.</summary>
    public TimeSpan Deadline => TimeSpan.FromSeconds(120);

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var said = LockdownBody.Read(body, scope.Now);
        var key = request.IdempotencyKey(body, required: false);
        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        var (caller, denial) = await admission.ToPrefixAsync(scope, request.Token, said!.Scope.Prefix);
        if (caller is null)
        {
            return denial!;
        }

        return said.DryRun ? await DryRunAsync(scope, said, request.Aborted) : await DeclareAsync(scope, caller, said, key);
    }

    private async Task<Outcome> DryRunAsync(OperationScope scope, LockdownBody said, CancellationToken aborted)
    {
        var asOf = scope.Now;
        var (count, names) = await CountForAnybodyAsync(scope, said.Scope, aborted);
        return said.Expected is { } expected && expected != count
            ? new Outcome.Conflict(ConflictKind.ExpectationFailed) { Found = count }
            : new Outcome.Done(200, new DryRunAnswer
            {
                Mode = said.Mode,
                Scope = ScopeAnswer.Of(said.Scope),
                Matches = count,
                Identities = names,
                More = count - names.Count,
                AsOf = asOf,
            })
            { Reason = "dry-run" };
    }

    // Nobody counts for a caller who has gone.
    private async Task<(int Count, IReadOnlyList<string> Names)> CountForAnybodyAsync(OperationScope scope, LockdownScope what, CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, scope.Call.Cancellation);
        try
        {
            return await CountAsync(scope, what, CensusNeed.Curious, either.Token);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            throw new BrokerFaultException(FaultKind.Unavailable, "the caller has gone");
        }
    }

    private async Task<Outcome> DeclareAsync(OperationScope scope, Admittance caller, LockdownBody said, string? key)
    {
        var wanted = Wanted(scope, said, key);
        var (state, version) = await desk.ReadAsync(scope.Call);
        if (DeclareDecision.Decide(state, version, wanted, scope.Now) is not DeclareDecision.Declared and var early)
        {
            return await AnswerAsync(scope, Declaration.Of(early), null);
        }

        int? matches = null;
        if (said.Expected is { } expected)
        {
            (matches, _) = await CountAsync(scope, said.Scope, CensusNeed.Decisive, scope.Call.Cancellation);
            if (matches != expected)
            {
                return new Outcome.Conflict(ConflictKind.ExpectationFailed) { Found = matches };
            }
        }

        scope.Commit();
        wanted = wanted with { DeclaredAt = scope.Now };
        var made = await desk.ChangeAsync(
            scope.Call,
            (now, at) => DeclareDecision.Decide(now, at, wanted, scope.Now) is DeclareDecision.Declared declared
                ? new StateStep<Declaration>(declared.Next, Declaration.Of(declared))
                : new StateStep<Declaration>(null, Declaration.Of(DeclareDecision.Decide(now, at, wanted, scope.Now))),
            async () => await caller.StaleDenialAsync(scope.Call) is { } denied ? new Declaration(null, denied) : null);
        return await AnswerAsync(scope, made, matches);
    }

    private static Lockdown Wanted(OperationScope scope, LockdownBody said, string? key) => new()
    {
        Id = LockdownId.Of(scope.Now, RandomNumberGenerator.GetHexString(12, lowercase: true)),
        Mode = said.Mode,
        Version = 0,
        Scope = said.Scope,
        Reason = said.Reason,
        DeclaredAt = scope.Now,
        DeclaredBy = scope.Caller!,
        OperationId = scope.Id,
        TraceId = scope.TraceId,
        KeyDigest = key is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{scope.Caller!.Key.Length}:{scope.Caller.Key}{key}"))),
        Expected = said.Expected,
    };

    private async Task<Outcome> AnswerAsync(OperationScope scope, Declaration made, int? matches)
    {
        if (made.Lockdown is not { } lockdown)
        {
            return made.Refusal!;
        }

        var story = await TellAsync(scope, lockdown, scope.Now + OperationScope.Deadline);
        return new Outcome.Done(201, new DeclaredAnswer
        {
            Id = lockdown.Id,
            Mode = lockdown.Mode,
            Scope = ScopeAnswer.Of(lockdown.Scope),
            Version = lockdown.Version,
            DeclaredAt = lockdown.DeclaredAt,
            InForceAt = story.InForceAt,
            Matches = matches ?? story.Progress?.Matched ?? lockdown.Expected ?? await CountForAWhileAsync(scope, lockdown.Scope),
        }, lockdown.OperationId == scope.Id ? Outcomes.Done : "repeat")
        { Reason = "declared" };
    }

    // Nothing hangs on the story: where it cannot be written now the worker makes it.
    private async Task<LockdownStory> TellAsync(OperationScope scope, Lockdown lockdown, DateTimeOffset inForceAt)
    {
        var story = LockdownStory.Of(lockdown, inForceAt);
        try
        {
            return await desk.ChangeStoryAsync(scope.Call, lockdown.Id, there => there ?? story) ?? story;
        }
        catch (Exception e) when (e is BrokerFaultException or OperationCanceledException)
        {
            return story;
        }
    }

    private async Task<int?> CountForAWhileAsync(OperationScope scope, LockdownScope what)
    {
        using var patience = new CancellationTokenSource(CountingTime, scope.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, scope.Stopping);
        try
        {
            return (await CountAsync(scope, what, CensusNeed.Curious, either.Token)).Count;
        }
        catch (Exception e) when (e is BrokerFaultException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<(int Count, IReadOnlyList<string> Names)> CountAsync(OperationScope scope, LockdownScope what, CensusNeed need, CancellationToken cancellation)
    {
        var (count, names) = (0, new List<string>());
        await census.LookAsync(
            NamePattern.TryParse(what.Identities),
            need,
            document =>
            {
                if (what.Hits(document))
                {
                    count++;
                    names.AddRange(names.Count < DryRunAnswer.MaxNames ? [document.Identity] : []);
                }
            },
            scope.Context,
            cancellation);
        return (count, names);
    }

    /// <summary>What became of a declaration: a lockdown, or an answer in its place.</summary>
    private sealed record Declaration(Lockdown? Lockdown, Outcome? Refusal)
    {
        public static Declaration Of(DeclareDecision decision) => decision switch
        {
            DeclareDecision.Declared declared => new(declared.Lockdown, null),
            DeclareDecision.Already already => new(already.Lockdown, null),
            DeclareDecision.KeyReused => new(null, new Outcome.Conflict(ConflictKind.KeyReused)),
            _ => new(null, new Outcome.Conflict(ConflictKind.TooManyLockdowns)),
        };
    }
}
