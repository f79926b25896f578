using System.Diagnostics;
using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Worker;

/// <summary>
/// Carries out what a sweep found, with the identity's own child: reads again, decides again on what is there now, writes with check-and-set, until a
/// decision stands. A write that was not answered is looked for by its operation's id; where it is not found, deciding anew leaves nothing done twice.
/// </summary>
internal sealed class Enforcer(
    IdentityDesk desk, RecoveryDesk recoveries, IdentityChildren children, Deployment deployment, BrokerProfiles profiles, AccessLog access, OperationMetrics metrics, TimeProvider time)
{
    private const int MaxTries = 8;

    /// <summary>
    /// Changes one identity; the document as it is then, and what was done. Null where there is no way to it: what was handed out and has to end is ended all the
    /// same, for that takes the broker's own token alone.
    /// </summary>
    /// <param name="page">The page that found it.</param>
    /// <param name="identity">Whose document.</param>
    /// <param name="ending">The document with what was handed out and has to end, by what the sweep saw.</param>
    /// <param name="wrap">What is known of a wrap, by its accessor.</param>
    /// <param name="cancellation">Until when.</param>
    public async Task<Enforced?> RunAsync(ActivityContext page, IdentityName identity, IdentityDocument ending, (string Accessor, WrapSight Sight)? wrap, CancellationToken cancellation)
    {
        using var work = new OwnWorkScope(OwnWork.Enforce, access, metrics, time, page) { Identity = identity.Value };
        var enforced = await work.RunAsync(async () =>
        {
            var call = work.Call(cancellation);
            var changed = await ChangeAsync(work, call, identity, wrap);
            if (changed is null)
            {
                await recoveries.EndMarkedAsync(call, ending);
            }

            return changed;
        });
        work.Conclude(Outcomes.Done, enforced?.Reason);
        return enforced;
    }

    private async Task<Enforced?> ChangeAsync(OwnWorkScope work, VaultCall call, IdentityName identity, (string Accessor, WrapSight Sight)? wrap)
    {
        if (await OpenAsync(call, identity) is not { } handle)
        {
            return null;
        }

        SweepDecision? doubtful = null;
        IReadOnlyList<string>? gone = null;
        for (var attempt = 1; attempt <= MaxTries; attempt++)
        {
            var view = await desk.ReadAsync(call, handle, withPeople: true);
            if (view.Unusable is not null)
            {
                return null;
            }

            if (doubtful is not null && view.Document.Bears(work.Id))
            {
                return new Enforced(view.Document, doubtful.Acts);
            }

            var sight = wrap is { } seen && seen.Accessor == view.Document.Pending?.Delivery.Accessor ? seen.Sight : WrapSight.Unknown;
            var decision = SweepDecision.Decide(view.Document, view.At(time.Moment()), new SweepRules(work.Id, profiles.Of(view.Document), sight, PeopleWereRead: true, gone ??= await recoveries.EndMarkedAsync(call, view.Document)));
            if (decision.Next is not { } next)
            {
                return new Enforced(view.Document, []);
            }

            switch (await desk.WriteAsync(call, handle, next, view.Version))
            {
                case KvWrite.Saved:
                    return new Enforced(next, decision.Acts);
                case KvWrite.Unknown:
                    doubtful = decision;
                    break;
                case KvWrite.Faulted faulted:
                    throw BrokerFaultException.Of(faulted.Fault);
                case KvWrite.Denied:
                    throw new BrokerFaultException(FaultKind.NotReady, "Vault refuses the identity's child token to write: run `bcb bootstrap --check`");
            }
        }

        throw new BrokerFaultException(FaultKind.Busy, "too many changes of this identity at once");
    }

    // As for everybody: an alias that is gone is not made anew, and a child that carries more than its policy is not used.
    private async Task<IdentityHandle?> OpenAsync(VaultCall call, IdentityName identity)
    {
        var child = children.Of(identity.Alias);
        if (child is null && deployment.State is DeploymentState.Ready { Facts: var facts }
            && await children.ExistsAsync(identity.Alias, facts.TokenMountAccessor, call)
            && await children.MintAsync(identity.Alias, call) is ChildMinting.Minted minted)
        {
            child = minted.Child;
        }

        return child is null ? null : new IdentityHandle(identity.Alias, identity.Value, child, null);
    }

}

/// <summary>What a change came to.</summary>
/// <param name="After">The document as it is now.</param>
/// <param name="Acts">What was done; none where somebody else had done it.</param>
internal sealed record Enforced(IdentityDocument After, IReadOnlyList<SweepAct> Acts)
{
    /// <summary>What it came to in a word, for the record: a suspension before all else, since the audit looks when a change in Vault had its effect; null where nothing was done.</summary>
    public string? Reason => Acts.Count == 0 ? null : (Acts.Contains(SweepAct.Suspended) ? SweepAct.Suspended : Acts[0]).Name();
}
