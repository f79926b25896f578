using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;

namespace BackupCodeBroker.DevVault.Identity;

/// <summary><c>identity/group-alias</c>: the name by which an auth mount knows an external group.</summary>
internal sealed class GroupAliasPaths(IdentityStore store, IdentityViews views, MountTable mounts)
{
    public static Route[] Routes(IdentityStore store, IdentityViews views, MountTable mounts)
    {
        var paths = new GroupAliasPaths(store, views, mounts);
        return
        [
            WithFields(Route.At("group-alias")).On(Operation.Update, (_, fields) => fields.Has("id") ? paths.Change(fields) : paths.Write(fields, null)),
            WithFields(Route.At("group-alias/id/{id}"))
                .On(Operation.Update, (_, fields) => paths.Change(fields))
                .On(Operation.Read, (_, fields) => paths.Find(fields) is { Alias: { } alias } ? Result.Data(views.Alias(alias)) : Result.None)
                .On(Operation.Delete, (_, fields) => paths.Delete(fields)),
            Route.At("group-alias/id/?").On(Operation.List, (_, _) => paths.List()),
        ];
    }

    private static Route WithFields(Route route) => route.With(FieldType.String, "id", "name", "mount_accessor", "canonical_id");

    private Group? Find(FieldData fields)
    {
        string id = fields.Text("id");
        return store.Groups.FirstOrDefault(group => group.Alias?.Id == id);
    }

    private Result Change(FieldData fields)
    {
        if (fields.Text("id").Length == 0)
        {
            return Result.Error("empty group alias ID");
        }

        return Find(fields) is { } group ? Write(fields, group) : Result.Error("invalid group alias ID");
    }

    private Result Write(FieldData fields, Group? current)
    {
        string name = fields.Text("name");
        string accessor = fields.Text("mount_accessor");
        string canonicalId = fields.Text("canonical_id");
        if (name.Length == 0)
        {
            return Result.Error("missing alias name");
        }

        if (accessor.Length == 0)
        {
            return Result.Error("missing mount_accessor");
        }

        if (current?.Alias is { } same && same.Name == name && same.MountAccessor == accessor && canonicalId is "" or null)
        {
            return Result.None;
        }

        Group? group = canonicalId.Length > 0 ? store.Group(canonicalId) : current;
        if (Refuse(group, current, accessor, name, canonicalId) is { } refusal)
        {
            return Result.Error(refusal);
        }

        group ??= store.NewGroup(name: null, "external");
        Instant now = group.LastUpdateTime;
        Alias alias = current?.Alias ?? new Alias
        {
            Id = Secrets.Uuid(),
            Name = name,
            CanonicalId = group.Id,
            MountAccessor = accessor,
            CreationTime = now,
            LastUpdateTime = now,
        };
        current?.Alias = null;
        (alias.Name, alias.MountAccessor, alias.CanonicalId) = (name, accessor, group.Id);
        group.Alias = alias;
        store.Touch(group);
        return Result.Data(new JsonObject { ["id"] = alias.Id, ["canonical_id"] = group.Id });
    }

    private string? Refuse(Group? group, Group? current, string accessor, string name, string canonicalId)
    {
        if (canonicalId.Length > 0 && group is null)
        {
            return "invalid group ID given in 'canonical_id'";
        }

        if (group is { Type: not "external" })
        {
            return "alias can't be set on an internal group";
        }

        if (mounts.ByAccessor(accessor) is not { } mount)
        {
            return $"invalid mount accessor {GoValue.Quote(accessor)}";
        }

        if (mount.Local)
        {
            return $"mount accessor {GoValue.Quote(accessor)} is a local mount";
        }

        bool taken = store.Groups.Any(other => other != current && other.Alias is { } alias
            && alias.MountAccessor == accessor && alias.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return taken ? "combination of mount and group alias name is already in use" : null;
    }

    private Result Delete(FieldData fields)
    {
        if (Find(fields) is { } group)
        {
            group.Alias = null;
            store.Touch(group);
        }

        return Result.None;
    }

    private Result List()
    {
        List<Alias> aliases = [.. store.Groups.Select(group => group.Alias).OfType<Alias>().OrderBy(alias => alias.Id, StringComparer.Ordinal)];
        var info = new JsonObject();
        foreach (Alias alias in aliases)
        {
            info[alias.Id] = views.AliasInfo(alias, withId: false);
        }

        return IdentityViews.List(aliases.Select(alias => alias.Id), info);
    }
}
