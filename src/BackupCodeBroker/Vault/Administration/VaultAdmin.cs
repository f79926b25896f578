using System.Text.Json;

namespace BackupCodeBroker.Vault.Administration;

/// <summary>
/// What an administrator does at Vault to set it up for the broker: mounts, policies, roles, the pepper's key, audited headers,
/// credentials. <c>bcb bootstrap</c> is its one user; the running broker has neither these calls nor the permissions for them.
/// Writes answer the same closed set as reads. Nothing here deletes.
/// </summary>
internal sealed class VaultAdmin(AdminWire wire, VaultSettings settings)
{
    /// <summary>The secrets engines by path, each path with its trailing slash.</summary>
    public Task<VaultAnswer<IReadOnlyDictionary<string, MountFacts>>> ListMountsAsync(CancellationToken cancellation) =>
        wire.SendAsync(HttpMethod.Get, "sys/mounts", null, Mounts, cancellation);

    /// <summary>Mounts a KV engine.</summary>
    public Task<VaultAnswer<Done>> MountKvAsync(string path, string version, string description, CancellationToken cancellation) =>
        WriteAsync($"sys/mounts/{path}", new { type = "kv", description, options = new { version } }, cancellation);

    /// <summary>Mounts a Transit engine.</summary>
    public Task<VaultAnswer<Done>> MountTransitAsync(string path, string description, CancellationToken cancellation) =>
        WriteAsync($"sys/mounts/{path}", new { type = "transit", description }, cancellation);

    /// <summary>The auth methods by path, each path with its trailing slash.</summary>
    public Task<VaultAnswer<IReadOnlyDictionary<string, MountFacts>>> ListAuthMethodsAsync(CancellationToken cancellation) =>
        wire.SendAsync(HttpMethod.Get, "sys/auth", null, Mounts, cancellation);

    /// <summary>The accessor of <c>auth/token/</c>: children's aliases belong to it, and templated policies name it.</summary>
    public Task<VaultAnswer<string>> ReadTokenMountAccessorAsync(CancellationToken cancellation) =>
        wire.SendAsync(HttpMethod.Get, "sys/auth", null, answer => Mounts(answer)["token/"].Accessor, cancellation);

    /// <summary>Enables AppRole.</summary>
    public Task<VaultAnswer<Done>> EnableAppRoleAsync(string path, string description, CancellationToken cancellation) =>
        WriteAsync($"sys/auth/{path}", new { type = "approle", description }, cancellation);

    /// <summary>The configuration of the document mount.</summary>
    public Task<VaultAnswer<AdminFields>> ReadKvConfigAsync(CancellationToken cancellation) =>
        ReadFieldsAsync($"{settings.KvMount}/config", cancellation);

    /// <summary>Configures the document mount.</summary>
    public Task<VaultAnswer<Done>> WriteKvConfigAsync(AdminFields fields, CancellationToken cancellation) =>
        WriteAsync($"{settings.KvMount}/config", fields.ToBody(), cancellation);

    /// <summary>A policy's text.</summary>
    public Task<VaultAnswer<string>> ReadPolicyAsync(string name, CancellationToken cancellation) =>
        wire.SendAsync(HttpMethod.Get, $"sys/policies/acl/{name}", null, answer => Text(answer, "policy"), cancellation);

    /// <summary>Writes a policy.</summary>
    public Task<VaultAnswer<Done>> WritePolicyAsync(string name, string policy, CancellationToken cancellation) =>
        WriteAsync($"sys/policies/acl/{name}", new { policy }, cancellation);

    /// <summary>A token role.</summary>
    public Task<VaultAnswer<AdminFields>> ReadTokenRoleAsync(string name, CancellationToken cancellation) =>
        ReadFieldsAsync($"auth/token/roles/{name}", cancellation);

    /// <summary>Writes a token role.</summary>
    public Task<VaultAnswer<Done>> WriteTokenRoleAsync(string name, AdminFields fields, CancellationToken cancellation) =>
        WriteAsync($"auth/token/roles/{name}", fields.ToBody(), cancellation);

    /// <summary>The broker's role at AppRole.</summary>
    public Task<VaultAnswer<AdminFields>> ReadBrokerRoleAsync(CancellationToken cancellation) => ReadFieldsAsync(BrokerRole, cancellation);

    /// <summary>Writes the broker's role.</summary>
    public Task<VaultAnswer<Done>> WriteBrokerRoleAsync(AdminFields fields, CancellationToken cancellation) =>
        WriteAsync(BrokerRole, fields.ToBody(), cancellation);

    /// <summary>The public half of the broker's credentials.</summary>
    public Task<VaultAnswer<string>> ReadRoleIdAsync(CancellationToken cancellation) =>
        wire.SendAsync(HttpMethod.Get, $"{BrokerRole}/role-id", null, answer => Text(answer, "role_id"), cancellation);

    /// <summary>A new secret half. Those made before stay good.</summary>
    public Task<VaultAnswer<VaultSecretId>> MakeSecretIdAsync(CancellationToken cancellation) =>
        wire.SendAsync(HttpMethod.Post, $"{BrokerRole}/secret-id", Body(new { }), SecretId, cancellation);

