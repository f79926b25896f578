using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Worker;

/// <summary>
/// The hosted worker. Every replica that has one looks at the lease; the one that leads beats the heart and sweeps, until it is told to stop, cannot renew
/// in time by its own clock, or finds another in its place. What it does between uses is enforced again at each use, so a fleet without a worker is late,
/// and nothing stale is let through. A replica that is not ready does not lead, nor does one whose clock stands before the last beat: what time it is nobody
/// knows then. Where one of the leader's two tasks breaks down both are begun anew: who leads does the whole of it.
/// </summary>
internal sealed partial class HostedWorker(
    Leadership leadership, Heart heart, SweepLoop sweeps, SweepSignal signal, Deployment deployment, DeskOptions options, WorkerSettings settings, WorkerMetrics metrics, AccessLog access, OperationMetrics operations, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<HostedWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan NewsEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WhileUnready = TimeSpan.FromMilliseconds(250);

    private bool _wasBehind;
    private CancellationTokenSource? _turn;
    private Task[] _work = [];

    /// <inheritdoc/>
    public override void Dispose()
    {
        _turn?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // From the first moment of the end, and not after the requests: sweep and lease are given up while the token lives and there is time.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var stop = ending.Token;
        try
        {
            while (true)
            {
                await LookSafelyAsync(stop);
                await Task.Delay(deployment.State is DeploymentState.Ready ? settings.Renewal : WhileUnready, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end: what was led is given back.
        }
        finally
        {
            await StopLeadingAsync();
            await GiveBackAsync();
        }
    }

    // A defect of the worker's must not take the API down with it: what it does is enforced there as well.
    private async Task LookSafelyAsync(CancellationToken stop)
    {
        try
        {
            await LookAsync(stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogDefect(e);
        }
    }

    // One look at the lease, and what follows from it.
    private async Task LookAsync(CancellationToken stop)
    {
        if (deployment.State is not DeploymentState.Ready || ClockIsBehind())
        {
            await StopLeadingAsync();
            await GiveBackAsync();
            return;
        }

        await AsOwnWorkAsync("look at the lease", call => leadership.LookAsync(call), stop);
        if (!leadership.IsLeading || Array.Exists(_work, task => task.IsCompleted))
        {
            await StopLeadingAsync();
        }

        if (leadership.IsLeading)
        {
            Lead();
        }
    }

    private void Lead()
    {
        if (_turn is null)
        {
            _turn = new CancellationTokenSource(leadership.Remaining, time);
            LogLeads();
            metrics.Lead(true);
            var stop = _turn.Token;
            _work = [Task.Run(() => BeatAsync(stop), CancellationToken.None), Task.Run(() => SweepAsync(stop), CancellationToken.None)];
        }
        else if (leadership.Remaining is var remaining && remaining > TimeSpan.Zero)
        {
            _turn.CancelAfter(remaining);
        }
    }

    private async Task SweepAsync(CancellationToken stop)
    {
        try
        {
            await sweeps.RunAsync(leadership.Cursor, cursor => leadership.Cursor = cursor, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The turn is over.
        }
    }

    // A lockdown is taken up at once, whichever replica it was declared at.
    private async Task BeatAsync(CancellationToken stop)
    {
        try
        {
            var beaten = long.MinValue;
            while (true)
            {
                if (beaten == long.MinValue || time.GetElapsedTime(beaten) >= settings.Beat)
                {
                    beaten = time.GetTimestamp();
                    await AsOwnWorkAsync("beat the heart", heart.BeatAsync, stop);
                }

                if (deployment.Memory.TakeLockdownNews())
                {
                    signal.Ask();
                }

                await Task.Delay(settings.Beat < NewsEvery ? settings.Beat : NewsEvery, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The turn is over.
        }
    }

    private async Task StopLeadingAsync()
    {
        if (_turn is { } turn)
        {
            var work = _work;
            (_turn, _work) = (null, []);
            metrics.Lead(false);
            LogLeadsNoMore();
            await turn.CancelAsync();
            await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            turn.Dispose();
            Array.ForEach([.. work.Select(task => task.Exception).OfType<Exception>()], LogDefect);
        }
    }

    private bool ClockIsBehind()
    {
        var isBehind = deployment.Memory.ClockIsBehind(time.GetUtcNow(), options.Epoch);
        if (isBehind && !_wasBehind)
        {
            LogBehind();
        }

        return _wasBehind = isBehind;
    }

    private Task GiveBackAsync() => leadership.IsLeading
        ? AsOwnWorkAsync("give the lease back", leadership.GiveBackAsync, CancellationToken.None)
        : Task.CompletedTask;

    // Trouble with Vault is told, and the next look tries again: what was led ends by the clock where that goes on.
    private async Task AsOwnWorkAsync(string what, Func<VaultCall, Task> work, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(CallPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        using var scope = new OwnWorkScope(OwnWork.Lead, access, operations, time);
        try
        {
            await work(scope.Call(either.Token));
            scope.Conclude(Outcomes.Done);
        }
        catch (BrokerFaultException fault)
        {
            scope.Conclude(Outcomes.Fault, fault.Kind.Name());
            LogTrouble(what, fault.Message);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            scope.Conclude(Outcomes.Fault, FaultKind.Unavailable.Name());
            LogTrouble(what, "Vault did not answer in time");
        }
    }

    [LoggerMessage(EventId = 46, Level = LogLevel.Information, Message = "this replica's worker leads")]
    private partial void LogLeads();

    [LoggerMessage(EventId = 47, Level = LogLevel.Information, Message = "this replica's worker leads no more")]
    private partial void LogLeadsNoMore();

    [LoggerMessage(EventId = 50, Level = LogLevel.Error, Message = "this machine's clock stands before the leading worker's last beat: it is wrong, or the leader's was (src/docs/worker.md); this replica does not lead")]
    private partial void LogBehind();

    [LoggerMessage(EventId = 49, Level = LogLevel.Critical, Message = "the worker broke down and begins again")]
    private partial void LogDefect(Exception exception);

    [LoggerMessage(EventId = 48, Level = LogLevel.Warning, Message = "the worker could not {What}: {Why}")]
    private partial void LogTrouble(string what, string why);
}
