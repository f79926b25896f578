using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>
/// Changes what the broker keeps about itself, <c>broker/state</c> and the stories of lockdowns, with the sweeper's child. Every change is decided on what
/// was read and written with check-and-set; one that was lost, or whose outcome is not known, is read and decided again. So a decision has to
/// recognise its own work: by the id of the lockdown, which is chosen before.
/// </summary>
internal sealed class StateDesk(BrokerDesk desk, Deployment deployment, OperationMetrics metrics, TimeProvider time)
{
    /// <summary>Most tries: heartbeats, other responders and the worker write the same documents.</summary>
    public const int MaxTries = 16;

    private const int MaxReads = 8;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads the state.</summary>
    public async Task<(BrokerState State, long Version)> ReadAsync(VaultCall call)
    {
        // A stale answer (a standby that serves reads, or one that another's write has overtaken) may lack a lockdown: nothing is decided on it.
        for (var attempt = 1; attempt <= MaxReads; attempt++)
        {
            if (await ReadKvAsync(call, BrokerDesk.State) is not KvRead.Found found)
            {
                throw new BrokerFaultException(FaultKind.NotReady, "broker/state is missing in Vault: run `bcb bootstrap`");
            }

            if (!DocumentJson.TryReadState(found.Json.Span, out var state, out var error))
            {
                throw new BrokerFaultException(FaultKind.NotReady, "broker/state cannot be read: " + error);
            }

            if (deployment.SawState(state, found.Version))
            {
                return (state, found.Version);
            }

            await PauseAsync(call, attempt);
        }

        throw new BrokerFaultException(FaultKind.Unavailable, "Vault serves an older broker/state than this replica has seen");
    }

    /// <summary>Changes the state until a decision stands.</summary>
    /// <param name="call">The operation's calls.</param>
    /// <param name="decide">Makes the next state, or an answer without one, from a state and its version.</param>
    /// <param name="beforeWrite">What still has to hold before a write; an answer in its place, or null.</param>
    public async Task<T> ChangeAsync<T>(VaultCall call, Func<BrokerState, long, StateStep<T>> decide, Func<Task<T?>> beforeWrite)
        where T : class
    {
        var isOpen = false;
        try
        {
            for (var attempt = 1; attempt <= MaxTries; attempt++)
            {
                var (state, version) = await ReadAsync(call);
                var step = decide(state, version);
                if (step.Next is null)
                {
                    return step.Then;
                }

                if (await beforeWrite() is { } denied)
                {
                    return isOpen ? throw Unsettled() : denied;
                }

                switch (await WriteAsync(call, BrokerDesk.State, DocumentJson.Write(step.Next), version))
                {
                    case KvWrite.Saved saved:
                        deployment.SawState(step.Next, saved.Version);
                        return step.Then;
                    case KvWrite.Unknown:
                        // Decided again on the same version it is the same write, and only one of the two can be committed.
                        isOpen = true;
                        break;
                }

                await PauseAsync(call, attempt);
            }
        }
        catch (Exception e) when (isOpen && e is BrokerFaultException { Kind: not FaultKind.UnknownOutcome } or OperationCanceledException)
        {
            throw Unsettled();
        }

        throw isOpen ? Unsettled() : new BrokerFaultException(FaultKind.Busy, "too many changes of the broker's state at once");
    }

    /// <summary>The ids of all lockdowns that have a story, newest first.</summary>
    public async Task<IReadOnlyList<string>> StoriesAsync(VaultCall call) => await desk.ListAsync(call, BrokerDesk.Stories) switch
    {
        VaultAnswer<IReadOnlyList<string>>.Ok ok => [.. ok.Value.Where(LockdownId.IsId).OrderDescending(StringComparer.Ordinal)],
        VaultAnswer<IReadOnlyList<string>>.Absent => [],
        VaultAnswer<IReadOnlyList<string>>.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
        _ => throw Denied(),
    };

    /// <summary>Reads a lockdown's story; null where there is none, or none that this version can read.</summary>
    public async Task<(LockdownStory? Story, long Version)> StoryAsync(VaultCall call, string id) => await ReadKvAsync(call, BrokerDesk.StoryOf(id)) switch
    {
        KvRead.Found found when DocumentJson.TryReadStory(found.Json.Span, id, out var story, out _) => (story, found.Version),
        KvRead.Found found => (null, found.Version),
        KvRead.Removed removed => (null, removed.Version),
        _ => (null, 0),
    };

    /// <summary>Changes a lockdown's story until a decision stands; what it is then. A decision that gives back what it was given writes nothing.</summary>
    public async Task<LockdownStory?> ChangeStoryAsync(VaultCall call, string id, Func<LockdownStory?, LockdownStory?> decide)
    {
        for (var attempt = 1; attempt <= MaxTries; attempt++)
        {
            var (story, version) = await StoryAsync(call, id);
            var next = decide(story);
            if (next is null || ReferenceEquals(next, story) || await WriteAsync(call, BrokerDesk.StoryOf(id), DocumentJson.Write(next), version) is KvWrite.Saved)
            {
                return next;
            }

            await PauseAsync(call, attempt);
        }

        throw new BrokerFaultException(FaultKind.Busy, "too many changes of a lockdown's story at once");
    }

    private async Task<KvRead> ReadKvAsync(VaultCall call, string path) =>
        await desk.ReadAsync(call, path) switch
        {
            KvRead.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            KvRead.Denied => throw Denied(),
            var read => read,
        };

    private async Task<KvWrite> WriteAsync(VaultCall call, string path, byte[] json, long cas)
    {
        switch (await desk.WriteAsync(call, path, json, cas))
        {
            case KvWrite.Faulted faulted:
                throw BrokerFaultException.Of(faulted.Fault);
            case KvWrite.Denied:
                throw Denied();
            case var written:
                if (written is KvWrite.Conflict)
                {
                    metrics.CasConflict(Operation.Lockdown);
                }

                return written;
        }
    }

    private Task PauseAsync(VaultCall call, int attempt) => Task.Delay(
        TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * Math.Min(LongestPause.TotalMilliseconds, 4 << Math.Min(attempt, 10))), time, call.Cancellation);

    private static BrokerFaultException Unsettled() => new(FaultKind.UnknownOutcome, "a write to Vault was not answered");

    private static BrokerFaultException Denied() => new(FaultKind.NotReady, "Vault refuses the sweeper's child token: run `bcb bootstrap --check`");
}

/// <summary>What to do next with the state: write <paramref name="Next"/>, or nothing where it is null; then the outcome is <paramref name="Then"/>.</summary>
internal sealed record StateStep<T>(BrokerState? Next, T Then);
