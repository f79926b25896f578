using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Worker;

/// <summary>
/// Tells an identity that Vault answers nothing useful about from a Vault that is in trouble: after several in a row it is asked for the broker's state. Where
/// that is answered the sweep goes on, however many more there are; where it is not, its fault breaks the sweep off.
/// </summary>
internal sealed class SweepDoubt(Heart heart)
{
    private const int Several = 5;

    private int _inARow;

    /// <summary>One was answered.</summary>
    public void Clear() => Volatile.Write(ref _inARow, 0);

    /// <summary>One was not.</summary>
    public async Task AddAsync(VaultCall call)
    {
        if (Interlocked.Increment(ref _inARow) % Several == 0)
        {
            await heart.ReadAsync(call);
        }
    }
}
