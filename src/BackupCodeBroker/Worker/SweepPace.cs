namespace BackupCodeBroker.Worker;

/// <summary>Keeps a sweep at its rate: the n-th identity is read no sooner than n steps after the first. Time that was lost is not caught up on.</summary>
internal sealed class SweepPace(int perSecond, TimeProvider time)
{
    // Timers are no finer than this.
    private static readonly TimeSpan Noticeable = TimeSpan.FromMilliseconds(15);

    private readonly Lock _lock = new();
    private readonly TimeSpan _step = TimeSpan.FromSeconds(1) / perSecond;
    private readonly long _started = time.GetTimestamp();
    private TimeSpan _due;

    /// <summary>Waits for the next one's turn.</summary>
    public Task TurnAsync(CancellationToken stop)
    {
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetElapsedTime(_started);
            wait = _due - now;
            _due = (_due > now - Noticeable ? _due : now) + _step;
        }

        return wait > Noticeable ? Task.Delay(wait, time, stop) : Task.CompletedTask;
    }
}
