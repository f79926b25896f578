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
/// span and a record, so that no record stands for more requests than an auditor can look through; a few documents of it at a time are in memory.
/// </summary>
internal sealed class FleetCensus(BrokerDesk desk, AccessLog log, OperationMetrics metrics, TimeProvider time) : IDisposable
{
    /// <summary>Most identities of a page.</summary>
    public const int PageSize = 500;

    // Documents in memory at once, of a quarter of a megabyte each at most.
    private const int MaxParallel = 16;

    private readonly CensusPlaces _places = new();

    public void Dispose() => _places.Dispose();

    /// <summary>Shows each document in the order of names.</summary>
    /// <param name="pattern">Which names; null for all.</param>
    /// <param name="need">Why.</param>
    /// <param name="look">Is shown one after the other.</param>
    /// <param name="parent">The operation that wants to know.</param>
    /// <param name="cancellation">Its deadline.</param>
    /// <returns>How many are there that could not be shown: they cannot be read by this version, or were deleted and could be undeleted.</returns>
    public async Task<int> LookAsync(
        NamePattern? pattern, CensusNeed need, Action<IdentityDocument> look, ActivityContext parent, CancellationToken cancellation)
    {
        using var place = await _places.TakeAsync(need, cancellation);
        var unread = 0;
        foreach (var page in (await NamesAsync(OwnWork.LockdownProgress, pattern, parent, cancellation)).Chunk(PageSize))
        {
            unread += await OwnAsync(OwnWork.LockdownProgress, parent, call => PageAsync(call, page, look), cancellation);
        }

        return unread;
    }

    /// <summary>Shows one page of at most <see cref="PageSize"/> documents, of the names behind one; the last name of the page where others follow.</summary>
    public async Task<string?> LookAtPageAsync(
        NamePattern? pattern, string? after, int size, Action<IdentityDocument> look, ActivityContext parent, CancellationToken cancellation)
    {
        using var place = await _places.TakeAsync(CensusNeed.Curious, cancellation);
        return await OwnAsync(OwnWork.LockdownProgress, parent, async call =>
        {
            var names = (await NamesAsync(call, pattern ?? NamePattern.Any)).SkipWhile(n => after is not null && string.CompareOrdinal(n, after) <= 0);
            string[] page = [.. names.Take(size + 1)];
            await PageAsync(call, page.Length > size ? page[..size] : page, look);
            return page.Length > size ? page[size - 1] : null;
        }, cancellation);
    }

    /// <summary>The names that a pattern lets through, in their order; null for all.</summary>
    public Task<IReadOnlyList<string>> NamesAsync(string work, NamePattern? pattern, ActivityContext parent, CancellationToken cancellation) =>
        OwnAsync(work, parent, call => NamesAsync(call, pattern ?? NamePattern.Any), cancellation);

    /// <summary>The documents of a page of names, and how many are there that could not be shown, as <see cref="LookAsync"/> counts them.</summary>
    public async Task<(IReadOnlyList<IdentityDocument> Documents, int Unread)> PageAsync(string work, string[] names, ActivityContext parent, CancellationToken cancellation)
    {
        List<IdentityDocument> documents = [];
        var unread = await OwnAsync(work, parent, call => PageAsync(call, names, documents.Add), cancellation);
        return (documents, unread);
    }

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

    private async Task<int> PageAsync(VaultCall call, string[] names, Action<IdentityDocument> look)
    {
        var unread = 0;
        foreach (var some in names.Chunk(MaxParallel))
        {
            foreach (var (document, isThere) in await Task.WhenAll(some.Select(name => ReadAsync(call, name))))
            {
                unread += document is null && isThere ? 1 : 0;
                if (document is not null)
                {
                    look(document);
                }
            }
        }

        return unread;
    }

    private async Task<(IdentityDocument? Document, bool IsThere)> ReadAsync(VaultCall call, string name) =>
        await desk.ReadAsync(call, BrokerDesk.DocumentOf(name)) switch
        {
            KvRead.Found found => (DocumentJson.TryReadIdentity(found.Json.Span, name, out var document, out _) ? document : null, true),
            KvRead.Removed => (null, true),
            KvRead.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            KvRead.Denied => throw Denied(),
            _ => (null, false),
        };

    private static BrokerFaultException Denied() =>
        new(FaultKind.NotReady, "Vault refuses the sweeper's child token: run `bcb bootstrap --check`");
}
