using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Lockdowns;

/// <summary>
/// <c>POST /v1/lockdowns/{id}/lift</c>: a <c>freeze</c> at any time, and nothing is lost; a <c>void</c> one once nothing is under it any more, so that lifting
/// revives nothing. Whether that is so is counted now, not looked up.
/// </summary>
internal sealed class LiftLockdownFeature(Admission admission, LockdownBook book, StateDesk desk, FleetCensus census) : IFeature
{
    public Operation Operation => Operation.Lockdown;

    /// <summary>A hundred thousand identities are counted.</summary>
    public TimeSpan Deadline => TimeSpan.FromSeconds(120);

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var reason = body.Text("reason", ApiRequest.MaxReason, required: true);
        List<FieldError> errors = [];
        var id = request.Lockdown(errors);
        if (body.Errors.Concat(errors).ToList() is { Count: > 0 } all)
        {
            return new Outcome.Malformed(all);
        }

        LockdownView? view = null;
        var (caller, denial) = await admission.ToFoundPrefixAsync(scope, request.Token, async () =>
        {
            view = await book.FindAsync(id!, scope.Context, scope.Call.Cancellation);
            return view?.Lockdown.Scope.Prefix;
        });
        return caller is null ? denial!
            : view is null ? new Outcome.NoSuchLockdown()
            : !view.InForce ? await AgainAsync(scope, view)
            : await ObstacleAsync(scope, view) ?? await LiftAsync(scope, caller, view, reason!);
    }

    // Lifted before; the story may not know it yet.
    private async Task<Outcome> AgainAsync(OperationScope scope, LockdownView view)
    {
        if (view.Lift is { } lift)
        {
            await TellAsync(scope, view.Lockdown, lift);
        }

        return new Outcome.Done(204, null, "unchanged") { Reason = "lifted" };
    }

    private async Task<Outcome?> ObstacleAsync(OperationScope scope, LockdownView view)
    {
        if (view.Lockdown.Mode == Lockdown.Freeze)
        {
            return null;
        }

        // Until then sets may still be written that were decided on before it was declared.
        var story = view.Story ?? await desk.ChangeStoryAsync(
            scope.Call, view.Lockdown.Id, there => there ?? LockdownStory.Of(view.Lockdown, scope.Now + OperationScope.Deadline));
        if (scope.Now < story!.InForceAt)
        {
            return new Outcome.Conflict(ConflictKind.NotComplete);
        }

        var left = 0;
        var unread = await census.LookAsync(
            NamePattern.TryParse(view.Lockdown.Scope.Identities),
            CensusNeed.Decisive,
            document => left += view.Reach.IsLeft(document) ? 1 : 0,
            scope.Context,
            scope.Call.Cancellation);
        // What cannot be read may hold a set that nobody has ended.
        return left + unread > 0 ? new Outcome.Conflict(ConflictKind.NotComplete) { Found = left + unread } : null;
    }

    private async Task<Outcome> LiftAsync(OperationScope scope, Admittance caller, LockdownView view, string reason)
    {
        scope.Commit();
        var lift = new LockdownLift(scope.Now, scope.Caller!, reason, scope.Id, scope.TraceId);
        var end = await desk.ChangeAsync(
            scope.Call,
            (state, _) => LiftDecision.Decide(state, view.Lockdown.Id, lift) switch
            {
                LiftDecision.Lifted lifted => new StateStep<End>(lifted.Next, new End(lift, null)),
                LiftDecision.TooMany => new StateStep<End>(null, new End(null, new Outcome.Conflict(ConflictKind.TooManyLockdowns))),
                _ => new StateStep<End>(null, new End(state.Lifted.FirstOrDefault(l => l.Lockdown.Id == view.Lockdown.Id)?.Lift, null)),
            },
            async () => await caller.StaleDenialAsync(scope.Call) is { } denied ? new End(null, denied) : null);
        if (end.Lift is { } made)
        {
            await TellAsync(scope, view.Lockdown, made);
        }

        return end.Denial ?? new Outcome.Done(204, null, end.Lift == lift ? Outcomes.Done : "unchanged") { Reason = "lifted" };
    }

    // The state says that it is lifted; where the story cannot be told so now the worker does.
    private async Task TellAsync(OperationScope scope, Lockdown lockdown, LockdownLift lift)
    {
        try
        {
            await desk.ChangeStoryAsync(
                scope.Call, lockdown.Id, story => (story ?? LockdownStory.Of(lockdown, lockdown.DeclaredAt + OperationScope.Deadline)).With(lift));
        }
        catch (Exception e) when (e is BrokerFaultException or OperationCanceledException)
        {
            // Nothing hangs on it.
        }
    }

    private sealed record End(LockdownLift? Lift, Outcome? Denial);
}
