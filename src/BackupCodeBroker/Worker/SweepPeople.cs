using System.Collections.Concurrent;
using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Worker;

/// <summary>Owners and entities during one sweep. Few own many, so each owner is read once; entities are each identity's own, and not kept.</summary>
internal sealed class SweepPeople(IdentityDesk desk)
{
    // Beyond this they are forgotten and read again, so that a fleet of as many owners as identities stays within the sweep's memory.
    private const int MaxOwners = 10_000;

    private static readonly Task<EntitySnapshot?> Nobody = Task.FromResult<EntitySnapshot?>(null);

    private readonly ConcurrentDictionary<string, Task<EntitySnapshot?>> _owners = new(StringComparer.Ordinal);

    /// <summary>Reads those that matter; null where Vault has none. The owner of an identity without codes is read too: somebody has to answer for it.</summary>
    public async Task<(EntitySnapshot? Owner, EntitySnapshot? Entity)> OfAsync(VaultCall call, IdentityDocument document, bool withEntity)
    {
        var owner = SweepDecision.WantsOwner(document) ? OwnerAsync(call, document) : Nobody;
        var entity = withEntity ? desk.ReadPersonAsync(call, document.Entity ?? document.AliasEntity) : Nobody;
        await Task.WhenAll(owner, entity);
        return (await owner, await entity);
    }

    private Task<EntitySnapshot?> OwnerAsync(VaultCall call, IdentityDocument document)
    {
        if (_owners.TryGetValue(document.Owner, out var kept) && !kept.IsFaulted && !kept.IsCanceled)
        {
            return kept;
        }

        if (_owners.Count >= MaxOwners)
        {
            _owners.Clear();
        }

        return _owners[document.Owner] = desk.ReadOwnerAsync(call, document);
    }
}
