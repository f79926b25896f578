using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Access;

/// <summary>
/// Reads who is responsible, with the broker's own token: entities, and groups that own identities. A group is never disabled; who is in it, directly or
/// through other groups, is told by the member's own entity, so that no group's list of members is ever searched.
/// </summary>
internal sealed class PeopleDesk(VaultClient vault, OwnToken own)
{
    /// <summary>Reads an entity; null where Vault has none of that id.</summary>
    public async Task<EntitySnapshot?> EntityAsync(VaultCall call, string id)
    {
        var token = own.Take();
        return await vault.ReadEntityAsync(token.Token, id, call) switch
        {
            VaultAnswer<EntityFacts>.Ok { Value: var entity } =>
                new EntitySnapshot(entity.Id, entity.Disabled, entity.Policies, entity.Metadata, entity.GroupIds, entity.Name),
            VaultAnswer<EntityFacts>.Absent => null,
            var failed => throw Fault(token, failed, "to read entities"),
        };
    }

    /// <summary>Reads a group; null where Vault has none of that id.</summary>
    public async Task<EntitySnapshot?> GroupAsync(VaultCall call, string id)
    {
        var token = own.Take();
        return await vault.ReadGroupAsync(token.Token, id, call) switch
        {
            VaultAnswer<GroupFacts>.Ok { Value: var group } =>
                new EntitySnapshot(group.Id, false, group.Policies, group.Metadata, group.ParentGroupIds, group.Name),
            VaultAnswer<GroupFacts>.Absent => null,
            // A deployment that an earlier version set up has a policy without groups; until it is renewed no group owns anything here.
            var failed => throw Fault(token, failed, "to read groups, which own identities here (identity/group/id/+)"),
        };
    }

    /// <summary>Reads an owner, of whichever kind its identity's document says.</summary>
    public Task<EntitySnapshot?> OwnerAsync(VaultCall call, string id, bool isGroup) => isGroup ? GroupAsync(call, id) : EntityAsync(call, id);

    /// <summary>Finds out who an id that somebody named as owner is, an entity or else a group; null where it is neither.</summary>
    public async Task<NamedOwner?> FindOwnerAsync(VaultCall call, string id) =>
        await EntityAsync(call, id) is { } entity ? new NamedOwner(entity, IsGroup: false)
        : await GroupAsync(call, id) is { } group ? new NamedOwner(group, IsGroup: true)
        : null;

    private BrokerFaultException Fault<T>(SessionState.LoggedIn token, VaultAnswer<T> answer, string what) => answer switch
    {
        VaultAnswer<T>.Faulted faulted => BrokerFaultException.Of(faulted.Fault),
        VaultAnswer<T>.Denied denied => own.Denied(token, denied.Why, what),
        _ => throw new InvalidOperationException("an answer of unknown kind"),
    };
}

/// <summary>Somebody who was named as owner.</summary>
/// <param name="Snapshot">As Vault has them.</param>
/// <param name="IsGroup">Whether it is a group.</param>
internal sealed record NamedOwner(EntitySnapshot Snapshot, bool IsGroup);
