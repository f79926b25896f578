namespace BackupCodeBroker.Worker;

/// <summary>
/// With this a feature asks for a sweep at once. It reaches the worker of this process; where another replica leads, its worker sees within a few
/// seconds that <c>broker/state</c> has changed.
/// </summary>
internal sealed class SweepSignal : IDisposable
{
    private readonly SemaphoreSlim _asked = new(0, 1);

    /// <summary>Asks for a sweep as soon as the one that may be running is over.</summary>
    public void Ask()
    {
        lock (_asked)
        {
            if (_asked.CurrentCount == 0)
            {
                _asked.Release();
            }
        }
    }

    /// <summary>Waits until somebody asks (true) or the time is over (false).</summary>
    public async Task<bool> WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var asked = _asked.WaitAsync(over.Token);
        await Task.WhenAny(asked, Task.Delay(patience, time, over.Token));
        await over.CancelAsync();
        stop.ThrowIfCancellationRequested();
        return asked.IsCompletedSuccessfully;
    }

    public void Dispose() => _asked.Dispose();
}
