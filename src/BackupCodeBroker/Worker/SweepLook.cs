using System.Diagnostics;
using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Worker;

/// <summary>
/// A sweep's look at one identity. One that Vault answers nothing useful about is passed by, counted and told of: it must not hold up what the sweep does
/// for the others. Where that happens several times in a row Vault is asked for something else (<see cref="SweepDoubt"/>).
/// </summary>
internal sealed partial class SweepLook(
    VaultClient vault, BrokerDesk desk, OwnToken own, Enforcer enforcer, BrokerProfiles profiles, DeskOptions options, WorkerMetrics metrics, Pseudonyms pseudonyms,
    TimeProvider time, ILogger<SweepLook> logger)
{
    // A change that has begun is finished, also where the sweep ends meanwhile.
    private static readonly TimeSpan ChangeDeadline = TimeSpan.FromSeconds(4.5);

    // Each sweep tells of so many by name; its end has the number of all.
    private const int MaxTold = 5;

    /// <summary>Looks, and changes what is to be changed. A fault is thrown where Vault itself is in trouble.</summary>
    public async Task AtAsync(SweepRun run, VaultCall call, ActivityContext page, (BrokerState State, long Version) state, IdentityName identity)
    {
        try
        {
            if (await LookAsync(run, call, page, state, identity) is { } unchanged)
            {
                await PassByAsync(run, call, identity, unchanged);
            }
            else
            {
                run.Doubt.Clear();
            }
        }
        catch (BrokerFaultException fault) when (!IsAboutThisOne(fault))
        {
            // It goes to the log, and Vault's own words may have the name.
            throw new BrokerFaultException(fault.Kind, pseudonyms.In(fault.Message, identity.Value), fault.RetryAfter);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            run.Fleet.AddUnreadable();
            run.Snapshot?.Add(ReportRow.OfNothing(identity.Value, removed: false));
            run.Notes.Missed();
            await PassByAsync(run, call, identity, trouble);
        }
    }

    // That it is sealed, or cannot be reached, Vault says of itself, and once is enough.
    private static bool IsAboutThisOne(BrokerFaultException fault) => fault.Fault?.IsOneAnswers ?? true;

    // Others change it all the time: the next sweep comes by. That this replica sheds load is another matter.
    private static bool IsBusyElsewhere(BrokerFaultException fault) => fault.Kind == FaultKind.Busy && fault.Fault is null;

    private Task PassByAsync(SweepRun run, VaultCall call, IdentityName identity, Exception trouble)
    {
        run.Tally.Fail();
        if (run.Tally.Failed <= MaxTold)
        {
            LogPassedBy(pseudonyms.Of(identity.Value)!, pseudonyms.In(trouble is BrokerFaultException ? trouble.Message : trouble.ToString(), identity.Value));
        }

        return run.Doubt.AddAsync(call);
    }

    // What kept the identity from being changed; null where nothing did.
    private async Task<Exception?> LookAsync(SweepRun run, VaultCall call, ActivityContext page, (BrokerState State, long Version) state, IdentityName identity)
    {
        run.Tally.Look();
        metrics.Looked();
        var (document, removed) = await ReadAsync(call, identity);
        if (document is null)
        {
            run.Tally.MissDocument();
            run.Fleet.AddUnreadable();
            run.Notes.Unread(identity);
            run.Snapshot?.Add(ReportRow.OfNothing(identity.Value, removed));
            return null;
        }

        var wrap = WrapAsync(call, document);
        var people = run.People.OfAsync(call, document);
        await Task.WhenAll(wrap, people);
        var (owner, entity, seen) = await people;
        var around = new Surroundings(state.State, state.Version, options.Epoch, owner, entity, time.Moment(), options.Environment);
        var decision = SweepDecision.Decide(document, around, new SweepRules("", profiles.Of(document), await wrap, seen == PeopleSeen.Both, Marked(document)));
        if (decision.Unreachable is not null)
        {
            run.Tally.MissWay();
        }

        Exception? unchanged = null;
        if (decision.Next is { } next)
        {
            (document, unchanged) = await ChangeAsync(run, page, identity, document, Ending(document, next), await wrap);
        }

        Note(run, document, around, seen);
        run.Notes.Saw(document);
        return unchanged;
    }

    // One decision for the metrics and the report, of the identity as the sweep leaves it.
    private void Note(SweepRun run, IdentityDocument after, Surroundings around, PeopleSeen seen)
    {
        var readiness = Readiness.Of(after, around, profiles.Of(after), seen);
        run.Fleet.Add(after, around, readiness, seen);
        run.Snapshot?.Add(ReportRows.Of(after, around, readiness, seen));
    }

    // Whether Vault has ended it is asked by whoever makes the change.
    private static IReadOnlyList<string> Marked(IdentityDocument document) => [.. document.Recoveries.Where(r => r.EndedAt is not null).Select(r => r.Accessor)];

    // What was marked before, which the decision takes to be gone, and what it marks.
    private static IdentityDocument Ending(IdentityDocument document, IdentityDocument next) =>
        document with { Recoveries = [.. document.Recoveries.Concat(next.Recoveries).Where(r => r.EndedAt is not null)] };

    private async Task<(IdentityDocument Document, Exception? Unchanged)> ChangeAsync(
        SweepRun run, ActivityContext page, IdentityName identity, IdentityDocument document, IdentityDocument ending, WrapSight wrap)
    {
        using var deadline = new CancellationTokenSource(ChangeDeadline, time);
        try
        {
            var enforced = await enforcer.RunAsync(page, identity, ending, document.Pending is { Delivery: var d } ? (d.Accessor, wrap) : null, deadline.Token);
            if (enforced is null)
            {
                run.Tally.MissWay();
                return (document, null);
            }

            foreach (var act in enforced.Acts)
            {
                run.Tally.Do(act);
                metrics.Did(act);
            }

            return (enforced.After, null);
        }
        catch (BrokerFaultException fault) when (IsBusyElsewhere(fault))
        {
            run.Tally.Fail();
            return (document, null);
        }
        catch (BrokerFaultException fault) when (IsAboutThisOne(fault))
        {
            return (document, fault);
        }
        catch (OperationCanceledException)
        {
            return (document, BrokerFaultException.Of(new VaultFault.TimedOut()));
        }
    }

    private async Task<(IdentityDocument? Document, bool Removed)> ReadAsync(VaultCall call, IdentityName identity)
    {
        switch (await desk.ReadAsync(call, BrokerDesk.DocumentOf(identity.Value)))
        {
            case KvRead.Found found when DocumentJson.TryReadIdentity(found.Json.Span, identity.Value, out var document, out _):
                return (document, false);
            case KvRead.Found:
                return (null, false);
            case KvRead.Absent or KvRead.Removed:
                return (null, true);
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

    [LoggerMessage(EventId = 44, Level = LogLevel.Warning, Message = "the sweep passed {Identity} by, and leaves it to the next: {Why}")]
    private partial void LogPassedBy(string identity, string why);
}
