using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>
/// The way in, two round trips when everything is new: who is the caller, and does the name have an alias; then may they, and a child for the
/// identity's document. Both halves run side by side. Only registering mints for a name without an alias, and only once it is granted.
/// </summary>
internal sealed class Admission(CallerGate gate, IdentityChildren children, PeopleDesk people, Deployment deployment, TimeProvider time)
{
    /// <summary>An answer of Vault's about a caller that is older than this at the moment of a write is asked again.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(2);

    /// <summary>Admits a caller to an operation on one identity.</summary>
    public async Task<Admitted> ToIdentityAsync(OperationScope scope, VaultToken token)
    {
        var facts = Facts();
        var identity = scope.Identity!;
        var kept = Kept(scope.Operation, identity);
        var introducing = gate.IntroduceAsync(token, scope.Operation, identity.Value, scope.Call);
        var existing = kept is null && scope.Operation != Operation.Register
            ? children.ExistsAsync(identity.Alias, facts.TokenMountAccessor, scope.Call)
            : Task.FromResult(true);
        await Task.WhenAll(introducing, existing);

        if (await introducing is not Introduction.Known { Caller: var caller })
        {
            return Denied(scope, (Introduction.Denied)await introducing);
        }

        (scope.Caller, scope.CallerKind) = (caller.Actor, caller.Kind);
        var asking = gate.AskAsync(caller, scope.Call);
        if (scope.Operation == Operation.Register && await asking is Asked.Denied early)
        {
            return new Admitted.Denied(early.Outcome);
        }

        var opening = kept is not null ? Task.FromResult(kept) : OpenAsync(scope, identity, await existing);
        await Task.WhenAll(asking, opening);
        return await asking is Asked.Granted granted
            ? new Admitted.Granted(new Admittance(gate, people, caller, granted.At, time), await opening)
            : new Admitted.Denied(((Asked.Denied)await asking).Outcome);
    }

    /// <summary>
    /// The way to an identity for somebody who sends no token: what they hold is a code, and whether it is one the document tells. A name that nobody
    /// registered, or that cannot be used, leads to the decoy, by the same calls.
    /// </summary>
    public async Task<IdentityHandle> OfCodeHolderAsync(OperationScope scope)
    {
        var facts = Facts();
        var identity = scope.Identity!;
        return Kept(scope.Operation, identity) ?? await OpenAsync(scope, identity, await children.ExistsAsync(identity.Alias, facts.TokenMountAccessor, scope.Call));
    }

    /// <summary>Admits a caller to an operation over all identities.</summary>
    public async Task<Outcome?> ToAllAsync(OperationScope scope, VaultToken token)
    {
        var (caller, denied) = await IntroduceAsync(scope, token);
        return caller is null ? denied : await gate.AskAsync(caller, scope.Call) is Asked.Denied refused ? refused.Outcome : null;
    }

    /// <summary>Introduces a caller of an operation over all identities, for whoever asks in more than one form; the denial where Vault does not know them.</summary>
    public async Task<(Caller? Caller, Outcome? Denied)> IntroduceAsync(OperationScope scope, VaultToken token)
    {
        Facts();
        var introduction = await gate.IntroduceAsync(token, scope.Operation, null, scope.Call);
        if (introduction is not Introduction.Known { Caller: var caller })
        {
            return (null, Denied(scope, (Introduction.Denied)introduction).Outcome);
        }

        (scope.Caller, scope.CallerKind) = (caller.Actor, caller.Kind);
        return (caller, null);
    }

    /// <summary>Admits a caller to an operation on all identities whose names begin alike; an empty prefix is all.</summary>
    public Task<(Admittance? Caller, Outcome? Denial)> ToPrefixAsync(OperationScope scope, VaultToken token, string prefix) => ToAsync(scope, token, prefix);

    /// <summary>Admits a caller to an operation over all identities that ends in a write: the grant can be renewed before it.</summary>
    public Task<(Admittance? Caller, Outcome? Denial)> ToWorkOverAllAsync(OperationScope scope, VaultToken token) => ToAsync(scope, token, null);

