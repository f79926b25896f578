using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <content>The broker's own session, and how a node is.</content>
internal sealed partial class VaultClient
{
    private static readonly string[] BadCredentials = ["invalid role", "invalid secret", "missing role_id", "missing secret_id"];

    /// <summary>Logs in by AppRole. Credentials that Vault does not take are <see cref="VaultDenial.InvalidToken"/>. Without a mount it is the broker's own.</summary>
    public Task<VaultAnswer<LoginFacts>> LoginAppRoleAsync(string roleId, VaultSecretId secretId, VaultCall call, string? mount = null)
    {
        mount ??= _settings.AppRoleMount;
        var path = VaultPath.Of($"auth/{mount}/login");
        var body = RequestBody.Of(
            writer =>
            {
                writer.WriteString("role_id", roleId);
                writer.WriteString("secret_id", secretId.Reveal());
            },
            capacity: 2048);
        return _transport.CallAsync(Post(CallClass.Upkeep, path, null, body, call), reply => reply switch
        {
            // Vault 1.13 answers 500 to a secret-id that is gone, in the same words.
            { Status: 400 or 500 } when BadCredentials.Any(reply.Says) => new VaultAnswer<LoginFacts>.Denied(VaultDenial.InvalidToken, path.Text),

            // Where no auth method is mounted, Vault asks for a token instead.
            { Status: 400 or 403 } when reply.Says("missing client token") =>
                new VaultAnswer<LoginFacts>.Faulted(new VaultFault.WronglySetUp($"no auth method at 'auth/{mount}'")),
            _ => LoginAnswer(reply, path),
        });
    }

    /// <summary>Renews a token for as long as its role allows.</summary>
    public Task<VaultAnswer<LoginFacts>> RenewSelfAsync(VaultToken token, VaultCall call)
    {
        var path = VaultPath.Of("auth/token/renew-self");
        return _transport.CallAsync(
            Post(CallClass.Upkeep, path, token, RequestBody.Of("{}"u8), call),
            reply => LoginAnswer(reply, path));
    }

    /// <summary>Revokes a token, and with it every child at once.</summary>
    public Task<VaultAnswer<bool>> RevokeSelfAsync(VaultToken token, VaultCall call)
    {
        var path = VaultPath.Of("auth/token/revoke-self");
        return _transport.CallAsync<VaultAnswer<bool>>(Post(CallClass.Upkeep, path, token, RequestBody.Of("{}"u8), call), reply =>
        {
            if (Verdict.Denial(reply) is { } why)
            {
                return new VaultAnswer<bool>.Denied(why, path.Text);
            }

            return reply.Status is 200 or 204
                ? new VaultAnswer<bool>.Ok(true, reply.RequestId)
                : new VaultAnswer<bool>.Faulted(Verdict.Fault(reply));
        });
    }

    /// <summary>What the node at the address says of itself; never audited, no token, outside the circuit breaker.</summary>
    public Task<VaultHealth> HealthAsync(VaultCall call) =>
        _transport.CallAsync(Get(CallClass.Upkeep, VaultPath.Of("sys/health"), null, call), static reply =>
            reply is { Root: { } root } && root.Flag("initialized") is { } initialized && root.Flag("sealed") is { } isSealed
                ? HealthOf(root, initialized, isSealed)
                : VaultHealth.Unknown(Verdict.Fault(reply)));

    /// <summary>Whether the node belongs to a cluster of several; null where it does not say. Neither audited nor with a token.</summary>
    public async Task<bool?> IsHighlyAvailableAsync(VaultCall call) =>
        await AskVaultAsync(
            Get(CallClass.Upkeep, VaultPath.Of("sys/leader"), null, call), static root => root.Flag("ha_enabled") is { } said ? said.ToString() : null)
            is VaultAnswer<string>.Ok { Value: var enabled } ? bool.Parse(enabled) : null;

    private static VaultHealth HealthOf(JsonElement root, bool initialized, bool isSealed) =>
        new(initialized, isSealed, root.Flag("standby") ?? false, root.Text("version"), root.Text("cluster_id"), null)
        {
            PerformanceStandby = root.Flag("performance_standby") ?? false,
            PerformanceMode = root.Text("replication_performance_mode"),
            DisasterMode = root.Text("replication_dr_mode"),
            ServerTime = root.Number("server_time_utc") is { } seconds and > 0 and < 253402300800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
            Enterprise = root.Flag("enterprise"),
        };

    private static VaultAnswer<LoginFacts> LoginAnswer(VaultReply reply, VaultPath path)
    {
        if (Verdict.Denial(reply) is { } why)
        {
            return new VaultAnswer<LoginFacts>.Denied(why, path.Text);
        }

        return reply is { Status: 200, Root: { } root } && LoginOf(root) is { } login
            ? new VaultAnswer<LoginFacts>.Ok(login, reply.RequestId)
            : new VaultAnswer<LoginFacts>.Faulted(Verdict.Fault(reply));
    }

    private static LoginFacts? LoginOf(JsonElement root) =>
        root.Object("auth") is { } auth && VaultToken.TryParse(auth.Text("client_token"), out _) is { } token
            ? new LoginFacts(
                token,
                auth.Text("accessor"),
                auth.Texts("policies"),
                auth.Seconds("lease_duration"),
                auth.Flag("renewable") ?? false,
                auth.Text("entity_id"))
            : null;
}
