using BackupCodeBroker.Hashing;

namespace BackupCodeBroker.Features.Recover;

/// <summary>
/// Where the hashing of codes that are no live ones waits at <c>recover</c>: one at a time, and a bounded number behind it. However many strangers come, they
/// take one place in the line in which everybody's codes are hashed. A known name's codes pass it like an unknown one's, and before anything is hashed, so
/// that being kept waiting or turned away says nothing about a name.
/// </summary>
/// <param name="waiting">How many wait at most.</param>
internal sealed class StrangersGate(int waiting = StrangersGate.MaxWaiting) : IDisposable
{
    /// <summary>At some 40 ms each, what a deadline of 5 s can bear beside the calls to Vault.</summary>
    public const int MaxWaiting = 32;

    private readonly Turns _turns = new(1, waiting);

    /// <summary>Does a stranger's work in its turn; false where too many wait already, and nothing was done.</summary>
    public async Task<bool> RunAsync(Func<Task> work, CancellationToken cancellation)
    {
        using var turn = await _turns.TakeAsync(cancellation);
        if (turn is not null)
        {
            await work();
        }

        return turn is not null;
    }

    public void Dispose() => _turns.Dispose();
}
