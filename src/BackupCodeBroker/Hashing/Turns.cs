namespace BackupCodeBroker.Hashing;

/// <summary>Work that takes turns: so much of it runs at once, a bounded number waits, and one more is turned away rather than kept waiting.</summary>
/// <param name="running">How many run at once.</param>
/// <param name="waiting">How many wait at most.</param>
internal sealed class Turns(int running, int waiting) : IDisposable
{
    private readonly SemaphoreSlim _running = new(running, running);
    private int _waiting;

    /// <summary>Waits for a turn, which lasts until it is disposed; null where as many wait as may.</summary>
    public async Task<IDisposable?> TakeAsync(CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > waiting)
            {
                return null;
            }

            await _running.WaitAsync(cancellation);
            return new Turn(_running);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _running.Dispose();

    private sealed class Turn(SemaphoreSlim running) : IDisposable
    {
        public void Dispose() => running.Release();
    }
}
