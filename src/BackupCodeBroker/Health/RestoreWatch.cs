using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Health;

/// <summary>
/// Clears up why <c>broker/state</c> fell behind what this replica has seen. A standby that answers reads itself may be late; storage that was restored brings
/// spent codes back. A check-and-set over the version that was read tells the two apart: it succeeds only where that version is the latest. What it writes
/// is the consequence at the same time: the epoch floor above the configured epoch, by which every replica refuses every set until the operator has raised
/// the epoch and codes are issued anew. Until it is cleared up this replica refuses.
/// </summary>
internal sealed partial class RestoreWatch(
    BrokerDesk desk, Deployment deployment, DeskOptions options, Alarms alarms, AccessLog access, OperationMetrics metrics, TimeProvider time, ILogger<RestoreWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // Over which version a proof was written that nobody answered: what the next read shows, it has brought about.
    private long? _unanswered;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await deployment.Memory.AlertAsync(stoppingToken);
            // An answer that was overtaken on its way is cleared up by the next one.
            await Task.Delay(Patience, time, stoppingToken);
            while (deployment.Memory.IsSuspicious && !await ClearUpAsync(stoppingToken))
            {
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task<bool> ClearUpAsync(CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        using var work = new OwnWorkScope(OwnWork.Lead, access, metrics, time);
        try
        {
            return await work.RunAsync(() => LookAsync(work.Call(either.Token)));
        }
        catch (BrokerFaultException)
        {
            // Vault is in trouble: the suspicion stays, and so does the refusal.
            return false;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> LookAsync(VaultCall call)
    {
        switch (await desk.ReadAsync(call, BrokerDesk.State))
        {
            case KvRead.Found found when DocumentJson.TryReadState(found.Json.Span, out var state, out _):
                return await JudgeAsync(call, state, found.Version);
            case KvRead.Faulted faulted:
                throw BrokerFaultException.Of(faulted.Fault);
            default:
                // It is missing or no state at all: readiness says so.
                return false;
        }
    }

    private async Task<bool> JudgeAsync(VaultCall call, BrokerState state, long version)
    {
        if (state.EpochFloor > options.Epoch)
        {
            if (_unanswered is { } over && version > over)
            {
                Tell(over, state.EpochFloor);
            }

            Conclude(state, version);
            return true;
        }

        switch (deployment.Memory.Judge(state, version))
        {
            case StateStanding.Sound:
                return true;
            case StateStanding.Unclear:
                // Newer than all that was seen, and nothing in it is against that: what was behind was late.
                deployment.Memory.Settle(state, version);
                return true;
            default:
                return await ProveAsync(call, state, version);
        }
    }

    private async Task<bool> ProveAsync(VaultCall call, BrokerState state, long version)
    {
        var raised = state with { EpochFloor = options.Epoch + 1 };
        switch (await desk.WriteAsync(call, BrokerDesk.State, DocumentJson.Write(raised), version))
        {
            case KvWrite.Saved saved:
                Tell(version, raised.EpochFloor);
                Conclude(raised, saved.Version);
                return true;
            case KvWrite.Conflict or KvWrite.Denied:
                // Not the latest version: what was read is late, or another has written the proof.
                return false;
            default:
                _unanswered = version;
                return false;
        }
    }

    private void Tell(long version, int floor)
    {
        alarms.Raise(AlarmKind.StorageRestored);
        LogRestored(version, floor);
    }

    private void Conclude(BrokerState state, long version)
    {
        _unanswered = null;
        deployment.Memory.Settle(state, version);
        deployment.NotReady([ReadinessWords.BelowFloor(options.Epoch, state.EpochFloor)]);
    }

    [LoggerMessage(EventId = 22, Level = LogLevel.Critical, Message = "Vault's storage was set back to version {Version} of broker/state: every code is void; the epoch floor is {Floor} now (src/docs/restore.md)")]
    private partial void LogRestored(long version, int floor);
}