    /// <summary>Whether Vault would take a secret-id: absent where it would not. Nothing logs in.</summary>
    public async Task<VaultAnswer<Done>> FindSecretIdAsync(VaultSecretId secretId, CancellationToken cancellation)
    {
        var answer = await wire.SendAsync(
            HttpMethod.Post, $"{BrokerRole}/secret-id/lookup", Body(new { secret_id = secretId.Reveal() }), IsThere, cancellation);
        return answer switch
        {
            VaultAnswer<bool>.Ok { Value: true } found => new VaultAnswer<Done>.Ok(default, found.RequestId),
            VaultAnswer<bool>.Denied denied => new VaultAnswer<Done>.Denied(denied.Why, denied.Path),
            VaultAnswer<bool>.Faulted faulted => new VaultAnswer<Done>.Faulted(faulted.Fault),
            _ => new VaultAnswer<Done>.Absent(),
        };
    }

    /// <summary>The pepper's key, its material left out as always.</summary>
    public Task<VaultAnswer<AdminFields>> ReadPepperAsync(CancellationToken cancellation) => ReadFieldsAsync(Pepper, cancellation);

    /// <summary>Makes the pepper's key.</summary>
    public Task<VaultAnswer<Done>> MakePepperAsync(AdminFields fields, CancellationToken cancellation) =>
        WriteAsync(Pepper, fields.ToBody(), cancellation);

    /// <summary>Changes what of a key can be changed.</summary>
    public Task<VaultAnswer<Done>> ConfigurePepperAsync(AdminFields fields, CancellationToken cancellation) =>
        WriteAsync($"{Pepper}/config", fields.ToBody(), cancellation);

    /// <summary>
    /// Whether the audit log keeps a request header in clear (true) or as an HMAC (false); absent where it leaves the header out.
    /// In a namespace Vault has no such path: that is the same as being denied, for only the root namespace's token can help.
    /// </summary>
    public async Task<VaultAnswer<bool>> ReadAuditedHeaderAsync(string header, CancellationToken cancellation)
    {
        var path = AuditedHeader(header);
        var answer = await wire.SendAsync(HttpMethod.Get, path, null, body => IsInClear(body, header), cancellation);
        return answer switch
        {
            VaultAnswer<bool>.Faulted { Fault: VaultFault.Unexpected { Status: 400, Detail: var detail } }
                when detail.Contains("Could not find header", StringComparison.Ordinal) => new VaultAnswer<bool>.Absent(),
            VaultAnswer<bool>.Faulted { Fault: VaultFault.Unexpected { Status: 400 or 405 } } or VaultAnswer<bool>.Absent
                when settings.Namespace is not null => new VaultAnswer<bool>.Denied(VaultDenial.NoCapability, path),
            _ => answer,
        };
    }

    /// <summary>Has the audit log keep a request header in clear.</summary>
    public Task<VaultAnswer<Done>> AuditHeaderInClearAsync(string header, CancellationToken cancellation) =>
        WriteAsync(AuditedHeader(header), new { hmac = false }, cancellation);

    private string BrokerRole => $"auth/{settings.AppRoleMount}/role/{settings.AppRoleName}";

    private string Pepper => $"{settings.TransitMount}/keys/{settings.PepperKey}";

    private static string AuditedHeader(string header) => $"sys/config/auditing/request-headers/{header}";

    private Task<VaultAnswer<Done>> WriteAsync<T>(string path, T body, CancellationToken cancellation) =>
        wire.SendAsync(HttpMethod.Post, path, Body(body), _ => default(Done), cancellation);

    private Task<VaultAnswer<AdminFields>> ReadFieldsAsync(string path, CancellationToken cancellation) =>
        wire.SendAsync(HttpMethod.Get, path, null, answer => AdminFields.From(Data(answer)), cancellation);

    private static JsonElement Body<T>(T body) => JsonSerializer.SerializeToElement(body);

    private static JsonElement Data(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
            ? data
            : answer;

    private static string Text(JsonElement answer, string name) =>
        Data(answer).TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static VaultSecretId SecretId(JsonElement answer) =>
        VaultSecretId.TryParse(Text(answer, "secret_id"), out var error) ?? throw new JsonException(error);

    private static bool IsThere(JsonElement answer) => answer.ValueKind == JsonValueKind.Object;

    private static bool IsInClear(JsonElement answer, string header) =>
        Data(answer).EnumerateObject().Any(entry =>
            string.Equals(entry.Name, header, StringComparison.OrdinalIgnoreCase) && !entry.Value.GetProperty("hmac").GetBoolean());

    private static IReadOnlyDictionary<string, MountFacts> Mounts(JsonElement answer) => Data(answer)
        .EnumerateObject()
        .Where(mount => mount.Value.ValueKind == JsonValueKind.Object && mount.Value.TryGetProperty("type", out _))
        .ToDictionary(mount => mount.Name, mount => Mount(mount.Value), StringComparer.Ordinal);

    private static MountFacts Mount(JsonElement mount)
    {
        var type = mount.GetProperty("type").GetString() ?? "";
        var version = mount.TryGetProperty("options", out var options) && options.ValueKind == JsonValueKind.Object
            && options.TryGetProperty("version", out var given) ? given.GetString() : null;
        return new MountFacts(type, type == "kv" ? version ?? "1" : "", mount.GetProperty("accessor").GetString() ?? "");
    }
}

/// <summary>A write that Vault carried out: there is nothing to tell of it.</summary>
internal readonly record struct Done;
