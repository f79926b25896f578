using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Hashing;

/// <summary>
/// Stretching is the one thing here that costs a processor: at most one runs per processor, a bounded number wait, and beyond that the broker is
/// busy rather than slow for everybody.
/// </summary>
internal sealed class StretchQueue : IDisposable
{
    /// <summary>Hashes that may wait: at some 20 ms each, what a deadline of 5 s can bear on two processors.</summary>
    public const int MaxWaiting = 256;

    private readonly Turns _turns = new(Environment.ProcessorCount, MaxWaiting);

    /// <summary>Runs a costly computation in its turn.</summary>
    public async Task<T> RunAsync<T>(Func<T> compute, CancellationToken cancellation)
    {
        using var turn = await _turns.TakeAsync(cancellation) ?? throw new BrokerFaultException(FaultKind.Busy, "too many codes are being hashed at once");
        return await Task.Run(compute, CancellationToken.None);
    }

    public void Dispose() => _turns.Dispose();
}
