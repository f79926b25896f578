using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Access;

/// <summary>
/// How many looks at the fleet are under way on this replica. Two at a time; mere curiosity takes only one of them, so that a declaration or a lift that
/// depends on its count finds a place whatever others are looking at, and waits in a short line for it.
/// </summary>
internal sealed class CensusPlaces : IDisposable
{
    /// <summary>Looks at a time: each keeps some dozens of documents in memory.</summary>
    public const int MaxAtOnce = 2;

    private const int MaxCurious = MaxAtOnce - 1;
    private const int MaxWaiting = 8;

    private readonly SemaphoreSlim _free = new(MaxAtOnce, MaxAtOnce);
    private int _curious;
    private int _waiting;

    /// <summary>Takes a place until it is disposed.</summary>
    /// <param name="need">Why.</param>
    /// <param name="cancellation">Until when to wait for it.</param>
    public async Task<IDisposable> TakeAsync(CensusNeed need, CancellationToken cancellation)
    {
        if (need == CensusNeed.Curious)
        {
            return TakeNow();
        }

        try
        {
            if (Interlocked.Increment(ref _waiting) > MaxWaiting)
            {
                throw Busy();
            }

            await _free.WaitAsync(cancellation);
            return new Place(() => _free.Release());
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _free.Dispose();

    private Place TakeNow()
    {
        if (Interlocked.Increment(ref _curious) <= MaxCurious && _free.Wait(0))
        {
            return new Place(() =>
            {
                Interlocked.Decrement(ref _curious);
                _free.Release();
            });
        }

        Interlocked.Decrement(ref _curious);
        throw Busy();
    }

    private static BrokerFaultException Busy() => new(FaultKind.Busy, "too many counts of identities are under way");

    private sealed class Place(Action free) : IDisposable
    {
        private Action? _free = free;

        public void Dispose() => Interlocked.Exchange(ref _free, null)?.Invoke();
    }
}

/// <summary>Why somebody looks at the fleet.</summary>
internal enum CensusNeed
{
    /// <summary>To know: a dry run, the number of those hit, a page of names.</summary>
    Curious,

    /// <summary>Because something is decided on it: a declaration that expects a number, a lift.</summary>
    Decisive,
}
