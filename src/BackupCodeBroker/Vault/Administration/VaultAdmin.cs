using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault.Administration;

/// <summary>
/// What an administrator does at Vault to set it up for the broker: mounts, policies, roles, the pepper's key, audited headers,
/// credentials. <c>bcb bootstrap</c> is its one user; the running broker has neither these calls nor the permissions for them.
/// Changes answer the same closed set as questions. Nothing here deletes.
/// </summary>
internal sealed class VaultAdmin(AdminWire wire, VaultSettings settings)
{
    private string BrokerRole => $"auth/{settings.AppRoleMount}/role/{settings.AppRoleName}";

    private string Pepper => $"{settings.TransitMount}/keys/{settings.PepperKey}";

    /// <summary>The secrets engines by path, each path with its trailing slash.</summary>
    public Task<VaultAnswer<IReadOnlyDictionary<string, MountFacts>>> ListMountsAsync(CancellationToken cancellation) =>
        wire.GetAsync<IReadOnlyDictionary<string, MountFacts>>("sys/mounts", Mounts, cancellation);

    /// <summary>Mounts a KV engine.</summary>
    public Task<VaultAnswer<Done>> MountKvAsync(string path, string version, string description, CancellationToken cancellation) =>
        ChangeAsync($"sys/mounts/{path}", new { type = "kv", description, options = new { version } }, cancellation);

    /// <summary>Mounts a Transit engine.</summary>
    public Task<VaultAnswer<Done>> MountTransitAsync(string path, string description, CancellationToken cancellation) =>
        ChangeAsync($"sys/mounts/{path}", new { type = "transit", description }, cancellation);

    /// <summary>The auth methods by path, each path with its trailing slash.</summary>
    public Task<VaultAnswer<IReadOnlyDictionary<string, MountFacts>>> ListAuthMethodsAsync(CancellationToken cancellation) =>
        wire.GetAsync<IReadOnlyDictionary<string, MountFacts>>("sys/auth", Mounts, cancellation);

    /// <summary>The accessor of <c>auth/token/</c>: children's aliases belong to it, and templated policies name it.</summary>
    public Task<VaultAnswer<string>> ReadTokenMountAccessorAsync(CancellationToken cancellation) =>
        wire.GetAsync("sys/auth", answer => Mounts(answer).GetValueOrDefault("token/")?.Accessor, cancellation);

    /// <summary>Enables AppRole.</summary>
    public Task<VaultAnswer<Done>> EnableAppRoleAsync(string path, string description, CancellationToken cancellation) =>
        ChangeAsync($"sys/auth/{path}", new { type = "approle", description }, cancellation);

    /// <summary>The configuration of the document mount.</summary>
    public Task<VaultAnswer<AdminFields>> ReadKvConfigAsync(CancellationToken cancellation) =>
        ReadFieldsAsync($"{settings.KvMount}/config", cancellation);

    /// <summary>Configures the document mount.</summary>
    public Task<VaultAnswer<Done>> WriteKvConfigAsync(AdminFields fields, CancellationToken cancellation) =>
        wire.ChangeAsync($"{settings.KvMount}/config", fields.ToBody(), cancellation);

    /// <summary>Whether a policy of this name can be asked for: Vault takes names with characters that no path of the broker's has.</summary>
    public static bool IsPolicyName(string name) => VaultPath.IsPath(name);

    /// <summary>Whether a text may stand in a path: names in Vault can hold what no path of this program has.</summary>
    public static bool IsPath(string text) => VaultPath.IsPath(text) && !text.EndsWith('/');

    /// <summary>A policy's text.</summary>
    public Task<VaultAnswer<string>> ReadPolicyAsync(string name, CancellationToken cancellation) =>
        wire.GetAsync($"sys/policies/acl/{name}", answer => Data(answer).Text("policy"), cancellation);

    /// <summary>Writes a policy.</summary>
    public Task<VaultAnswer<Done>> WritePolicyAsync(string name, string policy, CancellationToken cancellation) =>
        ChangeAsync($"sys/policies/acl/{name}", new { policy }, cancellation);

    /// <summary>A token role.</summary>
    public Task<VaultAnswer<AdminFields>> ReadTokenRoleAsync(string name, CancellationToken cancellation) =>
        ReadFieldsAsync($"auth/token/roles/{name}", cancellation);

    /// <summary>Writes a token role.</summary>
    public Task<VaultAnswer<Done>> WriteTokenRoleAsync(string name, AdminFields fields, CancellationToken cancellation) =>
        wire.ChangeAsync($"auth/token/roles/{name}", fields.ToBody(), cancellation);

    /// <summary>The broker's role at AppRole.</summary>
    public Task<VaultAnswer<AdminFields>> ReadBrokerRoleAsync(CancellationToken cancellation) => ReadFieldsAsync(BrokerRole, cancellation);

    /// <summary>Writes the broker's role.</summary>
    public Task<VaultAnswer<Done>> WriteBrokerRoleAsync(AdminFields fields, CancellationToken cancellation) =>
        wire.ChangeAsync(BrokerRole, fields.ToBody(), cancellation);

    /// <summary>A role of another auth method.</summary>
    public Task<VaultAnswer<AdminFields>> ReadLoginRoleAsync(string mount, string role, CancellationToken cancellation) => ReadFieldsAsync($"auth/{mount}/role/{role}", cancellation);

    /// <summary>Writes such a role.</summary>
    public Task<VaultAnswer<Done>> WriteLoginRoleAsync(string mount, string role, AdminFields fields, CancellationToken cancellation) =>
        wire.ChangeAsync($"auth/{mount}/role/{role}", fields.ToBody(), cancellation);

