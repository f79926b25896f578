using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Reporting;

/// <summary>
/// Where this replica keeps the newest snapshot of the fleet. While reports are asked for, the leader's sweep leaves one here each time; on a replica that does
/// not lead, or was not asked before, whoever asks has one made, one at a time, and the others wait for the same. What nobody asks for is let go.
/// </summary>
internal sealed class SnapshotShelf(TimeProvider time) : IDisposable
{
    /// <summary>How long a snapshot serves, from its end on. Sweeps come more often.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>How long one is kept and renewed that nobody asks for.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    /// <summary>Longest time that making one takes: a hundred thousand identities are looked at.</summary>
    public static readonly TimeSpan MakingTime = TimeSpan.FromSeconds(115);

    /// <summary>Most requests that wait for one: each of them takes the place of another operation.</summary>
    public const int MaxWaiting = 16;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private FleetSnapshot? _newest;
    private Task<FleetSnapshot>? _making;
    private DateTimeOffset? _asked;
    private ITimer? _letGo;
    private int _waiting;

    /// <summary>Whether somebody asked lately, so that the next sweep had better leave a snapshot.</summary>
    public bool IsWanted
    {
        get
        {
            lock (_lock)
            {
                return _asked is { } at && time.GetUtcNow() - at < Kept;
            }
        }
    }

    /// <summary>Keeps a snapshot, unless there is a newer one.</summary>
    public void Put(FleetSnapshot snapshot)
    {
        lock (_lock)
        {
            _newest = _newest?.TakenAt > snapshot.TakenAt ? _newest : snapshot;
        }
    }

    /// <summary>The newest snapshot, or a new one where that is old.</summary>
    /// <param name="make">Looks at the fleet; it outlives whoever waits.</param>
    /// <param name="patience">Whoever waits.</param>
    public async Task<FleetSnapshot> GetAsync(Func<CancellationToken, Task<FleetSnapshot>> make, CancellationToken patience)
    {
        Task<FleetSnapshot> making;
        lock (_lock)
        {
            _asked = time.GetUtcNow();
            _letGo ??= time.CreateTimer(_ => LetGo(), null, Kept, Timeout.InfiniteTimeSpan);
            _letGo.Change(Kept, Timeout.InfiniteTimeSpan);
            if (_newest is { } newest && _asked - newest.FinishedAt < Fresh)
            {
                return newest;
            }

            if (_waiting >= MaxWaiting)
            {
                throw new BrokerFaultException(FaultKind.Busy, "too many wait for the report");
            }

            Interlocked.Increment(ref _waiting);
            making = _making ??= Task.Run(() => MakeAsync(make), CancellationToken.None);
        }

        try
        {
            return await making.WaitAsync(patience);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _letGo?.Dispose();
        _end.Dispose();
    }

    private async Task<FleetSnapshot> MakeAsync(Func<CancellationToken, Task<FleetSnapshot>> make)
    {
        using var deadline = new CancellationTokenSource(MakingTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, deadline.Token);
        try
        {
            var snapshot = await make(either.Token);
            Put(snapshot);
            return snapshot;
        }
        catch (OperationCanceledException)
        {
            throw new BrokerFaultException(FaultKind.Unavailable, "Vault did not show all identities in time");
        }
        finally
        {
            lock (_lock)
            {
                _making = null;
            }
        }
    }

    private void LetGo()
    {
        lock (_lock)
        {
            (_newest, _asked) = (null, null);
        }
    }
}
