using BackupCodeBroker.Server;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>What bootstrap needs of the server's configuration: how it calls things in Vault, and the epoch to begin with.</summary>
internal sealed record BootstrapSettings(VaultSettings Vault, LoginSettings Login, int Epoch, bool Recoveries, string? AccessFile)
{
    /// <summary>Reads what the server would read, so that both mean the same; where Vault is, options and VAULT_ADDR say first.</summary>
    public static BootstrapSettings? Read(string? file, CliSettings said, out string error)
    {
        var address = said.VaultAddress ?? said.Surroundings.Setting("VAULT_ADDR");
        var (settings, errors) = ServerCommand.ReadSettings(file ?? said.Surroundings.Setting("BCB_CONFIG"), []);
        var vault = address is null ? settings.Vault : settings.Vault with { Address = address };
        error = string.Join("; ", errors.Concat(vault.Validate()).Distinct());
        return error.Length == 0 ? new BootstrapSettings(vault, settings.Login, settings.Epoch, settings.HasRecoveries, settings.Telemetry.AccessFile) : null;
    }
}
