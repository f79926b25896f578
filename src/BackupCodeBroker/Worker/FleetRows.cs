using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Worker;

/// <summary>Reads identities for a report, each with its owner and, where it has codes that could be used, its entity. Nothing is left out: what cannot be read has a row that says so.</summary>
internal sealed class FleetRows(BrokerDesk desk, BrokerProfiles profiles, DeskOptions options, TimeProvider time)
{
    /// <summary>Reads one; null where its document says that it is not wanted, and then nobody else is looked up.</summary>
    /// <param name="call">The look's calls.</param>
    /// <param name="state">The broker's state and its version.</param>
    /// <param name="people">Owners, each read once.</param>
    /// <param name="name">The identity.</param>
    /// <param name="wanted">Whether it is wanted.</param>
    public async Task<ReportRow?> ReadAsync(
        VaultCall call, (BrokerState State, long Version) state, SweepPeople people, string name, Func<IdentityDocument, bool> wanted) =>
        await desk.ReadAsync(call, BrokerDesk.DocumentOf(name)) switch
        {
            KvRead.Found found when DocumentJson.TryReadIdentity(found.Json.Span, name, out var document, out _) =>
                wanted(document) ? await OfAsync(call, state, people, document) : null,
            KvRead.Absent or KvRead.Removed => ReportRow.OfNothing(name, removed: true),
            // An answer that is no answer about this document: the others may well be read.
            KvRead.Found or KvRead.Faulted { Fault: VaultFault.Unexpected { Status: < 500 } } => ReportRow.OfNothing(name, removed: false),
            KvRead.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            _ => throw new BrokerFaultException(FaultKind.NotReady, "Vault refuses the sweeper's child token: run `bcb bootstrap --check`"),
        };

    private async Task<ReportRow> OfAsync(VaultCall call, (BrokerState State, long Version) state, SweepPeople people, IdentityDocument document)
    {
        var (owner, entity, seen) = await people.OfAsync(call, document);
        var around = new Surroundings(state.State, state.Version, options.Epoch, owner, entity, time.Moment(), options.Environment);
        return ReportRows.Of(document, around, Readiness.Of(document, around, profiles.Of(document), seen), seen);
    }
}
