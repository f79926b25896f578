using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;

namespace BackupCodeBroker.DevVault.Identity;

/// <summary>The <c>identity/</c> engine: entities, entity aliases, groups, group aliases and look-ups.</summary>
internal sealed class IdentityBackend : Backend
{
    public IdentityBackend(IdentityStore store, MountTable mounts)
    {
        var views = new IdentityViews(store, mounts);
        Add(EntityPaths.Routes(store, views));
        Add(AliasPaths.Routes(store, views, mounts));
        Add(GroupPaths.Routes(store, views));
        Add(GroupAliasPaths.Routes(store, views, mounts));
        Add(LookupPaths.Routes(store, views));
    }
}
