namespace BackupCodeBroker.Vault.Login;

/// <summary>Growing pauses between tries while Vault is down or sealed: soon at first, and never so long that its return is missed.</summary>
internal sealed class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private int _failures;

    /// <summary>The pause after another failure.</summary>
    public TimeSpan Next()
    {
        var pause = First * Math.Pow(2, Math.Min(_failures++, 10));
        return (pause < Longest ? pause : Longest) * Lease.Jitter();
    }

    /// <summary>It worked.</summary>
    public void Reset() => _failures = 0;
}
