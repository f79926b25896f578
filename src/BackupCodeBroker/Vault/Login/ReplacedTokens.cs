namespace BackupCodeBroker.Vault.Login;

/// <summary>
/// Tokens of the broker's that lived when another took their place. Operations under way may still use one, or a child of it, so each is revoked only
/// when the longest of them is over; unrevoked it would live on beside its successor, known to nobody and as good.
/// </summary>
internal sealed class ReplacedTokens(TimeProvider time)
{
    /// <summary>Twice an operation's deadline.</summary>
    private static readonly TimeSpan StillInUse = TimeSpan.FromSeconds(10);

    private readonly Queue<Replaced> _tokens = new();

    /// <summary>Until the first of them is due; null where there is none.</summary>
    public TimeSpan? UntilDue => _tokens.TryPeek(out var first) ? Left(first) : null;

    /// <summary>The first, if it is due: it stays the first until <see cref="Drop"/> or <see cref="Postpone"/>.</summary>
    public SessionState.LoggedIn? Due => _tokens.TryPeek(out var first) && Left(first) == TimeSpan.Zero ? first.Token : null;

    /// <summary>A token was replaced now.</summary>
    public void Add(SessionState.LoggedIn token, Lease lease) => _tokens.Enqueue(new Replaced(token, lease, time.GetTimestamp()));

    /// <summary>The first is revoked.</summary>
    public void Drop() => _tokens.Dequeue();

    /// <summary>The first could not be revoked: its turn comes again, unless its lease ends it before.</summary>
    public void Postpone()
    {
        var first = _tokens.Dequeue();
        if (!first.Lease.IsOver)
        {
            Add(first.Token, first.Lease);
        }
    }

    /// <summary>All of them, due or not, for the end.</summary>
    public IReadOnlyList<SessionState.LoggedIn> TakeAll()
    {
        IReadOnlyList<SessionState.LoggedIn> all = [.. _tokens.Select(replaced => replaced.Token)];
        _tokens.Clear();
        return all;
    }

    private TimeSpan Left(Replaced replaced)
    {
        var left = StillInUse - time.GetElapsedTime(replaced.Since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private sealed record Replaced(SessionState.LoggedIn Token, Lease Lease, long Since);
}
