using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Api;

/// <summary>How many operations run at once; one more is told to come back rather than kept waiting. Answers that are held back hold no slot.</summary>
internal sealed class RequestSlots(int limit)
{
    private int _taken;

    public IDisposable Take()
    {
        if (Interlocked.Increment(ref _taken) > limit)
        {
            Interlocked.Decrement(ref _taken);
            throw new BrokerFaultException(FaultKind.Busy, "too many operations are under way");
        }

        return new Slot(this);
    }

    private sealed class Slot(RequestSlots owner) : IDisposable
    {
        private int _freed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _freed, 1) == 0)
            {
                Interlocked.Decrement(ref owner._taken);
            }
        }
    }
}
