using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Identity;

/// <summary><c>identity/entity</c>: made and changed by name or id, listed, deleted, merged.</summary>
internal sealed class EntityPaths(IdentityStore store, IdentityViews views)
{
    public static Route[] Routes(IdentityStore store, IdentityViews views)
    {
        var paths = new EntityPaths(store, views);
        return
        [
            WithFields(Route.At("entity")).On(Operation.Update, paths.Write),
            WithFields(Route.At("entity/name/{name:rest}"))
                .On(Operation.Update, paths.Write)
                .On(Operation.Read, (_, fields) => paths.Read(store.EntityByName(fields.Text("name"))))
                .On(Operation.Delete, (_, fields) => paths.Delete(store.EntityByName(fields.Text("name"))))
                .On(Operation.List, (_, _) => Result.None),
            WithFields(Route.At("entity/id/{id}"))
                .On(Operation.Update, paths.Write)
                .On(Operation.Read, (_, fields) => paths.Read(store.Entity(fields.Text("id"))))
                .On(Operation.Delete, (_, fields) => paths.Delete(store.Entity(fields.Text("id")))),
            Route.At("entity/batch-delete").With(FieldType.CommaStrings, "entity_ids").On(Operation.Update, paths.DeleteMany),
            Route.At("entity/name/?").On(Operation.List, (_, _) => paths.List(entity => entity.Name)),
            Route.At("entity/id/?").On(Operation.List, (_, _) => paths.List(entity => entity.Id)),
            Route.At("entity/merge/?").With(FieldType.CommaStrings, "from_entity_ids").With(FieldType.String, "to_entity_id")
                .With(FieldType.Bool, "force").On(Operation.Update, paths.Merge),
        ];
    }

    private static Route WithFields(Route route) => route
        .With(FieldType.String, "id", "name")
        .With(FieldType.KeyValuePairs, "metadata")
        .With(FieldType.CommaStrings, "policies")
        .With(FieldType.Bool, "disabled");

    private Result Write(VaultRequest request, FieldData fields)
    {
        string id = fields.Text("id");
        Entity? entity = id.Length > 0 ? store.Entity(id) : null;
        if (id.Length > 0 && entity is null)
        {
            return Result.Error("entity not found from id");
        }

        string name = fields.Text("name");
        Entity? named = name.Length > 0 ? store.EntityByName(name) : null;
        if (entity is not null && named is not null && named != entity)
        {
            return Result.Error("entity name is already in use");
        }

        if (fields.Has("policies") && fields.Texts("policies").Contains("root"))
        {
            return Result.Error("policies cannot contain root");
        }

        entity ??= named;
        bool isNew = entity is null;
        entity ??= store.NewEntity(name.Length > 0 ? name : null);
        Apply(entity, name, fields);
        if (!isNew)
        {
            // Storing again drops what is empty.
            entity.Policies = entity.Policies is { Count: > 0 } ? entity.Policies : null;
            entity.Metadata = entity.Metadata is { Count: > 0 } ? entity.Metadata : null;
            store.Touch(entity);
            return Result.None;
        }

        return Result.Data(new JsonObject { ["id"] = entity.Id, ["name"] = entity.Name, ["aliases"] = null });
    }

    private void Apply(Entity entity, string name, FieldData fields)
    {
        if (name.Length > 0)
        {
            store.Rename(entity, name);
        }

        if (fields.Has("policies"))
        {
            entity.Policies = fields.Texts("policies");
        }

        if (fields.Has("disabled"))
        {
            entity.Disabled = fields.Flag("disabled");
        }

        if (fields.Has("metadata"))
        {
            entity.Metadata = fields.Pairs("metadata");
        }
    }

    private Result Read(Entity? entity) => entity is null ? Result.None : Result.Data(views.Entity(entity));

    private Result Delete(Entity? entity)
    {
        if (entity is not null)
        {
            store.Remove(entity);
        }

        return Result.None;
    }

    private Result DeleteMany(VaultRequest request, FieldData fields)
    {
        List<string> ids = fields.Texts("entity_ids");
        if (ids.Count == 0)
        {
            return Result.Error("missing entity ids to delete");
        }

        foreach (string id in ids)
        {
            Delete(store.Entity(id));
        }

        return Result.None;
    }

    private Result List(Func<Entity, string> key)
    {
        List<Entity> entities = [.. store.Entities.OrderBy(entity => entity.Id, StringComparer.Ordinal)];
        var info = new JsonObject();
        foreach (Entity entity in entities)
        {
            var entry = new JsonObject { ["name"] = entity.Name };
            if (entity.Aliases.Count > 0)
            {
                entry["aliases"] = new JsonArray([.. entity.Aliases.Select(alias => views.AliasInfo(alias, withId: true))]);
            }

            info[entity.Id] = entry;
        }

        return IdentityViews.List(entities.Select(key), info);
    }

    private Result Merge(VaultRequest request, FieldData fields)
    {
        string to = fields.Text("to_entity_id");
        if (to.Length == 0)
        {
            return Result.Error("missing entity id to merge to");
        }

        List<string> from = fields.Texts("from_entity_ids");
        if (from.Count == 0)
        {
            return Result.Error("missing entity ids to merge from");
        }

        if (store.Entity(to) is not { } into)
        {
            return Result.Error("entity id to merge to is invalid");
        }

        if (from.Contains(to))
        {
            return Result.Error("to_entity_id should not be present in from_entity_ids");
        }

        if (from.Any(id => store.Entity(id) is null))
        {
            return Result.Error("entity id to merge from is invalid");
        }

        foreach (string id in from.Distinct(StringComparer.Ordinal))
        {
            store.Merge(store.Entity(id)!, into);
        }

        return Result.None;
    }
}
