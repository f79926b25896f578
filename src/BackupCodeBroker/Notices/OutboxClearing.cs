using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Notices;

/// <summary>
/// Takes delivered and given-up notices out of the document of an identity to which nothing is written: work of the broker's own, with the identity's child and
/// check-and-set. Whoever writes at the same moment wins and takes them out itself; what fails is tried again at the next look.
/// </summary>
internal sealed class OutboxClearing(
    IdentityDesk desk, IdentityChildren children, NoticeBoard board, Deployment deployment, AccessLog access, OperationMetrics metrics, TimeProvider time)
{
    /// <summary>Does it for one identity.</summary>
    public async Task ClearAsync(string identity, CancellationToken stop)
    {
        if (deployment.State is not DeploymentState.Ready)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(OperationScope.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        using var work = new OwnWorkScope(OwnWork.Deliver, access, metrics, time) { Identity = identity };
        try
        {
            await work.RunAsync(() => ClearAsync(work.Call(either.Token), IdentityName.Parse(identity)));
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

    private async Task<bool> ClearAsync(VaultCall call, IdentityName identity)
    {
        var child = children.Of(identity.Alias) ?? (await children.MintAsync(identity.Alias, call) as ChildMinting.Minted)?.Child;
        if (child is null)
        {
            // The identity cannot be used: its notices stay until it can.
            board.Forget(identity.Value);
            return false;
        }

        var view = await desk.ReadAsync(call, new IdentityHandle(identity.Alias, identity.Value, child, null), withPeople: false);
        var next = view.Unusable is null ? board.Cleared(view.Document) : view.Document;
        if (ReferenceEquals(next, view.Document))
        {
            board.Forget(identity.Value);
            return true;
        }

        return await desk.WriteAsync(call, view.Handle, next, view.Version) switch
        {
            KvWrite.Saved => true,
            KvWrite.Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
            _ => false,
        };
    }
}
