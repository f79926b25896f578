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
        var fleet = await OpenAsync(scope);
        var names = await NamesAsync(scope.Call);
        string[] page = [.. names.Where(n => after is null || string.CompareOrdinal(n, after) > 0).Take(limit + 1)];
        var documents = await ReadAsync(scope, fleet, page.Length > limit ? page[..limit] : page);
        return new FleetPage([.. documents.Select(d => (d, fleet.Around))], page.Length > limit ? page[limit - 1] : null);
    }

    /// <summary>Takes the sweeper's child and reads the broker's state with it.</summary>
    public async Task<Fleet> OpenAsync(OperationScope scope)
    {
        // A kept child may have died with its parent: the first call tells, and one new one is minted.
        var child = await children.SweeperAsync(scope.Call);
        if (await vault.ReadKvAsync(child.Token, "broker/state", scope.Call) is not KvRead.Denied and var first)
        {
            return new Fleet(child, StateOf(scope, first));
        }

        children.ForgetSweeper();
        child = await children.SweeperAsync(scope.Call);
        return new Fleet(child, StateOf(scope, await vault.ReadKvAsync(child.Token, "broker/state", scope.Call)));
    }

    /// <summary>The names of all identities, in their order.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(VaultCall call)
    {
        var child = await children.SweeperAsync(call);
        var listed = await vault.ListKvAsync(child.Token, "identities", call);
        if (listed is VaultAnswer<IReadOnlyList<string>>.Denied)
        {
            children.ForgetSweeper();
            child = await children.SweeperAsync(call);
            listed = await vault.ListKvAsync(child.Token, "identities", call);
        }

        return listed switch
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
    }

    /// <summary>Reads some identities side by side, in the order of their names. One whose document is gone or cannot be read is left out.</summary>
    public async Task<IReadOnlyList<IdentityDocument>> ReadAsync(OperationScope scope, Fleet fleet, IReadOnlyList<string> names)
    {
        var documents = new IdentityDocument?[names.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = scope.Call.Cancellation };
        await Parallel.ForAsync(0, documents.Length, parallel, async (i, _) => documents[i] = await ReadAsync(scope, fleet.Child, names[i]));
        return [.. documents.OfType<IdentityDocument>()];
    }

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

/// <summary>The way to all identities during one operation.</summary>
/// <param name="Child">The sweeper's child.</param>
/// <param name="Around">The broker's state, without owners and entities.</param>
internal sealed record Fleet(Child Child, Surroundings Around);

/// <summary>Some identities, and the name to go on after; null at the end.</summary>
internal sealed record FleetPage(IReadOnlyList<(IdentityDocument Document, Surroundings Around)> Views, string? Next);
