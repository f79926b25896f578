using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Notices;

/// <summary>
/// Takes delivered and given-up notices out of the document of an identity to which nothing is written: work of the broker's own, with the identity's child and
/// check-and-set. Whoever writes at the same moment wins and takes them out itself; what fails is tried again at the next look. Where the identity cannot be used, its document not be read, or the write is denied, its notices stay in the document and
/// are kept in mind as delivered, so that no sweep delivers them over and over.
/// </summary>
internal sealed class OutboxClearing(
    IdentityDesk desk, IdentityChildren children, NoticeBoard board, Deployment deployment, AccessLog access, OperationMetrics metrics, TimeProvider time)
{
    /// <summary>Does it for one identity.</summary>
    public async Task ClearAsync(FinishedNotices finished, CancellationToken stop)
    {
        if (deployment.State is not DeploymentState.Ready { Facts: var facts })
        {
            return;
        }

        using var deadline = new CancellationTokenSource(OperationScope.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        using var work = new OwnWorkScope(OwnWork.Deliver, access, metrics, time) { Identity = finished.Identity };
        try
        {
            await work.RunAsync(() => ClearAsync(work.Call(either.Token), finished, facts));
        }
        catch (BrokerFaultException)
        {
            // Its record says so.
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Vault was too slow.
        }
    }

    private async Task<bool> ClearAsync(VaultCall call, FinishedNotices finished, DeploymentFacts facts)
    {
        var identity = IdentityName.Parse(finished.Identity);
        if (await ChildAsync(call, identity, facts) is not { } child)
        {
            board.Postpone(identity.Value);
            return false;
        }

        var view = await desk.ReadAsync(call, new IdentityHandle(identity.Alias, identity.Value, child, null), withPeople: false);
        if (view.Handle.Unusable is not null || view.Unusable is Reason.Unreadable)
        {
            board.Postpone(identity.Value);
            return false;
        }

        if (view.Document.News.Removed.Count == 0)
        {
            board.Forget(finished);
            return true;
        }

        switch (await desk.WriteAsync(call, view.Handle, view.Document, view.Version))
        {
            case KvWrite.Saved:
                return true;
            case KvWrite.Faulted faulted:
                throw BrokerFaultException.Of(faulted.Fault);
            case KvWrite.Denied:
                // Not for now, and asking at each look changes no policy.
                board.Postpone(identity.Value);
                return false;
            default:
                return false;
        }
    }

    // As for everybody: an alias that is gone is not made anew.
    private async Task<Child?> ChildAsync(VaultCall call, IdentityName identity, DeploymentFacts facts) =>
        children.Of(identity.Alias)
        ?? (await children.ExistsAsync(identity.Alias, facts.TokenMountAccessor, call) ? (await children.MintAsync(identity.Alias, call) as ChildMinting.Minted)?.Child : null);
}
