using System.Diagnostics;
using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Worker;

/// <summary>A sweep's look at one identity.</summary>
internal sealed partial class SweepLook(
    VaultClient vault, IdentityChildren children, OwnToken own, Enforcer enforcer, BrokerProfiles profiles, DeskOptions options, WorkerMetrics metrics, TimeProvider time, ILogger<SweepLook> logger)
{
    // A change that has begun is finished, also where the sweep ends meanwhile.
    private static readonly TimeSpan ChangeDeadline = TimeSpan.FromSeconds(4.5);

    /// <summary>Looks, and changes what is to be changed.</summary>
    public async Task AtAsync(SweepRun run, VaultCall call, ActivityContext page, (BrokerState State, long Version) state, IdentityName identity)
    {
        run.Tally.Look();
        metrics.Looked();
        var (document, removed) = await ReadAsync(call, identity);
        if (document is null)
        {
            run.Tally.MissDocument();
            run.Fleet.AddUnreadable();
            run.Snapshot?.Add(ReportRow.OfNothing(identity.Value, removed));
            return;
        }

        var wrap = WrapAsync(call, document);
        var people = run.People.OfAsync(call, document);
        await Task.WhenAll(wrap, people);
        var (owner, entity, seen) = await people;
        var around = new Surroundings(state.State, state.Version, options.Epoch, owner, entity, time.Moment(), options.Environment);
        var decision = SweepDecision.Decide(document, around, new SweepRules("", profiles.Of(document), await wrap, seen == PeopleSeen.Both));
        if (decision.Unreachable is not null)
        {
            run.Tally.MissWay();
        }

        if (decision.Next is not null)
        {
            document = await ChangeAsync(run, page, identity, document, await wrap);
        }

        Note(run, document, around, seen);
        run.Notes.Saw(document);
    }

    // One decision for the metrics and the report, of the identity as the sweep leaves it.
    private void Note(SweepRun run, IdentityDocument after, Surroundings around, PeopleSeen seen)
    {
        var readiness = Readiness.Of(after, around, profiles.Of(after), seen);
        run.Fleet.Add(after, around, readiness, seen);
        run.Snapshot?.Add(ReportRows.Of(after, around, readiness, seen));
    }

    private async Task<IdentityDocument> ChangeAsync(SweepRun run, ActivityContext page, IdentityName identity, IdentityDocument document, WrapSight wrap)
    {
        using var deadline = new CancellationTokenSource(ChangeDeadline, time);
        try
        {
            var enforced = await enforcer.RunAsync(page, identity, document.Pending is { Delivery: var d } ? (d.Accessor, wrap) : null, deadline.Token);
            if (enforced is null)
            {
                run.Tally.MissWay();
                return document;
            }

            foreach (var act in enforced.Acts)
            {
                run.Tally.Do(act);
                metrics.Did(act);
            }

            return enforced.After;
        }
        catch (BrokerFaultException fault) when (fault.Kind == FaultKind.Busy)
        {
            // Somebody is busy with it: the next sweep comes by.
            run.Tally.Fail();
            return document;
        }
        catch (OperationCanceledException)
        {
            throw new BrokerFaultException(FaultKind.Unavailable, "Vault did not answer in time");
        }
    }

    private async Task<(IdentityDocument? Document, bool Removed)> ReadAsync(VaultCall call, IdentityName identity)
    {
        var read = await vault.ReadKvAsync((await children.SweeperAsync(call)).Token, "identities/" + identity.Alias, call);
        if (read is KvRead.Denied)
        {
            children.ForgetSweeper();
            read = await vault.ReadKvAsync((await children.SweeperAsync(call)).Token, "identities/" + identity.Alias, call);
        }

        switch (read)
        {
            case KvRead.Found found when DocumentJson.TryReadIdentity(found.Json.Span, identity.Value, out var document, out _):
                return (document, false);
            case KvRead.Found:
                return (null, false);
            case KvRead.Absent or KvRead.Removed:
                return (null, true);
            // An answer that is no answer about this document: the others may well be read.
            case KvRead.Faulted { Fault: VaultFault.Unexpected { Status: < 500 } unexpected }:
                LogOdd(unexpected.Describe());
                return (null, false);
            case KvRead.Faulted faulted:
                throw BrokerFaultException.Of(faulted.Fault);
            default:
                throw new BrokerFaultException(FaultKind.NotReady, "Vault refuses the sweeper's child token: run `bcb bootstrap --check`");
        }
    }

    private async Task<WrapSight> WrapAsync(VaultCall call, IdentityDocument document)
    {
        if (!SweepDecision.WantsWrap(document, time.Moment()))
        {
            return WrapSight.Unknown;
        }

        return await vault.LookupAccessorAsync(own.Take().Token, document.Pending!.Delivery.Accessor, call) switch
        {
            VaultAnswer<TokenFacts>.Ok => WrapSight.Closed,
            VaultAnswer<TokenFacts>.Absent => WrapSight.Gone,
            _ => WrapSight.Unknown,
        };
    }

    [LoggerMessage(EventId = 44, Level = LogLevel.Warning, Message = "a document was passed by: {Why}")]
    private partial void LogOdd(string why);
}
