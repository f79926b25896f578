using System.Diagnostics;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>
/// Looks at all identities that a pattern lets through, live, with the sweeper's child. Each page of at most five hundred is own work of its own with a
/// span and a record, so that no record stands for more requests than an auditor can look through. A few counts at once; one more is told to come back.
/// </summary>
internal sealed class FleetCensus(BrokerDesk desk, AccessLog log, OperationMetrics metrics, TimeProvider time)
{
    /// <summary>Most identities of a page.</summary>
    public const int PageSize = 500;

    private const int MaxParallel = 16;
    private const int MaxAtOnce = 2;

    private int _running;

    /// <summary>Shows each document in the order of names. One that is gone, or cannot be read, is not shown: it cannot be used either.</summary>
    /// <param name="pattern">Which names; null for all.</param>
    /// <param name="look">Is shown one after the other.</param>
    /// <param name="parent">The operation that wants to know.</param>
    /// <param name="cancellation">Its deadline.</param>
    public async Task LookAsync(NamePattern? pattern, Action<IdentityDocument> look, ActivityContext parent, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _running) > MaxAtOnce)
        {
            Interlocked.Decrement(ref _running);
            throw new BrokerFaultException(FaultKind.Busy, "too many counts of identities are under way");
        }

        try
        {
            foreach (var page in (await NamesAsync(OwnWork.LockdownProgress, pattern, parent, cancellation)).Chunk(PageSize))
            {
                foreach (var document in await PageAsync(OwnWork.LockdownProgress, page, parent, cancellation))
                {
                    look(document);
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>The names that a pattern lets through, in their order; null for all.</summary>
    public Task<IReadOnlyList<string>> NamesAsync(string work, NamePattern? pattern, ActivityContext parent, CancellationToken cancellation) =>
        OwnAsync(work, parent, call => NamesAsync(call, pattern ?? NamePattern.Any), cancellation);

    /// <summary>The documents of a page of names; those that are gone or cannot be read are left out.</summary>
    public Task<IEnumerable<IdentityDocument>> PageAsync(string work, string[] names, ActivityContext parent, CancellationToken cancellation) =>
        OwnAsync(work, parent, call => PageAsync(call, names), cancellation);

    private async Task<T> OwnAsync<T>(string work, ActivityContext parent, Func<VaultCall, Task<T>> look, CancellationToken cancellation)
    {
        using var scope = new OwnWorkScope(work, log, metrics, time, parent);
        return await scope.RunAsync(() => look(scope.Call(cancellation)));
    }

    private async Task<IReadOnlyList<string>> NamesAsync(VaultCall call, NamePattern pattern) =>
        await desk.ListAsync(call, BrokerDesk.Identities) switch
        {
            VaultAnswer<IReadOnlyList<string>>.Ok ok =>
            [
                .. ok.Value.Where(key => key.StartsWith("bcb.", StringComparison.Ordinal)).Select(IdentityName.OfAlias)
                    .Where(name => pattern.Matches(name) && IdentityName.TryParse(name, out _)).Order(StringComparer.Ordinal),
            ],
            VaultAnswer<IReadOnlyList<string>>.Absent => [],
            VaultAnswer<IReadOnlyList<string>>.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            _ => throw Denied(),
        };

    private async Task<IEnumerable<IdentityDocument>> PageAsync(VaultCall call, string[] names)
    {
        var documents = new IdentityDocument?[names.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = call.Cancellation };
        await Parallel.ForAsync(0, names.Length, parallel, async (i, _) => documents[i] = await ReadAsync(call, names[i]));
        return documents.OfType<IdentityDocument>();
    }

    private async Task<IdentityDocument?> ReadAsync(VaultCall call, string name) =>
        await desk.ReadAsync(call, BrokerDesk.DocumentOf(name)) switch
        {
            KvRead.Found found => DocumentJson.TryReadIdentity(found.Json.Span, name, out var document, out _) ? document : null,
            KvRead.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            KvRead.Denied => throw Denied(),
            _ => null,
        };

    private static BrokerFaultException Denied() =>
        new(FaultKind.NotReady, "Vault refuses the sweeper's child token: run `bcb bootstrap --check`");
}
