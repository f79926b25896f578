using System.Threading.Channels;

namespace BackupCodeBroker.Vault.Login;

/// <summary>
/// The broker's own token, as the rest of the broker sees it: what <see cref="BrokerLogin"/> obtained last. It is read at every
/// call and never kept, so that a new log-in acts at once.
/// </summary>
internal sealed class BrokerSession
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<long> _doubts =
        Channel.CreateBounded<long>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile SessionState _state = new SessionState.LoggedOut("the broker has not logged in yet");
    private long _generation;

    /// <summary>Told the new generation whenever there is another token; what was minted under an older one is to be dropped.</summary>
    public event Action<long>? TokenReplaced;

    /// <summary>The state now.</summary>
    public SessionState State => _state;

    /// <summary>The token, or null while there is none.</summary>
    public VaultToken? Token => (_state as SessionState.LoggedIn)?.Token;

    /// <summary>The token's accessor, or empty.</summary>
    public string Accessor => (_state as SessionState.LoggedIn)?.Accessor ?? "";

    /// <summary>Counts tokens: 0 before the first.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    /// <summary>Ends with the first log-in.</summary>
    public Task FirstLogin => _first.Task;

    /// <summary>Takes over a token; the same token again (renewed) changes nothing for others.</summary>
    public void Enter(VaultToken token, string accessor)
    {
        if (Token is { } current && current.SameAs(token))
        {
            return;
        }

        var generation = Interlocked.Increment(ref _generation);
        _state = new SessionState.LoggedIn(token, accessor, generation);
        _first.TrySetResult();
        TokenReplaced?.Invoke(generation);
    }

    /// <summary>
    /// A call with the token of this generation was told that the token is not valid: have it looked at. Doubts about an earlier token
    /// are nobody's concern any more.
    /// </summary>
    public void Doubt(long generation)
    {
        if (generation == Generation)
        {
            _doubts.Writer.TryWrite(generation);
        }
    }

    /// <summary>Waits until somebody doubts the token (true) or the time is over (false).</summary>
    internal async Task<bool> WaitForDoubtAsync(TimeSpan patience, TimeProvider time, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var doubt = _doubts.Reader.WaitToReadAsync(over.Token).AsTask();
        await Task.WhenAny(doubt, Task.Delay(patience, time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return _doubts.Reader.TryRead(out var generation) && generation == Generation;
    }

    /// <summary>There is no token any more, or still none.</summary>
    public void Leave(string why) => _state = new SessionState.LoggedOut(why);
}
