using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Memory;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Reporting;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Worker;

/// <summary>
/// Looks at every identity once, in the order of their names, a page at a time: reads its document with the sweeper's child, its owner and entity where it
/// has a set, decides (<see cref="Core.Decisions.SweepDecision"/>), and has what is to be changed changed with the identity's own child. Rate, parallel reads
/// and memory are bounded: nothing is kept of a document but figures, and a packed row where a report is asked for. What cannot be read or changed is counted and
/// passed by; where Vault itself is in trouble the sweep breaks off, and goes on from its last page. Each page reads the state anew, so that a lockdown declared
/// or lifted meanwhile counts from there on.
/// </summary>
internal sealed class Sweep(
    BrokerDesk brokerDesk, Heart heart, SweepLook look, IdentityDesk desk, BrokerProfiles profiles, WorkerSettings settings, AccessLog access, OperationMetrics operations,
    WorkerMetrics metrics, SnapshotShelf shelf, IEnumerable<ISweepObserver> observers, Pseudonyms pseudonyms, TimeProvider time, ILoggerFactory loggers)
{
    private const int MaxParallel = 16;

    // What a sweep leaves behind is worth a collection, a pause of some tens of milliseconds once in several pages, where a fleet is large.
    private const long HeapFloor = 32L * 1024 * 1024;

    // A page takes no longer than a child lives.
    private const int MaxPageSeconds = 5;

    private readonly SweepNews _news = new(loggers.CreateLogger<Sweep>(), time);

    /// <summary>Sweeps.</summary>
    /// <param name="cursor">Which sweep, and after which identity it begins.</param>
    /// <param name="reached">Told after each page how far it has come.</param>
    /// <param name="stop">Ends it between two identities; what is being changed then is finished.</param>
    /// <returns>The version of <c>broker/state</c> that all identities were seen under.</returns>
    public async Task<long> RunAsync(SweepCursor cursor, Action<SweepCursor> reached, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        var (names, first) = await BeginAsync(stop);
        string[] rest = [.. names.Where(n => cursor.After is null || string.CompareOrdinal(n, cursor.After) > 0)];
        var notes = new SweepObservers(loggers.CreateLogger<SweepObservers>(), pseudonyms);
        notes.Begin(observers, new SweepBeginning(first.State, first.Version, cursor.After is null, names.Length));
        var run = new SweepRun(
            new SweepPeople(desk), new FleetCount(profiles), new SweepTally(), new SweepPace(settings.Rate, time), notes, new SweepDoubt(heart), Snapshot(cursor));
        _news.Begin(cursor, rest.Length, names.Length);
        var heap = new HeapKeeper(HeapFloor);
        var size = Math.Min(settings.Rate * MaxPageSeconds, settings.Page);
        for (var at = 0; at < rest.Length; at += size)
        {
            var page = new ArraySegment<string>(rest, at, Math.Min(size, rest.Length - at));
            await PageAsync(run, page, stop);
            run.Snapshot?.EndPage();
            await notes.PageEndedAsync(stop);
            heap.Look();
            reached(cursor with { After = page[^1] });
            _news.Progress(run.Tally, rest.Length);
        }

        if (run.Snapshot?.End(time.Moment()) is { } snapshot)
        {
            shelf.Put(snapshot);
        }

        await notes.EndAsync(stop);
        metrics.Swept(run, cursor.After is null, time.GetElapsedTime(started), time.GetUtcNow());
        _news.End(run.Tally);
        return first.Version;
    }

    // A report is of all identities, as of one sweep.
    private SnapshotBuilder? Snapshot(SweepCursor cursor) => cursor.After is null && shelf.IsWanted ? new SnapshotBuilder(time.Moment()) : null;

    private async Task<(string[] Names, (BrokerState State, long Version) State)> BeginAsync(CancellationToken stop)
    {
        using var work = new OwnWorkScope(OwnWork.Sweep, access, operations, time);
        return await work.RunAsync(async () =>
        {
            var call = work.Call(stop);
            var state = await heart.ReadAsync(call);
            return (await NamesAsync(call), state);
        });
    }

    private async Task<string[]> NamesAsync(VaultCall call) =>
        await brokerDesk.ListAsync(call, BrokerDesk.Identities) switch
        {
            VaultAnswer<IReadOnlyList<string>>.Ok ok =>
            [
                .. ok.Value.Where(k => k.StartsWith(IdentityName.AliasPrefix, StringComparison.Ordinal)).Select(IdentityName.OfAlias)
                    .Where(n => IdentityName.TryParse(n, out _)).Order(StringComparer.Ordinal),
            ],
            VaultAnswer<IReadOnlyList<string>>.Absent => [],
            VaultAnswer<IReadOnlyList<string>>.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            _ => throw new BrokerFaultException(FaultKind.NotReady, "Vault refuses the sweeper's child token: run `bcb bootstrap --check`"),
        };

    private async Task PageAsync(SweepRun run, ArraySegment<string> page, CancellationToken stop)
    {
        using var work = new OwnWorkScope(OwnWork.Sweep, access, operations, time);
        await work.RunAsync(async () =>
        {
            var call = work.Call(stop);
            var context = work.Context;
            var state = await heart.ReadAsync(call);
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = stop };
            await Parallel.ForEachAsync(page, parallel, async (name, _) =>
            {
                await run.Pace.TurnAsync(stop);
                await look.AtAsync(run, call, context, state, IdentityName.Parse(name));
            });
            return true;
        });
    }
}

/// <summary>What goes along with one sweep.</summary>
internal sealed record SweepRun(
    SweepPeople People, FleetCount Fleet, SweepTally Tally, SweepPace Pace, SweepObservers Notes, SweepDoubt Doubt, SnapshotBuilder? Snapshot);
