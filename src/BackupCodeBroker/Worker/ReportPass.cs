using System.Diagnostics;
using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Memory;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Reporting;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Worker;

/// <summary>
/// A look at every identity that changes nothing: as a sweep looks, with the sweeper's child, at the sweep's rate and a page at a time, for a report that is
/// asked of a replica whose worker does not lead. Where Vault is in trouble it fails as a whole: half a fleet would look like all of it.
/// </summary>
internal sealed class ReportPass(
    FleetDesk fleet, Heart heart, FleetRows rows, IdentityDesk desk, WorkerSettings settings, AccessLog access, OperationMetrics metrics, TimeProvider time)
{
    private const int MaxParallel = 16;
    private const long HeapFloor = 32L * 1024 * 1024;
    private const int MaxPageSeconds = 5;

    /// <summary>Looks.</summary>
    /// <param name="parent">The operation that wants to know.</param>
    /// <param name="stop">Its end.</param>
    public async Task<FleetSnapshot> RunAsync(ActivityContext parent, CancellationToken stop)
    {
        var snapshot = new SnapshotBuilder(time.Moment());
        var (people, pace, heap) = (new SweepPeople(desk), new SweepPace(settings.Rate, time), new HeapKeeper(HeapFloor));
        var names = await OwnAsync(parent, call => fleet.NamesAsync(call), stop);
        foreach (var page in names.Chunk(Math.Min(settings.Rate * MaxPageSeconds, settings.Page)))
        {
            await OwnAsync(parent, call => PageAsync(call, page, people, pace, snapshot), stop);
            snapshot.EndPage();
            heap.Look();
        }

        return snapshot.End(time.Moment());
    }

    private async Task<bool> PageAsync(VaultCall call, string[] page, SweepPeople people, SweepPace pace, SnapshotBuilder snapshot)
    {
        var state = await heart.ReadAsync(call);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = call.Cancellation };
        await Parallel.ForEachAsync(page, parallel, async (name, _) =>
        {
            await pace.TurnAsync(call.Cancellation);
            snapshot.Add((await rows.ReadAsync(call, state, people, name, _ => true))!);
        });
        return true;
    }

    private async Task<T> OwnAsync<T>(ActivityContext parent, Func<VaultCall, Task<T>> work, CancellationToken stop)
    {
        using var scope = new OwnWorkScope(OwnWork.ReportPass, access, metrics, time, parent);
        return await scope.RunAsync(() => work(scope.Call(stop)));
    }
}
