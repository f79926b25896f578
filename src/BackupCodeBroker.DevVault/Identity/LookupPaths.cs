using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Identity;

/// <summary><c>identity/lookup</c>: an entity or a group by exactly one of its properties. Nothing found is 204.</summary>
internal static class LookupPaths
{
    public static Route[] Routes(IdentityStore store, IdentityViews views) =>
    [
        WithFields(Route.At("lookup/entity")).On(Operation.Update, (_, fields) =>
            Conflict(fields) is { } error ? Result.Error(error)
            : FindEntity(store, fields) is { } entity ? Result.Data(views.Entity(entity))
            : Result.None),
        WithFields(Route.At("lookup/group")).On(Operation.Update, (_, fields) =>
            Conflict(fields) is { } error ? Result.Error(error)
            : FindGroup(store, fields) is { } group ? Result.Data(views.Group(group))
            : Result.None),
    ];

    private static Route WithFields(Route route) => route.With(FieldType.String, "name", "id", "alias_id", "alias_name", "alias_mount_accessor");

    private static string? Conflict(FieldData fields)
    {
        string[] all = ["id", "name", "alias_id", "alias_name", "alias_mount_accessor"];
        bool hasName = fields.Text("alias_name").Length > 0;
        bool hasAccessor = fields.Text("alias_mount_accessor").Length > 0;
        return all.Count(fields.Has) switch
        {
            0 => "query parameter not supplied",
            1 => hasName || hasAccessor ? "both 'alias_name' and 'alias_mount_accessor' needs to be set" : null,
            2 when hasName && hasAccessor => null,
            _ => "query parameter conflict; please supply distinct set of query parameters",
        };
    }

    private static Entity? FindEntity(IdentityStore store, FieldData fields)
    {
        if (fields.Text("id") is { Length: > 0 } id)
        {
            return store.Entity(id);
        }

        if (fields.Text("name") is { Length: > 0 } name)
        {
            return store.EntityByName(name);
        }

        Alias? alias = fields.Text("alias_id") is { Length: > 0 } aliasId
            ? store.Alias(aliasId)
            : store.Alias(fields.Text("alias_mount_accessor"), fields.Text("alias_name"));
        return alias is null ? null : store.Entity(alias.CanonicalId);
    }

    private static Group? FindGroup(IdentityStore store, FieldData fields)
    {
        if (fields.Text("id") is { Length: > 0 } id)
        {
            return store.Group(id);
        }

        if (fields.Text("name") is { Length: > 0 } name)
        {
            return store.GroupByName(name);
        }

        string aliasId = fields.Text("alias_id");
        return store.Groups.FirstOrDefault(group => group.Alias is { } alias && (aliasId.Length > 0
            ? alias.Id == aliasId
            : alias.MountAccessor == fields.Text("alias_mount_accessor") && alias.Name.Equals(fields.Text("alias_name"), StringComparison.OrdinalIgnoreCase)));
    }
}
