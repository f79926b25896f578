using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault.Administration;

/// <summary>
/// Makes the people of a development environment: each an entity with a token under one shipped policy, as if they had logged in. It needs an
/// administrator's token and is for development alone.
/// </summary>
internal sealed class SamplePeople(AdminWire wire)
{
    private const string Role = "bcb-sample-people";
    private static readonly string[] Aliases = ["sample-*"];

    /// <summary>Makes the token role that the people's tokens come from.</summary>
    public Task<VaultAnswer<Done>> PrepareAsync(CancellationToken cancellation) => wire.ChangeAsync(
        "auth/token/roles/" + Role, JsonSerializer.SerializeToElement(new { allowed_entity_aliases = Aliases, orphan = true }), cancellation);

    /// <summary>Makes one person.</summary>
    public Task<VaultAnswer<SamplePerson>> MakeAsync(string name, string policy, string ttl, CancellationToken cancellation) => wire.PostAsync(
        "auth/token/create/" + Role,
        JsonSerializer.SerializeToElement(new { entity_alias = "sample-" + name, policies = new[] { policy }, no_default_policy = true, ttl }),
        answer => answer.Object("auth") is { } auth && VaultToken.TryParse(auth.Text("client_token"), out _) is { } token
            ? new SamplePerson(name, auth.Text("entity_id"), token)
            : null,
        cancellation);

    /// <summary>Ends a person's token.</summary>
    public Task<VaultAnswer<Done>> EndAsync(SamplePerson person, CancellationToken cancellation) =>
        wire.ChangeAsync("auth/token/revoke", JsonSerializer.SerializeToElement(new { token = person.Token.Reveal() }), cancellation);

    /// <summary>Ends the secret-id that the broker of a development environment logged in with.</summary>
    public Task<VaultAnswer<Done>> EndAsync(VaultSettings settings, VaultSecretId secretId, CancellationToken cancellation) => wire.ChangeAsync(
        $"auth/{settings.AppRoleMount}/role/{settings.AppRoleName}/secret-id/destroy",
        JsonSerializer.SerializeToElement(new { secret_id = secretId.Reveal() }),
        cancellation);
}

/// <summary>One of them.</summary>
/// <param name="Name">What they are called.</param>
/// <param name="EntityId">Their entity.</param>
/// <param name="Token">Their token.</param>
internal sealed record SamplePerson(string Name, string EntityId, VaultToken Token)
{
    /// <summary>The token's text for the file or the environment of whoever plays the person.</summary>
    public string HandOver() => Token.Reveal();
}