    /// <summary>The public half of the broker's credentials.</summary>
    public Task<VaultAnswer<string>> ReadRoleIdAsync(CancellationToken cancellation) =>
        wire.GetAsync($"{BrokerRole}/role-id", answer => NotEmpty(Data(answer).Text("role_id")), cancellation);

    /// <summary>A new secret half. Those made before stay good.</summary>
    public Task<VaultAnswer<VaultSecretId>> MakeSecretIdAsync(CancellationToken cancellation) => wire.PostAsync(
        $"{BrokerRole}/secret-id", Body(new { }), answer => VaultSecretId.TryParse(Data(answer).Text("secret_id"), out _), cancellation);

    /// <summary>A secret-id's own description, absent where Vault would not take the secret-id. Nothing logs in.</summary>
    public Task<VaultAnswer<AdminFields>> LookUpSecretIdAsync(VaultSecretId secretId, CancellationToken cancellation) => wire.PostAsync(
        $"{BrokerRole}/secret-id/lookup",
        Body(new { secret_id = secretId.Reveal() }),
        answer => AdminFields.From(Data(answer)),
        cancellation);

    /// <summary>The pepper's key, its material left out as always.</summary>
    public Task<VaultAnswer<AdminFields>> ReadPepperAsync(CancellationToken cancellation) => ReadFieldsAsync(Pepper, cancellation);

    /// <summary>Makes the pepper's key.</summary>
    public Task<VaultAnswer<Done>> MakePepperAsync(AdminFields fields, CancellationToken cancellation) =>
        wire.ChangeAsync(Pepper, fields.ToBody(), cancellation);

    /// <summary>Changes what of a key can be changed.</summary>
    public Task<VaultAnswer<Done>> ConfigurePepperAsync(AdminFields fields, CancellationToken cancellation) =>
        wire.ChangeAsync($"{Pepper}/config", fields.ToBody(), cancellation);

    /// <summary>
    /// How the audit log keeps a request header (<c>hmac</c>); absent where it leaves the header out. In a namespace Vault has no such
    /// path, and that is the same as being denied: only a token of the root namespace helps.
    /// </summary>
    public async Task<VaultAnswer<AdminFields>> ReadAuditedHeaderAsync(string header, CancellationToken cancellation)
    {
        var path = AuditedHeader(header);
        return await wire.GetAsync(path, answer => HeaderOf(Data(answer), header), cancellation, isNoted: false) switch
        {
            VaultAnswer<AdminFields>.Faulted { Fault: VaultFault.Unexpected { Status: 400, Detail: var detail } }
                when detail.Contains("Could not find header", StringComparison.Ordinal) => new VaultAnswer<AdminFields>.Absent(),
            VaultAnswer<AdminFields>.Faulted { Fault: VaultFault.WronglySetUp or VaultFault.Unexpected { Status: 400 } }
                or VaultAnswer<AdminFields>.Absent
                when settings.Namespace is not null => new VaultAnswer<AdminFields>.Denied(VaultDenial.NoCapability, path),
            var answer => answer,
        };
    }

    /// <summary>Has the audit log keep a request header.</summary>
    public Task<VaultAnswer<Done>> AuditHeaderAsync(string header, AdminFields fields, CancellationToken cancellation) =>
        wire.ChangeAsync(AuditedHeader(header), fields.ToBody(), cancellation);

    private static string AuditedHeader(string header) => $"sys/config/auditing/request-headers/{header}";

    private Task<VaultAnswer<Done>> ChangeAsync<T>(string path, T body, CancellationToken cancellation) =>
        wire.ChangeAsync(path, Body(body), cancellation);

    private Task<VaultAnswer<AdminFields>> ReadFieldsAsync(string path, CancellationToken cancellation) =>
        wire.GetAsync(path, answer => AdminFields.From(Data(answer)), cancellation);

    private static JsonElement Body<T>(T body) => JsonSerializer.SerializeToElement(body);

    /// <summary>Some of Vault's own paths answered without <c>data</c> for long.</summary>
    private static JsonElement Data(JsonElement answer) => answer.Object("data") ?? answer;

    private static string? NotEmpty(string text) => text.Length == 0 ? null : text;

    private static AdminFields? HeaderOf(JsonElement data, string header) => data.EnumerateObject()
        .Where(entry => string.Equals(entry.Name, header, StringComparison.OrdinalIgnoreCase))
        .Select(entry => AdminFields.From(entry.Value))
        .FirstOrDefault();

    private static Dictionary<string, MountFacts> Mounts(JsonElement answer) => Data(answer)
        .EnumerateObject()
        .Where(mount => mount.Value.Text("type").Length > 0)
        .ToDictionary(mount => mount.Name, mount => MountOf(mount.Value), StringComparer.Ordinal);

    private static MountFacts MountOf(JsonElement mount)
    {
        var type = mount.Text("type");
        var version = mount.Object("options")?.Text("version") is { Length: > 0 } given ? given : "1";
        return new MountFacts(type, type == "kv" ? version : "", mount.Text("accessor")) { AuditedInClear = InClear(mount) };
    }

    private static IReadOnlyList<string> InClear(JsonElement mount) => mount.Object("config") is not { } config
        ? []
        : [.. config.Texts("audit_non_hmac_request_keys").Select(key => "request key " + key),
            .. config.Texts("audit_non_hmac_response_keys").Select(key => "response key " + key)];
}
