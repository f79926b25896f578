using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Features.Leaks;

/// <summary>
/// Ends the set of a code that was verified, with the identity's own child: reads again, decides on what is there now, writes with check-and-set, until a decision
/// stands. It is the broker's own work, with the identity in its record; the event and the notice name the operation that reported the code.
/// </summary>
internal sealed class LeakEnding(
    IdentityDesk desk, IdentityChildren children, Deployment deployment, BrokerProfiles profiles, Alarms alarms, AccessLog access, OperationMetrics metrics)
{
    private const int MaxTries = 8;

    /// <summary>
    /// Ends it; false where there is nothing to end any more, or the identity's alias is gone. What cannot be ended now, and could be used again later, is a fault: who reported
    /// it is to come back.
    /// </summary>
    public async Task<bool> RunAsync(OperationScope scope, Suspect suspect, BackupCode code)
    {
        alarms.Raise(AlarmKind.CodeLeaked, suspect.Identity.Value);
        using var work = new OwnWorkScope(OwnWork.EndLeaked, access, metrics, scope.Time, scope.Context) { Identity = suspect.Identity.Value };
        var generation = await work.RunAsync(() => EndAsync(work.Call(scope.Call.Cancellation), scope, suspect, code));
        if (generation is null)
        {
            work.Conclude("unchanged");
            return false;
        }

        work.Generation = generation;
        (scope.Identity, scope.Generation) = (suspect.Identity, generation);
        return true;
    }

    private async Task<int?> EndAsync(VaultCall call, OperationScope scope, Suspect suspect, BackupCode code)
    {
        if (await OpenAsync(call, suspect) is not { } handle)
        {
            return null;
        }

        for (var attempt = 1; attempt <= MaxTries; attempt++)
        {
            var view = await desk.ReadAsync(call, handle, withPeople: false);
            if (view.Unusable is not null)
            {
                throw NotNow();
            }

            // A write that was not answered, and was committed.
            if (view.Document.Events.FirstOrDefault(e => e.OperationId == scope.Id) is { } before)
            {
                return before.Generation;
            }

            var standing = CodeMaterial.For(view.Document, code, profiles.StandIns);
            if (LeakDecision.Decide(view.Document, code.Selector, suspect.Material, standing, scope.Id, scope.Caller!, scope.Now) is not LeakDecision.Ended ended)
            {
                return null;
            }

            switch (await desk.WriteAsync(call, handle, ended.Next, view.Version))
            {
                case KvWrite.Saved:
                    return ended.Generation;
                case KvWrite.Faulted faulted:
                    throw BrokerFaultException.Of(faulted.Fault);
                case KvWrite.Denied:
                    throw new BrokerFaultException(FaultKind.NotReady, "Vault refuses the identity's child token to write: run `bcb bootstrap --check`");
            }
        }

        throw new BrokerFaultException(FaultKind.Busy, "too many changes of this identity at once");
    }

    // As for everybody: an alias that is gone is not made anew, and a child that carries more than its policy is not used.
    private async Task<IdentityHandle?> OpenAsync(VaultCall call, Suspect suspect)
    {
        var alias = suspect.Identity.Alias;
        if (children.Of(alias) is { } kept)
        {
            return new IdentityHandle(alias, suspect.Identity.Value, kept, null);
        }

        if (deployment.State is not DeploymentState.Ready { Facts: var facts })
        {
            throw NotNow();
        }

        if (!await children.ExistsAsync(alias, facts.TokenMountAccessor, call))
        {
            return null;
        }

        return await children.MintAsync(alias, call) is ChildMinting.Minted minted
            ? new IdentityHandle(alias, suspect.Identity.Value, minted.Child, null)
            : throw NotNow();
    }

    private static BrokerFaultException NotNow() => new(FaultKind.NotReady, "a set that was found cannot be ended now: report it again");
}
