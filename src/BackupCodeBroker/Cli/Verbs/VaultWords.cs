using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>What Vault said, in words.</summary>
internal static class VaultWords
{
    /// <summary>Vault said no to the user's own token.</summary>
    public static Problem Denied(CliContext context, VaultDenial why, string path, string capability) => why == VaultDenial.InvalidToken
        ? context.Problem("invalid-token", "Vault does not take this token: it is unknown, expired or revoked; log in again")
        : context.Problem("not-permitted", "this token's policies do not let it ask Vault that") with
        { Path = path, Stanza = PolicyStanza.Granting(path, capability) };
}
