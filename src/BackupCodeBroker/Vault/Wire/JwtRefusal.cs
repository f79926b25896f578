namespace BackupCodeBroker.Vault.Wire;

/// <summary>
/// Why Vault does not take a JWT, by the texts of its two methods from 1.8 to today. The status tells little: what is a 400 of the JWT method was a 500 of the
/// Kubernetes method until Vault 1.11 and is a 403 since; where Kubernetes does not vouch for a JWT there is no reason at all, and newer Vaults answer the same
/// where no method is mounted.
/// </summary>
internal static class JwtRefusal
{
    private static readonly string[] NoRole = ["could not be found", "invalid role name", "missing role", "role with oidc role_type"];
    private static readonly string[] NotConfigured = ["could not load configuration", "could not load backend configuration", "error configuring token validator"];
    private static readonly string[] Ended = ["token is expired"];
    private static readonly string[] Early = ["not yet valid", "issued in the future"];
    private static readonly string[] Unsigned =
        ["verifying token", "no known key", "failed to validate JWT", "verification error", "signed with unexpected algorithm", "invalid algorithm", "invalid signing method", "malformed"];
    private static readonly string[] Elsewhere =
        ["validating claims", "claim", "not authorized", "audience", "validation failed", "no bound"];

    /// <summary>The reason in the broker's words; null where the answer is no refusal.</summary>
    public static string? Of(VaultReply reply, string mount, string role)
    {
        var at = $"auth/{mount}";
        return reply.Status is not (400 or 403 or 500) ? null
            : reply.Says("missing client token") ? $"there is no auth method at '{at}'"
            : Says(reply, NoRole) ? $"'{at}' has no role '{role}' for JWTs"
            : Says(reply, NotConfigured) ? $"the auth method at '{at}' is not configured"
            : Says(reply, Ended) ? "Vault says that the JWT has expired"
            : Says(reply, Early) ? "Vault says that the JWT is not valid yet: compare the clocks"
            : Says(reply, Unsigned) ? $"'{at}' knows no key that has signed the JWT: {reply.Detail}"
            : Says(reply, Elsewhere) ? $"role '{role}' of '{at}' is bound to other JWTs: {reply.Detail}"
            : reply.Status == 403 ? $"'{at}' does not let the JWT in to role '{role}', and does not say why: {reply.Detail}"
            : reply.Status == 400 ? $"'{at}' refuses the JWT for role '{role}': {reply.Detail}"
            : null;
    }

    private static bool Says(VaultReply reply, string[] texts) => Array.Exists(texts, reply.Says);
}
