using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Worker;

/// <summary>
/// The leader's sweeps, one after the other: from one beginning to the next an interval passes, unless somebody asks for a sweep, a lockdown came while one
/// was running, or one was only the rest of a former leader's. A sweep that broke off goes on from its last page.
/// </summary>
internal sealed partial class SweepLoop(Sweep sweep, SweepSignal signal, Deployment deployment, WorkerSettings settings, WorkerMetrics metrics, TimeProvider time, ILogger<SweepLoop> logger)
{
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(3);

    /// <summary>Sweeps until it is stopped.</summary>
    /// <param name="from">Where a former leader left off; null where it had finished.</param>
    /// <param name="reached">Told how far it has come.</param>
    /// <param name="stop">The end of leading.</param>
    public async Task RunAsync(SweepCursor? from, Action<SweepCursor> reached, CancellationToken stop)
    {
        var cursor = from ?? new SweepCursor(1);
        while (!stop.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            var progress = cursor;
            reached(cursor);
            TimeSpan pause;
            try
            {
                var version = await sweep.RunAsync(cursor, to => reached(progress = to), stop);
                var isWhole = cursor.After is null;
                cursor = new SweepCursor(cursor.Sweep + 1);
                reached(cursor);
                pause = isWhole && !LockdownsCame(version) ? settings.Interval - time.GetElapsedTime(started) : TimeSpan.Zero;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                metrics.Broke();
                LogBroken(cursor.Sweep, e is BrokerFaultException or OperationCanceledException ? e.Message : e.ToString());
                (cursor, pause) = (progress, AfterTrouble);
            }

            if (pause > TimeSpan.Zero)
            {
                await signal.WaitAsync(pause, time, stop);
            }
        }
    }

    private bool LockdownsCame(long version) => deployment.Memory.LockdownsChangedAfter(version);

    [LoggerMessage(EventId = 45, Level = LogLevel.Warning, Message = "sweep {Number} broke off and goes on soon: {Why}")]
    private partial void LogBroken(long number, string why);
}
