namespace BackupCodeBroker.Memory;

/// <summary>
/// Keeps a long run small: it makes garbage as fast as it reads, and the collector, which sees a large machine, would let it lie. Once the heap is twice
/// what was left the last time, and no less than a floor, it is collected.
/// </summary>
/// <param name="floor">Bytes below which nothing is done.</param>
internal sealed class HeapKeeper(long floor)
{
    private long _left;

    /// <summary>Looks, and collects where it is due.</summary>
    public void Look()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) > Math.Max(floor, 2 * _left))
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            _left = GC.GetTotalMemory(forceFullCollection: false);
        }
    }
}
