using System.Threading.Channels;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Access;

/// <summary>
/// What a replica remembers of <c>broker/state</c>: the newest version that it saw, and the heartbeat in it. A read that falls behind is stale (a standby
/// that answers reads itself, or an answer that was overtaken on its way) or tells that storage was set back. The heartbeat of a leader who knows of nothing
/// grows on after a restore and soon overtakes what was seen, so the suspicion stays, and refuses, until a read shows the remembered beat among those
/// before it, or the proof is made.
/// </summary>
internal sealed class StateMemory
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _alerts = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private (long Version, Heartbeat Beat, int Floor)? _newest;
    private string? _lockdowns;
    private long _lockdownsAt;
    private bool _lockdownNews;

    /// <summary>Whether something fell behind, and nobody knows yet why.</summary>
    public bool IsSuspicious { get; private set; }

    /// <summary>Takes note of a read; whether it can be gone by.</summary>
    public bool Saw(BrokerState state, long version) => Judge(state, version) == StateStanding.Sound;

    /// <summary>As <see cref="Saw"/>, for whoever clears up what is wrong.</summary>
    public StateStanding Judge(BrokerState state, long version)
    {
        lock (_lock)
        {
            if (_newest is { } newest)
            {
                var follows = state.Heartbeat.Follows(newest.Beat);
                if (version < newest.Version || follows == false)
                {
                    Suspect();
                    return StateStanding.Behind;
                }

                if (IsSuspicious && follows is null)
                {
                    return StateStanding.Unclear;
                }
            }

            Remember(state, version);
            return StateStanding.Sound;
        }
    }

    /// <summary>The suspicion is cleared up: this is what is true now.</summary>
    public void Settle(BrokerState state, long version)
    {
        lock (_lock)
        {
            Remember(state, version);
        }
    }

    /// <summary>Whether a clock stands before the last beat that was seen. With a higher epoch time begins anew.</summary>
    public bool ClockIsBehind(DateTimeOffset now, int epoch)
    {
        lock (_lock)
        {
            return _newest is { } newest && epoch <= newest.Floor && SetStanding.ClockIsBehind(newest.Beat, now);
        }
    }

    /// <summary>Whether lockdowns were declared or lifted in a later version.</summary>
    public bool LockdownsChangedAfter(long version)
    {
        lock (_lock)
        {
            return _lockdownsAt > version;
        }
    }

    /// <summary>Whether lockdowns were declared or lifted since the last time that this was asked.</summary>
    public bool TakeLockdownNews()
    {
        lock (_lock)
        {
            var news = _lockdownNews;
            _lockdownNews = false;
            return news;
        }
    }

    /// <summary>Ends when there is something to clear up.</summary>
    public async Task AlertAsync(CancellationToken cancellation) => await _alerts.Reader.ReadAsync(cancellation);

    private void Remember(BrokerState state, long version)
    {
        var lockdowns = string.Join(' ', state.Lockdowns.Select(l => l.Id));
        if (lockdowns != _lockdowns)
        {
            (_lockdownNews, _lockdownsAt, _lockdowns) = (_lockdowns is not null, version, lockdowns);
        }

        (_newest, IsSuspicious) = ((version, state.Heartbeat, state.EpochFloor), false);
    }

    private void Suspect()
    {
        IsSuspicious = true;
        _alerts.Writer.TryWrite(true);
    }
}

/// <summary>How a read of the state stands to what was seen before.</summary>
internal enum StateStanding
{
    /// <summary>It can be gone by.</summary>
    Sound,

    /// <summary>It is older than what was seen, or of another history.</summary>
    Behind,

    /// <summary>Something else was behind, and this one does not tell what became of what was seen.</summary>
    Unclear,
}
