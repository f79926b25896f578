namespace BackupCodeBroker.Audit;

/// <summary>
/// Keeps a long run small: it makes garbage as fast as it reads, and the collector, which sees a large machine, would let it lie. Once the heap is twice
/// what was left the last time, and no less than a floor, it is collected.
/// </summary>
internal sealed class HeapKeeper
{
    private const long Floor = 56L * 1024 * 1024;

    private long _limit = Floor;

    /// <summary>Looks, and collects where it is due.</summary>
    public void Look()
    {
        if (GC.GetTotalMemory(forceFullCollection: false) > _limit)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            _limit = Math.Max(Floor, 2 * GC.GetTotalMemory(forceFullCollection: false));
        }
    }
}
