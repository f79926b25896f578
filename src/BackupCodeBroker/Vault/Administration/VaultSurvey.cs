using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault.Administration;

/// <summary>
/// What can be seen of the Vault around the broker: audit devices, everybody's policies, entities and their groups. Nothing here changes anything, and
/// <c>bcb doctor</c> is its user; each question is denied to a token that may not ask it, and says which path that was.
/// </summary>
internal sealed class VaultSurvey(AdminWire wire)
{
    /// <summary>Vault keeps this path for sudo.</summary>
    public const string AuditDevicesPath = "sys/audit";

    /// <summary>The request headers that are kept in the audit log; Vault keeps this path for sudo, too.</summary>
    public const string AuditedHeadersPath = "sys/config/auditing/request-headers";

    /// <summary>The names of all ACL policies.</summary>
    public const string PoliciesPath = "sys/policies/acl";

    /// <summary>All entities.</summary>
    public const string EntitiesPath = "identity/entity/id";

    /// <summary>The audit devices.</summary>
    public Task<VaultAnswer<IReadOnlyList<AuditDeviceFacts>>> AuditDevicesAsync(CancellationToken cancellation) =>
        wire.GetAsync<IReadOnlyList<AuditDeviceFacts>>(AuditDevicesPath, Devices, cancellation);

    /// <summary>The request headers that the audit log keeps, in the spelling of Vault's answer.</summary>
    public Task<VaultAnswer<IReadOnlyList<AuditedHeader>>> AuditedHeadersAsync(CancellationToken cancellation) =>
        wire.GetAsync<IReadOnlyList<AuditedHeader>>(AuditedHeadersPath, Headers, cancellation);

    /// <summary>The names of the ACL policies.</summary>
    public Task<VaultAnswer<IReadOnlyList<string>>> PolicyNamesAsync(CancellationToken cancellation) =>
        wire.ListAsync(PoliciesPath, answer => Data(answer)?.Texts("keys"), cancellation);

    /// <summary>The names below a path of roles.</summary>
    public Task<VaultAnswer<IReadOnlyList<string>>> NamesAsync(string path, CancellationToken cancellation) =>
        wire.ListAsync(path, answer => Data(answer)?.Texts("keys"), cancellation);

    /// <summary>What a role says of itself.</summary>
    public Task<VaultAnswer<Described>> FieldsAsync(string path, CancellationToken cancellation) =>
        wire.GetAsync(path, answer => Data(answer) is { ValueKind: JsonValueKind.Object } fields ? new Described(fields.Clone()) : null, cancellation);

    /// <summary>The entities with their aliases, as far as one list holds them.</summary>
    public Task<VaultAnswer<IReadOnlyList<ListedEntity>>> EntitiesAsync(CancellationToken cancellation) =>
        wire.ListAsync<IReadOnlyList<ListedEntity>>(EntitiesPath, Entities, cancellation);

    /// <summary>The policies that a group gives to its members.</summary>
    public Task<VaultAnswer<IReadOnlyList<string>>> GroupPoliciesAsync(string groupId, CancellationToken cancellation) =>
        wire.GetAsync("identity/group/id/" + groupId, answer => Data(answer)?.Texts("policies"), cancellation);

    /// <summary>What kind of storage a node keeps things in, which it tells everybody; absent where it does not.</summary>
    public Task<VaultAnswer<string>> StorageAsync(CancellationToken cancellation) =>
        wire.GetAsync("sys/seal-status", answer => answer.Text("storage_type"), cancellation);

    private static JsonElement? Data(JsonElement answer) => answer.Object("data");

    private static List<AuditDeviceFacts>? Devices(JsonElement answer)
    {
        if ((Data(answer) ?? answer) is not { ValueKind: JsonValueKind.Object } devices)
        {
            return null;
        }

        return
        [
            .. devices.EnumerateObject()
                .Where(device => device.Value.Text("type").Length > 0)
                .Select(device => new AuditDeviceFacts(
                    device.Name,
                    device.Value.Text("type"),
                    Option(device.Value, "log_raw") == "true",
                    Option(device.Value, "hmac_accessor") != "false",
                    Options(device.Value))),
        ];
    }

    private static Dictionary<string, string> Options(JsonElement device) => device.Object("options") is not { } options
        ? []
        : options.EnumerateObject().ToDictionary(option => option.Name, option => option.Value.ToString(), StringComparer.Ordinal);

    // A header of which Vault does not say that it is hashed is taken as one in clear.
    private static List<AuditedHeader>? Headers(JsonElement answer) => (Data(answer) ?? answer).Object("headers") is not { } headers
        ? null
        : [.. headers.EnumerateObject().Select(header => new AuditedHeader(header.Name, header.Value.Flag("hmac") ?? false))];

    // Vault keeps an option as the text that it was given.
    private static string Option(JsonElement device, string name) => device.Object("options") is not { } options ? ""
        : options.Flag(name) is { } flag ? (flag ? "true" : "false")
        : options.Text(name).ToUpperInvariant() switch
        {
            "1" or "T" or "TRUE" => "true",
            "0" or "F" or "FALSE" => "false",
            _ => "",
        };

    private static List<ListedEntity>? Entities(JsonElement answer)
    {
        if (Data(answer) is not { } data || data.Object("key_info") is not { } entities)
        {
            return Data(answer) is null ? null : [];
        }

        return [.. entities.EnumerateObject().Select(entity => new ListedEntity(entity.Name, Aliases(entity.Value)))];
    }

    private static List<AliasFacts> Aliases(JsonElement entity) => entity.Member("aliases") is not { ValueKind: JsonValueKind.Array } aliases
        ? []
        : [.. aliases.EnumerateArray().Select(alias => new AliasFacts(
            alias.Text("name"), alias.Text("mount_accessor"), alias.Text("mount_path"), alias.Text("canonical_id")))];
}

/// <summary>What something in Vault says of itself.</summary>
internal sealed record Described(JsonElement Fields);
