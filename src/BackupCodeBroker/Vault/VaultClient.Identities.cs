using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <content>Entities and groups of Vault's identity store. A deleted entity and one merged into another both are absent.</content>
internal sealed partial class VaultClient
{
    /// <summary>The entity that an alias leads to; looking creates nothing.</summary>
    public Task<VaultAnswer<EntityFacts>> LookupAliasAsync(VaultToken token, string aliasName, string mountAccessor, VaultCall call)
    {
        var body = RequestBody.Of(writer =>
        {
            writer.WriteString("alias_name", aliasName);
            writer.WriteString("alias_mount_accessor", mountAccessor);
        });
        var request = Post(CallClass.Read, VaultPath.Of("identity/lookup/entity"), token, body, call);
        return AskVaultAsync(request, EntityOf, static reply => reply.Status == 204);
    }

    /// <summary>An entity by its id.</summary>
    public Task<VaultAnswer<EntityFacts>> ReadEntityAsync(VaultToken token, string entityId, VaultCall call) =>
        AskVaultAsync(Get(CallClass.Read, VaultPath.Of("identity/entity/id/", entityId, "{entity}"), token, call), EntityOf);

    /// <summary>A group by its id. Its members are not kept: a large group's are a long list, and an entity says itself which groups it is in.</summary>
    public Task<VaultAnswer<GroupFacts>> ReadGroupAsync(VaultToken token, string groupId, VaultCall call)
    {
        var request = new VaultRequest(CallClass.Read, HttpMethod.Get, VaultPath.Of("identity/group/id/", groupId, "{group}"), token, call)
        {
            MaxAnswer = VaultRequest.ListAnswer,
        };
        return AskVaultAsync(request, GroupOf);
    }

    private static GroupFacts? GroupOf(JsonElement root) => root.Object("data") is { } data && data.Text("id") is { Length: > 0 } id
        ? new GroupFacts(id, data.Text("name"), data.TextMap("metadata"), data.Texts("policies"), data.Texts("parent_group_ids"))
        : null;

    private static EntityFacts? EntityOf(JsonElement root)
    {
        // Whether an entity is disabled decides who gets codes: an answer that does not say so is not read as "it is not".
        if (root.Object("data") is not { } data || data.Text("id") is not { Length: > 0 } id || data.Flag("disabled") is not { } disabled)
        {
            return null;
        }

        var direct = data.Texts("direct_group_ids");
        IReadOnlyList<string> groups =
            [.. direct.Concat(data.Texts("inherited_group_ids")).Concat(data.Texts("group_ids")).Distinct(StringComparer.Ordinal)];
        return new EntityFacts(
            id, data.Text("name"), disabled, data.TextMap("metadata"), data.Texts("policies"), groups, direct, AliasesOf(data));
    }

    private static List<AliasFacts> AliasesOf(JsonElement data)
    {
        var aliases = new List<AliasFacts>();
        if (data.Member("aliases") is { ValueKind: JsonValueKind.Array } array)
        {
            foreach (var alias in array.EnumerateArray())
            {
                aliases.Add(new AliasFacts(
                    alias.Text("name"), alias.Text("mount_accessor"), alias.Text("mount_path"), alias.Text("canonical_id")));
            }
        }

        return aliases;
    }
}
