using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;

namespace BackupCodeBroker.DevVault.Identity;

/// <summary><c>identity/entity-alias</c>.</summary>
internal sealed class AliasPaths(IdentityStore store, IdentityViews views, MountTable mounts)
{
    public static Route[] Routes(IdentityStore store, IdentityViews views, MountTable mounts)
    {
        var paths = new AliasPaths(store, views, mounts);
        return
        [
            WithFields(Route.At("entity-alias")).On(Operation.Update, paths.Write),
            WithFields(Route.At("entity-alias/id/{id}"))
                .On(Operation.Update, paths.Write)
                .On(Operation.Read, (_, fields) => paths.Read(fields.Text("id")))
                .On(Operation.Delete, (_, fields) => paths.Delete(fields.Text("id"))),
            Route.At("entity-alias/id/?").On(Operation.List, (_, _) => paths.List()),
        ];
    }

    private static Route WithFields(Route route) => route.With(FieldType.String, "id", "entity_id", "canonical_id", "mount_accessor", "name");

    private Result Write(VaultRequest request, FieldData fields)
    {
        string name = fields.Text("name");
        string accessor = fields.Text("mount_accessor");
        string canonicalId = fields.Text("canonical_id") is { Length: > 0 } canonical ? canonical : fields.Text("entity_id");
        string id = fields.Text("id");
        if (id.Length > 0)
        {
            return store.Alias(id) is { } known
                ? Change(known, Or(accessor, known.MountAccessor), Or(name, known.Name), canonicalId)
                : Result.Error("invalid alias ID provided");
        }

        if (accessor.Length == 0 || name.Length == 0)
        {
            return Result.Error("'id' or 'mount_accessor' and 'name' must be provided");
        }

        if (MountError(accessor) is { } error)
        {
            return Result.Error(error);
        }

        // An alias that exists is found by mount and name, and keeps its entity whatever the call says.
        return store.Alias(accessor, name) is { } alias
            ? Change(alias, accessor, name, alias.CanonicalId)
            : Create(accessor, name, canonicalId);
    }

    private Result Create(string accessor, string name, string canonicalId)
    {
        Entity? entity = canonicalId.Length > 0 ? store.Entity(canonicalId) : store.NewEntity(name: null);
        if (entity is null)
        {
            return Result.Error("invalid canonical ID");
        }

        Alias alias = store.AddAlias(entity, accessor, name);
        if (canonicalId.Length > 0)
        {
            store.Touch(entity);
        }

        return Ids(alias);
    }

    private Result Change(Alias alias, string accessor, string name, string canonicalId)
    {
        bool moves = canonicalId.Length > 0 && canonicalId != alias.CanonicalId;
        if (name == alias.Name && accessor == alias.MountAccessor && !moves)
        {
            return Result.None;
        }

        if (MountError(accessor) is { } error)
        {
            return Result.Error(error);
        }

        if (store.Alias(accessor, name) is { } taken && taken != alias)
        {
            return Result.Fault("duplicate identity name");
        }

        Entity? owner = store.Entity(moves ? canonicalId : alias.CanonicalId);
        if (owner is null)
        {
            return Result.Error("given 'canonical_id' is not associated with an entity");
        }

        store.ChangeAlias(alias, accessor, name, owner);
        store.Touch(owner);
        return Ids(alias);
    }

    private Result Read(string id) => store.Alias(id) is { } alias ? Result.Data(WithNamespace(views.Alias(alias))) : Result.None;

    private Result Delete(string id)
    {
        if (store.Alias(id) is { } alias)
        {
            store.RemoveAlias(alias);
        }

        return Result.None;
    }

    private Result List()
    {
        List<Alias> aliases = [.. store.Aliases.OrderBy(alias => alias.Id, StringComparer.Ordinal)];
        var info = new JsonObject();
        foreach (Alias alias in aliases)
        {
            info[alias.Id] = views.AliasInfo(alias, withId: false);
        }

        return IdentityViews.List(aliases.Select(alias => alias.Id), info);
    }

    private string? MountError(string accessor) => mounts.ByAccessor(accessor) switch
    {
        null => $"invalid mount accessor {GoValue.Quote(accessor)}",
        { Local: true } => $"mount accessor {GoValue.Quote(accessor)} is of a local mount",
        _ => null,
    };

    private static Result Ids(Alias alias) => Result.Data(new JsonObject { ["id"] = alias.Id, ["canonical_id"] = alias.CanonicalId });

    private static JsonObject WithNamespace(JsonObject view)
    {
        view["namespace_id"] = "root";
        return view;
    }

    private static string Or(string given, string known) => given.Length > 0 ? given : known;
}
