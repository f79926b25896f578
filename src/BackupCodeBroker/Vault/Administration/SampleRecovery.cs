using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault.Administration;

/// <summary>
/// Makes the AppRole by which a sample identity recovers, as an administrator does: called like the identity, good for one short log-in, and one more way to
/// the person's own entity. For development alone.
/// </summary>
internal sealed class SampleRecovery(AdminWire wire, VaultSettings settings)
{
    private string Role(string identity) => $"auth/{settings.RecoveryMount}/role/{identity}";

    /// <summary>Makes it; false where the token may not.</summary>
    public async Task<bool> MakeAsync(string identity, string entityId, string policy, CancellationToken cancellation) =>
        await wire.ChangeAsync(Role(identity), Form(policy), cancellation) is VaultAnswer<Done>.Ok
        && await wire.GetAsync(Role(identity) + "/role-id", answer => answer.Object("data")?.Text("role_id"), cancellation) is VaultAnswer<string>.Ok { Value: var roleId }
        && await wire.GetAsync("sys/auth", AccessorIn, cancellation) is VaultAnswer<string>.Ok { Value: var accessor }
        && await wire.ChangeAsync(
            "identity/entity-alias", JsonSerializer.SerializeToElement(new { name = roleId, canonical_id = entityId, mount_accessor = accessor }), cancellation) is VaultAnswer<Done>.Ok;

    private static JsonElement Form(string policy) => JsonSerializer.SerializeToElement(new
    {
        token_policies = new[] { policy },
        token_no_default_policy = true,
        token_ttl = "15m",
        token_max_ttl = "15m",
        secret_id_num_uses = 1,
        secret_id_ttl = "10m",
    });

    private string? AccessorIn(JsonElement answer) =>
        ((answer.Object("data") ?? answer).Object(settings.RecoveryMount + "/") ?? answer.Object(settings.RecoveryMount + "/"))?.Text("accessor");
}
