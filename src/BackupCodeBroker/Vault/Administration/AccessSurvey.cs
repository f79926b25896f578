using System.Text.Json;
using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault.Administration;

/// <summary>An auth mount as it is listed.</summary>
internal sealed record AuthMount(string Path, string Type, string Accessor);

/// <summary>
/// What of a Vault decides who may do what: entities, groups, auth mounts and what of them gives policies. Each question is a read, is denied to a token
/// that may not ask it, and says which path that was. Names in answers are somebody's choice.
/// </summary>
internal sealed class AccessSurvey(AdminWire wire)
{
    /// <summary>All entities.</summary>
    public const string EntitiesPath = "identity/entity/id";

    /// <summary>All groups.</summary>
    public const string GroupsPath = "identity/group/id";

    /// <summary>All auth mounts.</summary>
    public const string AuthPath = "sys/auth";

    private const string AuthPrefix = "auth/";

    /// <summary>The ids of the entities, or of the groups.</summary>
    public Task<VaultAnswer<IReadOnlyList<string>>> IdsAsync(string path, CancellationToken cancellation) => NamesAsync(path, cancellation);

    /// <summary>What lies below a path, folders left out.</summary>
    public Task<VaultAnswer<IReadOnlyList<string>>> NamesAsync(string path, CancellationToken cancellation) =>
        wire.ListAsync<IReadOnlyList<string>>(path, answer => [.. (Data(answer)?.Texts("keys") ?? []).Where(key => !key.EndsWith('/'))], cancellation);

    /// <summary>One entity.</summary>
    public Task<VaultAnswer<KnownEntity>> EntityAsync(string id, CancellationToken cancellation) =>
        wire.GetAsync($"{EntitiesPath}/{id}", answer => Data(answer) is { } data ? EntityOf(data) : null, cancellation);

    /// <summary>One group. Its members are not kept: an entity says itself which groups it is in.</summary>
    public Task<VaultAnswer<KnownGroup>> GroupAsync(string id, CancellationToken cancellation) =>
        wire.GetAsync($"{GroupsPath}/{id}", answer => Data(answer) is { } data ? GroupOf(data) : null, cancellation, maxAnswer: VaultRequest.ListAnswer);

    /// <summary>The auth mounts.</summary>
    public Task<VaultAnswer<IReadOnlyList<AuthMount>>> AuthMountsAsync(CancellationToken cancellation) =>
        wire.GetAsync<IReadOnlyList<AuthMount>>(AuthPath, answer => MountsOf(Data(answer) ?? answer), cancellation);

    /// <summary>One of what a mount's method keeps: a role, a user, a group.</summary>
    public Task<VaultAnswer<LogInRole>> RoleAsync(LogInRoleKind kind, string path, string name, CancellationToken cancellation) =>
        wire.GetAsync($"{path}/{name}", answer => Data(answer) is { } data ? RoleOf(kind, name, data) : null, cancellation);

    private static JsonElement? Data(JsonElement answer) => answer.Object("data");

    private static List<AuthMount> MountsOf(JsonElement mounts) =>
    [
        .. mounts.EnumerateObject()
            .Where(mount => mount.Value.ValueKind == JsonValueKind.Object && mount.Value.Text("type").Length > 0)
            .Select(mount => new AuthMount(AuthPrefix + mount.Name.TrimEnd('/'), mount.Value.Text("type"), mount.Value.Text("accessor"))),
    ];

    private static KnownEntity? EntityOf(JsonElement data)
    {
        // Whether it is disabled decides: an answer that does not say so is none.
        if (data.Text("id") is not { Length: > 0 } id || data.Flag("disabled") is not { } disabled)
        {
            return null;
        }

        var direct = data.Texts("direct_group_ids");
        return new KnownEntity
        {
            Id = id,
            Name = data.Text("name"),
            IsDisabled = disabled,
            Metadata = data.TextMap("metadata"),
            Policies = data.Texts("policies"),
            DirectGroupIds = direct,
            GroupIds = [.. direct.Concat(data.Texts("inherited_group_ids")).Concat(data.Texts("group_ids")).Distinct(StringComparer.Ordinal)],
            Aliases = data.Member("aliases") is { ValueKind: JsonValueKind.Array } aliases ? [.. aliases.EnumerateArray().Select(AliasOf)] : [],
        };
    }

    private static KnownAlias AliasOf(JsonElement alias) => new(
        alias.Text("mount_accessor"), alias.Text("mount_path").TrimEnd('/'), alias.Text("id"), alias.Text("name"), alias.TextMap("metadata"))
    {
        CustomMetadata = alias.TextMap("custom_metadata"),
    };

    private static KnownGroup? GroupOf(JsonElement data) => data.Text("id") is { Length: > 0 } id
        ? new KnownGroup(id, data.Text("name"), data.TextMap("metadata"), data.Texts("policies"), data.Texts("parent_group_ids"))
        {
            External = data.Text("type") == "external" && data.Object("alias") is { } alias && alias.Text("mount_accessor").Length > 0 ? AliasOf(alias) : null,
        }
        : null;

    private static LogInRole RoleOf(LogInRoleKind kind, string name, JsonElement data)
    {
        if (kind == LogInRoleKind.TokenRole)
        {
            IReadOnlyList<string> withheld = [.. data.Texts("disallowed_policies"), .. data.Texts("disallowed_policies_glob")];
            return new LogInRole(kind, name, data.Texts("allowed_policies"), BringsDefault(data) && !withheld.Contains("default", StringComparer.Ordinal))
            {
                Aliases = data.Texts("allowed_entity_aliases"),
                PolicyPatterns = data.Texts("allowed_policies_glob"),
                Withheld = withheld,
            };
        }

        // The fields' old names hold the same where both are there; GitHub's maps hold them as one text.
        string[] fields = ["token_policies", "policies", "value"];
        return new LogInRole(kind, name, [.. fields.SelectMany(field => Policies(data, field)).Distinct(StringComparer.Ordinal)], BringsDefault(data));
    }

    private static IEnumerable<string> Policies(JsonElement data, string field) =>
        data.Texts(field).Concat(data.Text(field).Split(',')).Select(policy => policy.Trim()).Where(policy => policy.Length > 0);

    private static bool BringsDefault(JsonElement data) => data.Flag("token_no_default_policy") != true;
}
