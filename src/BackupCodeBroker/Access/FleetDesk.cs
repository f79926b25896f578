using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>Reads many identities with the sweeper's child, which lists and reads all and writes none.</summary>
internal sealed class FleetDesk(VaultClient vault, IdentityChildren children, Deployment deployment, DeskOptions options)
{
    private const int MaxParallel = 16;

    /// <summary>Reads the identities that follow a name. One whose document is gone or cannot be read is left out.</summary>
    public async Task<FleetPage> PageAsync(OperationScope scope, string? after, int limit)
    {
        // A kept child may have died with its parent: the first call tells, and one new one is minted.
        var child = await children.SweeperAsync(scope.Call);
        if (await vault.ReadKvAsync(child.Token, "broker/state", scope.Call) is not KvRead.Denied and var first)
        {
            return await PageAsync(scope, child, first, after, limit);
        }

        children.ForgetSweeper();
        child = await children.SweeperAsync(scope.Call);
        return await PageAsync(scope, child, await vault.ReadKvAsync(child.Token, "broker/state", scope.Call), after, limit);
    }

    private async Task<FleetPage> PageAsync(OperationScope scope, Child child, KvRead state, string? after, int limit)
    {
        var around = StateOf(scope, state);
        var names = await NamesAsync(scope, child);
        string[] page = [.. names.Where(n => after is null || string.CompareOrdinal(n, after) > 0).Take(limit + 1)];
        var views = new IdentityDocument?[Math.Min(limit, page.Length)];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = scope.Call.Cancellation };
        await Parallel.ForAsync(0, views.Length, parallel, async (i, _) => views[i] = await ReadAsync(scope, child, page[i]));
        return new FleetPage([.. views.OfType<IdentityDocument>().Select(d => (d, around))], page.Length > limit ? page[limit - 1] : null);
    }

    private async Task<IEnumerable<string>> NamesAsync(OperationScope scope, Child child) =>
        await vault.ListKvAsync(child.Token, "identities", scope.Call) switch
        {
            VaultAnswer<IReadOnlyList<string>>.Ok ok => ok.Value
                .Where(k => k.StartsWith("bcb.", StringComparison.Ordinal) && IdentityName.TryParse(k["bcb.".Length..], out _))
                .Select(k => k["bcb.".Length..])
                .Order(StringComparer.Ordinal),
            VaultAnswer<IReadOnlyList<string>>.Absent => [],
            VaultAnswer<IReadOnlyList<string>>.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            _ => throw Denied(),
        };

    private async Task<IdentityDocument?> ReadAsync(OperationScope scope, Child child, string name) =>
        await vault.ReadKvAsync(child.Token, "identities/bcb." + name, scope.Call) switch
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