    private async Task<(Admittance? Caller, Outcome? Denial)> ToAsync(OperationScope scope, VaultToken token, string? target)
    {
        Facts();
        var introduction = await gate.IntroduceAsync(token, scope.Operation, target, scope.Call);
        if (introduction is not Introduction.Known { Caller: var caller })
        {
            return (null, Denied(scope, (Introduction.Denied)introduction).Outcome);
        }

        (scope.Caller, scope.CallerKind) = (caller.Actor, caller.Kind);
        return await gate.AskAsync(caller, scope.Call) switch
        {
            Asked.Granted granted => (new Admittance(gate, people, caller, granted.At, time), null),
            Asked.Denied denied => (null, denied.Outcome),
            _ => throw new InvalidOperationException("an answer of unknown kind"),
        };
    }

    /// <summary>
    /// As <see cref="ToPrefixAsync"/>, where the prefix is known only from what is asked for: a caller who may not see it is asked for everything, as one
    /// is who asks for what does not exist. Nothing is looked for before Vault knows the caller.
    /// </summary>
    public async Task<(Admittance? Caller, Outcome? Denial)> ToFoundPrefixAsync(OperationScope scope, VaultToken token, Func<Task<string?>> find)
    {
        Facts();
        if (await gate.IntroduceAsync(token, scope.Operation, "", scope.Call) is Introduction.Denied stranger)
        {
            return (null, Denied(scope, stranger).Outcome);
        }

        var prefix = await find();
        var maySee = prefix is { Length: > 0 } && await gate.IntroduceAsync(token, scope.Operation, prefix, scope.Call) is Introduction.Known { Caller: var caller }
            && await gate.HoldsAsync(caller, scope.Operation, prefix, owns: () => Task.FromResult(false), scope.Call);
        return await ToPrefixAsync(scope, token, maySee ? prefix! : "");
    }

    private static Admitted.Denied Denied(OperationScope scope, Introduction.Denied denied)
    {
        (scope.Caller, scope.CallerKind) = (denied.Actor, denied.Kind);
        return new Admitted.Denied(denied.Outcome);
    }

    // Stand-ins serve codes alone, where strangers could time the difference; elsewhere a name that was just registered through another
    // replica must not stay unknown here for as long as one is kept.
    private IdentityHandle? Kept(Operation operation, IdentityName identity) =>
        children.Of(identity.Alias) is { } child ? new IdentityHandle(identity.Alias, identity.Value, child, null, operation == Operation.Register)
        : (operation == Operation.Consume || operation == Operation.Recover || operation == Operation.Drill) && children.StandInOf(identity.Alias) is { } standIn ? InPlaceOf(standIn)
        : null;

    private async Task<IdentityHandle> OpenAsync(OperationScope scope, IdentityName identity, bool exists)
    {
        if (!exists)
        {
            return InPlaceOf(await children.StandInAsync(identity.Alias, Reason.UnknownIdentity, alreadyMinted: false, scope.Call));
        }

        return await children.MintAsync(identity.Alias, scope.Call) switch
        {
            ChildMinting.Minted minted => new IdentityHandle(identity.Alias, identity.Value, minted.Child, null, scope.Operation == Operation.Register),
            ChildMinting.Unusable unusable => InPlaceOf(await children.StandInAsync(identity.Alias, unusable.Reason, alreadyMinted: true, scope.Call)),
            _ => throw new InvalidOperationException("a minting of unknown kind"),
        };
    }

    private static IdentityHandle InPlaceOf(StandIn standIn) => new(Decoy.Alias, Decoy.Name, standIn.Child, standIn.Reason);

    private DeploymentFacts Facts() => deployment.State switch
    {
        DeploymentState.Ready ready => ready.Facts,
        DeploymentState.NotReady not => throw new BrokerFaultException(FaultKind.NotReady, string.Join("; ", not.Reasons)),
        _ => throw new BrokerFaultException(FaultKind.NotReady, "starting"),
    };
}

/// <summary>Closed.</summary>
internal abstract record Admitted
{
    private Admitted()
    {
    }

    /// <summary>Vault grants it; whether the caller owns the identity, where the grant is on that, the document tells.</summary>
    internal sealed record Granted(Admittance Caller, IdentityHandle Identity) : Admitted;

    /// <summary>No.</summary>
    internal sealed record Denied(Outcome Outcome) : Admitted;
}
