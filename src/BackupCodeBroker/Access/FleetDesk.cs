using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>Reads many identities with the sweeper's child, which lists and reads all and writes none.</summary>
internal sealed class FleetDesk(BrokerDesk desk, Deployment deployment, DeskOptions options)
{
    private const int MaxParallel = 16;

    /// <summary>Reads the identities that follow a name. One whose document is gone or cannot be read is left out.</summary>
    public async Task<FleetPage> PageAsync(OperationScope scope, string? after, int limit)
    {
        var around = await OpenAsync(scope);
        var names = await NamesAsync(scope.Call);
        string[] page = [.. names.Where(n => after is null || string.CompareOrdinal(n, after) > 0).Take(limit + 1)];
        var documents = await ReadAsync(scope, page.Length > limit ? page[..limit] : page);
        return new FleetPage([.. documents.Select(d => (d, around))], page.Length > limit ? page[limit - 1] : null);
    }

    /// <summary>Reads the broker's state: what one operation over all identities goes by, without owners and entities.</summary>
    public async Task<Surroundings> OpenAsync(OperationScope scope) => StateOf(scope, await desk.ReadAsync(scope.Call, BrokerDesk.State));

    /// <summary>The names of all identities, in their order.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(VaultCall call) =>
        await desk.ListAsync(call, BrokerDesk.Identities) switch
        {
            VaultAnswer<IReadOnlyList<string>>.Ok ok =>
            [
                .. ok.Value
                    .Where(k => k.StartsWith("bcb.", StringComparison.Ordinal) && IdentityName.TryParse(k["bcb.".Length..], out _))
                    .Select(k => k["bcb.".Length..])
                    .Order(StringComparer.Ordinal),
            ],
            VaultAnswer<IReadOnlyList<string>>.Absent => [],
            VaultAnswer<IReadOnlyList<string>>.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            _ => throw Denied(),
        };

    /// <summary>Reads some identities side by side, in the order of their names. One whose document is gone or cannot be read is left out.</summary>
    public async Task<IReadOnlyList<IdentityDocument>> ReadAsync(OperationScope scope, IReadOnlyList<string> names)
    {
        var documents = new IdentityDocument?[names.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = scope.Call.Cancellation };
        await Parallel.ForAsync(0, documents.Length, parallel, async (i, _) => documents[i] = await ReadAsync(scope, names[i]));
        return [.. documents.OfType<IdentityDocument>()];
    }

    private async Task<IdentityDocument?> ReadAsync(OperationScope scope, string name) =>
        await desk.ReadAsync(scope.Call, BrokerDesk.DocumentOf(name)) switch
        {
            KvRead.Found found => DocumentJson.TryReadIdentity(found.Json.Span, name, out var document, out _) ? document : null,
            KvRead.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            KvRead.Denied => throw Denied(),
            _ => null,
        };

    private Surroundings StateOf(OperationScope scope, KvRead read) => read switch
    {
        KvRead.Found found when DocumentJson.TryReadState(found.Json.Span, out var state, out _) => deployment.SawState(state, found.Version)
            ? new Surroundings(state, found.Version, options.Epoch, null, null, scope.Now, options.Environment)
            : throw new BrokerFaultException(FaultKind.Unavailable, "Vault serves an older broker/state than this replica has seen"),
        KvRead.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
        KvRead.Denied => throw Denied(),
        _ => throw new BrokerFaultException(FaultKind.NotReady, "broker/state cannot be read: run `bcb bootstrap --check`"),
    };

    private static BrokerFaultException Denied() =>
        new(FaultKind.NotReady, "Vault refuses the sweeper's child token: run `bcb bootstrap --check`");
}

/// <summary>Some identities, and the name to go on after; null at the end.</summary>
internal sealed record FleetPage(IReadOnlyList<(IdentityDocument Document, Surroundings Around)> Views, string? Next);
