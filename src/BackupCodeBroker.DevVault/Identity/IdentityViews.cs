using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Mounts;

namespace BackupCodeBroker.DevVault.Identity;

/// <summary>Entities, aliases and groups as they are answered.</summary>
internal sealed class IdentityViews(IdentityStore store, MountTable mounts)
{
    public JsonObject Entity(Entity entity)
    {
        List<string> direct = [.. store.DirectGroups(entity.Id).Select(group => group.Id)];
        List<string> inherited = [.. store.InheritedGroups(entity.Id).Select(group => group.Id)];
        return new JsonObject
        {
            ["id"] = entity.Id,
            ["name"] = entity.Name,
            ["metadata"] = GoValue.Map(entity.Metadata),
            ["merged_entity_ids"] = entity.MergedEntityIds is { } merged ? GoValue.Array(merged) : null,
            ["policies"] = entity.Policies is { } policies ? GoValue.Array(policies) : null,
            ["disabled"] = entity.Disabled,
            ["namespace_id"] = "root",
            ["creation_time"] = entity.CreationTime.ToString(),
            ["last_update_time"] = entity.LastUpdateTime.ToString(),
            ["aliases"] = new JsonArray([.. entity.Aliases.Select(Alias)]),
            ["direct_group_ids"] = GoValue.Array(direct),
            ["inherited_group_ids"] = GoValue.Array(inherited),
            ["group_ids"] = GoValue.Array(direct.Concat(inherited)),
        };
    }

    public JsonObject Alias(Alias alias)
    {
        var view = new JsonObject
        {
            ["id"] = alias.Id,
            ["canonical_id"] = alias.CanonicalId,
            ["mount_accessor"] = alias.MountAccessor,
            ["metadata"] = GoValue.Map(alias.Metadata),
            ["name"] = alias.Name,
            ["merged_from_canonical_ids"] = alias.MergedFromCanonicalIds is { } merged ? GoValue.Array(merged) : null,
            ["creation_time"] = alias.CreationTime.ToString(),
            ["last_update_time"] = alias.LastUpdateTime.ToString(),
        };
        AddMount(view, alias.MountAccessor);
        return view;
    }

    public JsonObject Group(Group group)
    {
        List<string> members = [.. store.Groups.Where(other => other.ParentGroupIds.Contains(group.Id)).Select(other => other.Id)];
        return new JsonObject
        {
            ["id"] = group.Id,
            ["name"] = group.Name,
            ["policies"] = group.Policies is { } policies ? GoValue.Array(policies) : null,
            ["member_entity_ids"] = GoValue.Array(group.MemberEntityIds),
            ["parent_group_ids"] = group.ParentGroupIds.Count > 0 ? GoValue.Array(group.ParentGroupIds) : null,
            ["metadata"] = GoValue.Map(group.Metadata),
            ["creation_time"] = group.CreationTime.ToString(),
            ["last_update_time"] = group.LastUpdateTime.ToString(),
            ["modify_index"] = group.ModifyIndex,
            ["type"] = group.Type,
            ["namespace_id"] = "root",
            ["alias"] = group.Alias is { } alias ? Alias(alias) : new JsonObject(),
            ["member_group_ids"] = members.Count > 0 ? GoValue.Array(members) : null,
        };
    }

    /// <summary>An alias in a list's <c>key_info</c>.</summary>
    public JsonObject AliasInfo(Alias alias, bool withId)
    {
        var info = new JsonObject { ["name"] = alias.Name, ["mount_accessor"] = alias.MountAccessor };
        if (withId)
        {
            info["id"] = alias.Id;
        }
        else
        {
            info["canonical_id"] = alias.CanonicalId;
        }

        AddMount(info, alias.MountAccessor);
        return info;
    }

    /// <summary>A list with what there is to know about each key.</summary>
    public static Result List(IEnumerable<string> keys, JsonObject info)
    {
        JsonArray array = GoValue.Array(keys);
        return array.Count == 0 ? Result.Data([]) : Result.Data(new JsonObject { ["keys"] = array, ["key_info"] = info });
    }

    private void AddMount(JsonObject view, string accessor)
    {
        if (mounts.ByAccessor(accessor) is { } mount)
        {
            view["mount_type"] = mount.Type;
            view["mount_path"] = mount.Path;
        }
    }
}
