namespace BackupCodeBroker.Vault.Login;

/// <summary>Whether the broker is logged in at Vault. Closed.</summary>
internal abstract record SessionState
{
    private SessionState()
    {
    }

    /// <summary>Logged in. The generation rises with each new token; children of an earlier one died with it.</summary>
    internal sealed record LoggedIn(VaultToken Token, string Accessor, long Generation) : SessionState;

    /// <summary>Not logged in, and why, for people and without a secret.</summary>
    internal sealed record LoggedOut(string Why) : SessionState;
}

/// <summary>
/// The broker's own token, as the rest of the broker sees it: what <c>BrokerLogin</c> obtained last. It is read at every
/// call and never kept, so that a new log-in acts at once.
/// </summary>
internal sealed class BrokerSession
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
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

    /// <summary>There is no token any more, or still none.</summary>
    public void Leave(string why) => _state = new SessionState.LoggedOut(why);
}
