using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>
/// Counts wrong secrets before their answers go out. Those that arrive together for one identity are committed in one write: the first of them
/// leads, the others wait for it. The write is nobody's operation: it has a span and an access record of its own, in the trace of the first. Where a write's outcome is not known the batch is counted again: failures may be counted twice, never not at all.
/// </summary>
internal sealed class FailureLedger(
    IdentityDesk desk, KeyedLocks locks, FailureLimits limits, AccessLog access, OperationMetrics metrics)
{
    private readonly Dictionary<string, List<Entry>> _waiting = [];
    private readonly Lock _lock = new();

    /// <summary>Counts one failure; the set's failures in a row once it is committed.</summary>
    public async Task<int> CountAsync(OperationScope scope, IdentityHandle identity, Failure failure)
    {
        var entry = new Entry(failure);
        var alias = identity.Alias;
        bool leads;
        lock (_lock)
        {
            leads = !_waiting.TryGetValue(alias, out var batch);
            (batch ?? (_waiting[alias] = [])).Add(entry);
        }

        if (leads)
        {
            // Not awaited: the batch is everybody's, and has a time of its own.
            _ = LeadAsync(scope, identity, alias);
        }

        return await entry.Committed.Task.WaitAsync(scope.Call.Cancellation);
    }

    // Whoever waits for a batch that failed must not answer as if it were committed; whoever came later has a leader of their own.
    private async Task LeadAsync(OperationScope scope, IdentityHandle identity, string alias)
    {
        List<Entry>? batch = null;
        try
        {
            using var deadline = new CancellationTokenSource(OperationScope.Deadline, scope.Time);
            using var place = await locks.EnterAsync(alias, deadline.Token);
            batch = Take(alias);
            var count = await CommitAsOwnWorkAsync(scope, identity, [.. batch.Select(e => e.Failure)], deadline.Token);
            batch.ForEach(e => e.Committed.TrySetResult(count));
        }
        catch (Exception e)
        {
            var fault = e as BrokerFaultException ?? new BrokerFaultException(FaultKind.Unavailable, "the failure could not be counted");
            (batch ?? Take(alias)).ForEach(entry => entry.Committed.TrySetException(fault));
        }
    }

    private List<Entry> Take(string alias)
    {
        lock (_lock)
        {
            return _waiting.Remove(alias, out var batch) ? batch : [];
        }
    }

    // Its record is written before anybody is answered.
    private async Task<int> CommitAsOwnWorkAsync(OperationScope scope, IdentityHandle identity, IReadOnlyList<Failure> failures, CancellationToken deadline)
    {
        using var work = new OwnWorkScope(OwnWork.CountFailures, access, metrics, scope.Time, scope.Context) { Identity = scope.Identity?.Value };
        return await work.RunAsync(() => CommitAsync(scope, work.Call(deadline), identity, failures));
    }

    private async Task<int> CommitAsync(OperationScope scope, VaultCall call, IdentityHandle identity, IReadOnlyList<Failure> failures)
    {
        for (var attempt = 1; attempt <= IdentityChange.MaxTries; attempt++)
        {
            var view = await desk.ReadAsync(call, identity, withPeople: false);
            if (view.Unusable is not null)
            {
                return 0;
            }

            var count = FailureCount.Of(view.Document, failures, limits, scope.Now);
            if (count.Next is null)
            {
                return count.InARow;
            }

            switch (await desk.WriteAsync(call, identity, count.Next, view.Version))
            {
                case KvWrite.Saved:
                    return count.InARow;
                case KvWrite.Faulted faulted:
                    throw BrokerFaultException.Of(faulted.Fault);
                case KvWrite.Denied:
                    throw new BrokerFaultException(FaultKind.NotReady, "Vault refuses the identity's child token to write: run `bcb bootstrap --check`");
            }
        }

        throw new BrokerFaultException(FaultKind.Busy, "too many changes of this identity at once");
    }

    private sealed record Entry(Failure Failure)
    {
        public TaskCompletionSource<int> Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
