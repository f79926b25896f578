using System.Globalization;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Health;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Doctor;

/// <summary>What stands in the documents that every operation reads. That they are there is bootstrap's step; a document that is not is no finding here.</summary>
internal sealed class DocumentChecks(BootstrapSession session, DoctorOptions options, TimeProvider time)
{
    private const string State = "broker/state";
    private const string DecoyPath = "identities/" + Decoy.Alias;

    private string Mount => session.Settings.KvMount;

    /// <summary>State, epoch and decoy.</summary>
    public async Task<IReadOnlyList<CheckReport>> AllAsync(CancellationToken cancellation)
    {
        var state = await session.Client.ReadKvAsync(session.Token, State, session.Call(cancellation));
        var decoy = await session.Client.ReadKvAsync(session.Token, DecoyPath, session.Call(cancellation));
        var entity = decoy is KvRead.Found ? await session.FindEntityAsync(Decoy.Alias, cancellation) : null;
        return
        [
            new(DoctorChecks.DecoyContent, $"{Mount}/{DecoyPath}", Of(DecoyPath, decoy, found => JudgeDecoy(found, entity))),
            new(DoctorChecks.StateContent, $"{Mount}/{State}", Of(State, state, JudgeState)),
            new(DoctorChecks.Epoch, "", Of(State, state, JudgeEpoch)),
            new(DoctorChecks.Heartbeat, "", Of(State, state, JudgeHeartbeat)),
        ];
    }

    private CheckResult Of(string path, KvRead read, Func<KvRead.Found, CheckResult> judge) => read switch
    {
        KvRead.Found found => judge(found),
        KvRead.Denied => Unseen.Denied($"{Mount}/data/{path}"),
        KvRead.Faulted { Fault: not VaultFault.WronglySetUp and var fault } => Unseen.Fault(fault),
        _ => new CheckResult.NotChecked($"{path} is not there"),
    };

    private static CheckResult JudgeState(KvRead.Found found) => DocumentJson.TryReadState(found.Json.Span, out var state, out var error)
        ? new CheckResult.Ok(string.Create(
            CultureInfo.InvariantCulture, $"version {found.Version}, {state.Lockdowns.Count} lockdowns in force, epoch floor {state.EpochFloor}"))
        : new CheckResult.Finding(
            Severity.Error,
            $"it cannot be read: {error}",
            "the broker refuses everything without it",
            new Remedy("find out who wrote it (the audit log has who); a newer schema needs a newer broker, otherwise write back what stood there"));

    private CheckResult JudgeEpoch(KvRead.Found found)
    {
        if (!DocumentJson.TryReadState(found.Json.Span, out var state, out _))
        {
            return new CheckResult.NotChecked($"{State} cannot be read");
        }

        return options.Epoch >= state.EpochFloor
            ? new CheckResult.Ok(string.Create(CultureInfo.InvariantCulture, $"{options.Epoch}, the floor is {state.EpochFloor}"))
            : new CheckResult.Finding(
                Severity.Error,
                string.Create(CultureInfo.InvariantCulture, $"the configured epoch {options.Epoch} is below the floor {state.EpochFloor}"),
                "a broker of an older epoch would serve codes that a restore brought back, so it stays unready",
                new Remedy("configure the epoch of this deployment and restart the broker", string.Create(CultureInfo.InvariantCulture, $"export BCB_EPOCH={state.EpochFloor}")));
    }

    // A higher epoch begins time anew, so the beat counts for nothing then.
    private CheckResult JudgeHeartbeat(KvRead.Found found)
    {
        if (!DocumentJson.TryReadState(found.Json.Span, out var state, out _))
        {
            return new CheckResult.NotChecked($"{State} cannot be read");
        }

        return options.Epoch > state.EpochFloor || !SetStanding.ClockIsBehind(state.Heartbeat, time.GetUtcNow())
            ? new CheckResult.Ok()
            : new CheckResult.Finding(
                Severity.Error,
                string.Create(CultureInfo.InvariantCulture, $"the last beat, of {state.Heartbeat.At:yyyy-MM-dd'T'HH:mm:ss'Z'}, lies ahead of this machine's clock"),
                "a broker whose clock stands before it refuses every use of a code, and does not lead; where all do nobody leads",
                new Remedy(ReadinessWords.SetClockRight, "timedatectl set-ntp true"));
    }

    private CheckResult JudgeDecoy(KvRead.Found found, VaultAnswer<EntityFacts>? entity)
    {
        if (!DocumentJson.TryReadIdentity(found.Json.Span, Decoy.Name, out var document, out var error))
        {
            return new CheckResult.Finding(
                Severity.Error,
                $"it cannot be read: {error}",
                "the broker stays unready, as unknown names could be told from known ones",
                new Remedy("make it anew", $"vault kv metadata delete {Mount}/{DecoyPath}", options.BootstrapCommand));
        }

        return entity switch
        {
            VaultAnswer<EntityFacts>.Ok { Value.Id: var id } when id == document.AliasEntity => new CheckResult.Ok(),
            VaultAnswer<EntityFacts>.Ok => new CheckResult.Finding(
                Severity.Error,
                "the decoy's alias leads to another entity than its document names",
                "somebody deleted or merged the entity, and unknown names could be told from known ones",
                new Remedy("make it anew", $"vault kv metadata delete {Mount}/{DecoyPath}", options.BootstrapCommand)),
            VaultAnswer<EntityFacts>.Denied denied => Unseen.Denied(denied.Path),
            VaultAnswer<EntityFacts>.Faulted faulted => Unseen.Fault(faulted.Fault),
            _ => new CheckResult.NotChecked("the decoy has no entity"),
        };
    }
}
