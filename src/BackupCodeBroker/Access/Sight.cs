using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>
/// What a caller may see of all identities. Who holds <c>list</c>, or <c>report</c> where that is asked for, sees all. Anybody else sees those on which they hold <c>status</c>, and no trace of the
/// others: capabilities-self tells which names those are, some at a time, and before the first document is read Vault is asked for real, by the path of
/// one of them or of what the caller owns. Names alone are listed before that, as the broker's own work: nothing of them goes out.
/// </summary>
internal sealed class Sight(Admission admission, CallerGate gate, PeopleDesk people, FleetDesk fleet, AccessLog access, OperationMetrics metrics)
{
    /// <summary>Most names that one call asks about.</summary>
    public const int MaxAsked = 50;

    /// <summary>Finds out what a caller may see: all, where they hold the operation itself.</summary>
    /// <param name="scope">The operation.</param>
    /// <param name="token">The caller's token.</param>
    /// <param name="mine">Whether only what the caller owns is wanted.</param>
    public async Task<Seeing> OfAsync(OperationScope scope, VaultToken token, bool mine)
    {
        var (caller, denied) = await admission.IntroduceAsync(scope, token);
        if (caller is null)
        {
            return new Seeing.Denied(denied!);
        }

        var held = await gate.HoldsEachAsync(caller, [(scope.Operation, null), (Operation.Status, Operation.Owned)], scope.Call);
        if (held[0])
        {
            return await gate.AskAsync(caller, scope.Call) is Asked.Denied refused
                ? new Seeing.Denied(refused.Outcome)
                : new Seeing.All(mine ? await SelfAsync(scope, caller) : null);
        }

        if (!held[1])
        {
            return new Seeing.Held(caller, mine ? await SelfAsync(scope, caller) : null, SeesOwned: false);
        }

        return await gate.AskAsync(OnOwned(caller), scope.Call) is Asked.Denied no
            ? new Seeing.Denied(no.Outcome)
            : new Seeing.Held(caller, await SelfAsync(scope, caller), SeesOwned: true);
    }

    /// <summary>The names of all identities, for a caller who may not list them.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(OperationScope scope)
    {
        using var work = new OwnWorkScope(OwnWork.Names, access, metrics, scope.Time, scope.Context);
        return await work.RunAsync(() => fleet.NamesAsync(work.Call(scope.Call.Cancellation)));
    }

    /// <summary>On which of some names the caller holds <c>status</c> by the name's own path.</summary>
    public async Task<IReadOnlySet<string>> HeldAsync(OperationScope scope, Seeing.Held held, IReadOnlyList<string> names)
    {
        var granted = await gate.HoldsEachAsync(held.Caller, [.. names.Select(name => (Operation.Status, (string?)name))], scope.Call);
        return names.Where((_, i) => granted[i]).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Asks Vault for real whether the caller may see one of them; the denial, or null.</summary>
    public async Task<Outcome?> AskAsync(OperationScope scope, Seeing.Held held, string name) =>
        Denial(await gate.AskAsync(held.Caller with { Operation = Operation.Status, Target = name, Form = AskForm.Plain }, scope.Call));

    /// <summary>Asks for what the caller lacks, so that the denial stands in Vault's audit log and says what would grant it.</summary>
    public async Task<Outcome?> AskInVainAsync(OperationScope scope, Seeing.Held held, bool mine) =>
        Denial(await gate.AskAsync(mine ? OnOwned(held.Caller) : held.Caller, scope.Call));

    private static Outcome? Denial(Asked asked) => asked is Asked.Denied denied ? denied.Outcome : null;

    private static Caller OnOwned(Caller caller) => caller with { Operation = Operation.Status, Target = Operation.Owned, Form = AskForm.Owned };

    private async Task<Owning> SelfAsync(OperationScope scope, Caller caller) => caller.Actor.EntityId.Length == 0
        ? new Owning("", [])
        : new Owning(caller.Actor.EntityId, (await people.EntityAsync(scope.Call, caller.Actor.EntityId))?.GroupIds ?? []);
}

/// <summary>What a caller may see. Closed.</summary>
internal abstract record Seeing
{
    private Seeing()
    {
    }

    /// <summary>Everything; <paramref name="Self"/> where it was asked who the caller is.</summary>
    internal sealed record All(Owning? Self) : Seeing;

    /// <summary>What they hold <c>status</c> on by name, and where <paramref name="SeesOwned"/> what they own; <paramref name="Self"/> where it was asked who the caller is.</summary>
    internal sealed record Held(Caller Caller, Owning? Self, bool SeesOwned) : Seeing;

    /// <summary>Nothing.</summary>
    internal sealed record Denied(Outcome Outcome) : Seeing;
}

/// <summary>Who somebody is as an owner.</summary>
/// <param name="Entity">Their entity; empty where they have none, and own nothing.</param>
/// <param name="Groups">The groups that it is in, directly or through others.</param>
internal sealed record Owning(string Entity, IReadOnlyList<string> Groups)
{
    /// <summary>Whether they own an identity.</summary>
    public bool Owns(IdentityDocument document) => Is(document.Owner, document.OwnerIsGroup);

    /// <summary>Whether they are an owner.</summary>
    public bool Is(string owner, bool isGroup) => isGroup ? Groups.Contains(owner) : Entity.Length > 0 && owner == Entity;
}
