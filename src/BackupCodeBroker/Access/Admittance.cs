using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>
/// A caller's grant for the length of one operation. Where it is on <c>@owned</c>, the document decides whether it holds: the caller's entity owns the
/// identity itself, or is in the group that does, which the caller's own entity tells. That entity is read for whoever is not the owner in person,
/// whatever the document says, so that strangers cannot tell by the work which names are a group's, or are there at all.
/// </summary>
internal sealed class Admittance(CallerGate gate, PeopleDesk people, Caller caller, long askedAt, TimeProvider time)
{
    private readonly List<(Caller Caller, long At)> _granted = [(caller, askedAt)];
    private Task<EntitySnapshot?>? _self;
    private string? _memberOf;

    /// <summary>Who was admitted.</summary>
    public Caller Caller => caller;

    /// <summary>Begins to read the caller's entity beside the document, where what is remembered of it says that it will be needed.</summary>
    public void LookEarly(People? guess, VaultCall call)
    {
        if (caller.Form == AskForm.Owned && guess is not null && HasEntity && guess.Owner != caller.Actor.EntityId)
        {
            _self ??= people.EntityAsync(call, caller.Actor.EntityId);
        }
    }

    /// <summary>As <see cref="LookEarly"/> once the document is there, beside the reading of its owner and entity and whatever else runs then.</summary>
    public Func<IdentityDocument, Task> Beside(VaultCall call, Func<IdentityDocument, Task>? more = null) => document =>
    {
        LookEarly(People.Of(document), call);
        return more?.Invoke(document) ?? Task.CompletedTask;
    };

    /// <summary>Whether the caller owns the identity, in person or as a member of the group that does.</summary>
    public async Task<bool> OwnsAsync(IdentityView view, VaultCall call)
    {
        if (!HasEntity)
        {
            return false;
        }

        if (view.Unusable is null && view.Document.Owner == caller.Actor.EntityId)
        {
            return true;
        }

        var groups = await GroupsAsync(call);
        if (view.Unusable is not null || !view.Document.OwnerIsGroup || !groups.Contains(view.Document.Owner))
        {
            return false;
        }

        _memberOf = view.Document.Owner;
        return true;
    }

    /// <summary>The denial where the grant is on <c>@owned</c> and the caller does not own the identity; null where it stands.</summary>
    public async Task<Outcome?> DeniedAsOwnerAsync(IdentityView view, VaultCall call) =>
        caller.Form == AskForm.Owned && !await OwnsAsync(view, call) ? NotPermitted : null;

    /// <summary>
    /// Asks Vault for a second operation that this one takes; the denial, or null where it is granted. The two are asked again together where the answers
    /// have grown old.
    /// </summary>
    public async Task<Outcome?> DeniedAlsoAsync(Operation operation, IdentityView view, VaultCall call)
    {
        var introduction = await gate.IntroduceAsync(caller.Token, operation, caller.Target, call);
        if (introduction is not Introduction.Known { Caller: var other })
        {
            return ((Introduction.Denied)introduction).Outcome;
        }

        // Whoever is granted it on what they own, and does not own this, is asked for this: that denial stands in the audit log too.
        var asking = other.Form == AskForm.Owned && !await OwnsAsync(view, call) ? other with { Form = AskForm.Plain } : other;
        switch (await gate.AskAsync(asking, call))
        {
            case Asked.Granted granted:
                _granted.Add((asking, granted.At));
                return null;
            case Asked.Denied denied:
                return denied.Outcome;
            default:
                throw new InvalidOperationException("an answer of unknown kind");
        }
    }

    /// <summary>Asks again where an answer has grown old; the denial, or null where all that was granted stands.</summary>
    public async Task<Outcome?> StaleDenialAsync(VaultCall call)
    {
        if (_granted.TrueForAll(g => time.GetElapsedTime(g.At) <= Admission.MaxAge))
        {
            return null;
        }

        for (var i = 0; i < _granted.Count; i++)
        {
            switch (await gate.AskAsync(_granted[i].Caller, call))
            {
                case Asked.Granted granted:
                    _granted[i] = (_granted[i].Caller, granted.At);
                    break;
                case Asked.Denied denied:
                    return denied.Outcome;
                default:
                    throw new InvalidOperationException("an answer of unknown kind");
            }
        }

        return await HasLeftAsync(call) ? NotPermitted : null;
    }

    /// <summary>Whether the caller also holds another operation on the identity.</summary>
    public Task<bool> HoldsAsync(Operation operation, string identity, IdentityView view, VaultCall call) =>
        gate.HoldsAsync(caller, operation, identity, () => OwnsAsync(view, call), call);

    /// <summary>The refusal, with its reason where the caller may see the identity's status.</summary>
    public async Task<Outcome.Refused> RefuseAsync(OperationScope scope, IdentityView view, Reason reason, TimeSpan hold = default) =>
        new(reason, caller.Operation == Operation.Status || await HoldsAsync(Operation.Status, scope.Identity!.Value, view, scope.Call), hold);

    private bool HasEntity => caller.Actor.EntityId.Length > 0;

    private Outcome NotPermitted => new Outcome.NotPermitted(gate.PathOf(caller), "read");

    // A grant that rests on a membership is as old as what was read of it.
    private async Task<bool> HasLeftAsync(VaultCall call)
    {
        if (_memberOf is null || _granted.TrueForAll(g => g.Caller.Form != AskForm.Owned))
        {
            return false;
        }

        _self = null;
        return !(await GroupsAsync(call)).Contains(_memberOf);
    }

    private async Task<IReadOnlyList<string>> GroupsAsync(VaultCall call) =>
        (await (_self ??= people.EntityAsync(call, caller.Actor.EntityId)))?.GroupIds ?? [];
}
