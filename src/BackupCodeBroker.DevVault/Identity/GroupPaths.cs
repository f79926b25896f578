using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Policies;

namespace BackupCodeBroker.DevVault.Identity;

/// <summary><c>identity/group</c>: internal groups with entities and groups as members, and external ones that an auth mount fills.</summary>
internal sealed class GroupPaths(IdentityStore store, IdentityViews views)
{
    private const string Internal = "internal";
    private const string External = "external";

    public static Route[] Routes(IdentityStore store, IdentityViews views)
    {
        var paths = new GroupPaths(store, views);
        return
        [
            WithFields(Route.At("group")).On(Operation.Update, (_, fields) => paths.Register(fields)),
            WithFields(Route.At("group/id/{id}"))
                .On(Operation.Update, (_, fields) => paths.UpdateById(fields))
                .On(Operation.Read, (_, fields) => paths.Read(store.Group(fields.Text("id"))))
                .On(Operation.Delete, (_, fields) => paths.Delete(store.Group(fields.Text("id")))),
            Route.At("group/id/?").On(Operation.List, (_, _) => paths.List(group => group.Id)),
            WithFields(Route.At("group/name/{name:rest}"))
                .On(Operation.Update, (_, fields) => paths.Write(fields, store.GroupByName(fields.Text("name"))))
                .On(Operation.Read, (_, fields) => paths.Read(store.GroupByName(fields.Text("name"))))
                .On(Operation.Delete, (_, fields) => paths.Delete(store.GroupByName(fields.Text("name")))),
            Route.At("group/name/?").On(Operation.List, (_, _) => paths.List(group => group.Name)),
        ];
    }

    private static Route WithFields(Route route) => route
        .With(FieldType.String, "id", "type", "name")
        .With(FieldType.KeyValuePairs, "metadata")
        .With(FieldType.CommaStrings, "policies", "member_group_ids", "member_entity_ids");

    private Result Register(FieldData fields)
    {
        if (fields.Has("id"))
        {
            return UpdateById(fields);
        }

        string name = fields.Text("name");
        return Write(fields, name.Length > 0 ? store.GroupByName(name) : null);
    }

    private Result UpdateById(FieldData fields)
    {
        string id = fields.Text("id");
        if (id.Length == 0)
        {
            return Result.Error("empty group ID");
        }

        return store.Group(id) is { } group ? Write(fields, group) : Result.Error("invalid group ID");
    }

    private Result Write(FieldData fields, Group? known)
    {
        if (Refuse(fields, known) is { } refusal)
        {
            return Result.Error(refusal);
        }

        string name = fields.Text("name");
        if (name.Length > 0 && store.GroupByName(name) is { } taken && taken != known)
        {
            return Result.Error("group name is already in use");
        }

        if (MemberError(fields, known) is { } error)
        {
            return Result.Fault(error);
        }

        Group group = known ?? store.NewGroup(name.Length > 0 ? name : null, Type(fields, known));
        Apply(group, name, fields);
        store.Touch(group);
        return known is null ? Result.Data(new JsonObject { ["id"] = group.Id, ["name"] = group.Name }) : Result.None;
    }

    private static string? Refuse(FieldData fields, Group? known)
    {
        string type = Type(fields, known);
        if (fields.Texts("policies").Contains("root"))
        {
            return "policies cannot contain root";
        }

        if (known is not null && type != known.Type)
        {
            return "group type cannot be changed";
        }

        if (type is not (Internal or External))
        {
            return $"invalid group type {GoValue.Quote(type)}";
        }

        return type == External && fields.Has("member_entity_ids") ? "member entities can't be set manually for external groups"
            : type == External && fields.Has("member_group_ids") ? "member groups can't be set for external groups"
            : null;
    }

    private string? MemberError(FieldData fields, Group? known)
    {
        if (fields.Texts("member_entity_ids").FirstOrDefault(id => store.Entity(id) is null) is { } stranger)
        {
            return $"invalid entity ID {GoValue.Quote(stranger)}";
        }

        foreach (string id in fields.Texts("member_group_ids"))
        {
            if (store.Group(id) is not { } member)
            {
                return $"invalid member group ID {GoValue.Quote(id)}";
            }

            if (known is not null && known.Id == id)
            {
                return $"member group ID {GoValue.Quote(id)} is same as the ID of the group";
            }

            if (known is not null && IsAbove(member, known))
            {
                return $"failed to perform cyclic relationship detection for member group ID {GoValue.Quote(id)}";
            }
        }

        return null;
    }

    private bool IsAbove(Group group, Group below) =>
        below.ParentGroupIds.Contains(group.Id) || below.ParentGroupIds.Any(id => store.Group(id) is { } parent && IsAbove(group, parent));

    private void Apply(Group group, string name, FieldData fields)
    {
        group.Name = name.Length > 0 ? name : group.Name;
        group.Policies = fields.Has("policies") ? fields.Texts("policies") : group.Policies;
        group.Metadata = fields.Has("metadata") ? fields.Pairs("metadata") : group.Metadata;
        if (fields.Has("member_entity_ids"))
        {
            group.MemberEntityIds = PolicyNames.Distinct(fields.Texts("member_entity_ids"), lowerCase: false);
        }

        if (!fields.Has("member_group_ids"))
        {
            return;
        }

        List<string> members = fields.Texts("member_group_ids");
        foreach (Group other in store.Groups)
        {
            bool was = other.ParentGroupIds.Contains(group.Id);
            bool shall = members.Contains(other.Id);
            if (was == shall)
            {
                continue;
            }

            other.ParentGroupIds.Remove(group.Id);
            if (shall)
            {
                other.ParentGroupIds.Add(group.Id);
            }

            store.Touch(other);
        }
    }

    private static string Type(FieldData fields, Group? known) =>
        fields.Has("type") && fields.Text("type") is { Length: > 0 } type ? type : known?.Type ?? Internal;

    private Result Read(Group? group) => group is null ? Result.None : Result.Data(views.Group(group));

    private Result Delete(Group? group)
    {
        if (group is not null)
        {
            store.Remove(group);
        }

        return Result.None;
    }

    private Result List(Func<Group, string> key)
    {
        List<Group> groups = [.. store.Groups.OrderBy(group => group.Id, StringComparer.Ordinal)];
        var info = new JsonObject();
        foreach (Group group in groups)
        {
            var entry = new JsonObject
            {
                ["name"] = group.Name,
                ["num_member_entities"] = group.MemberEntityIds.Count,
                ["num_parent_groups"] = group.ParentGroupIds.Count,
            };
            if (group.Alias is { } alias)
            {
                entry["alias"] = views.AliasInfo(alias, withId: true);
            }

            info[group.Id] = entry;
        }

        return IdentityViews.List(groups.Select(key), info);
    }
}
