using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli;

/// <summary>Where the servers are: the option, else the environment, else this machine.</summary>
internal sealed record CliSettings(CliSurroundings Surroundings, string? Address, string? VaultAddress)
{
    private const string DefaultBroker = "http://127.0.0.1:8400";

    /// <summary>The broker's address.</summary>
    public string BrokerAddress => Address ?? Surroundings.Setting("BCB_ADDR") ?? DefaultBroker;

    /// <summary>A PEM file of the authorities that the broker's certificate must come from, or null. Often they are Vault's.</summary>
    public string? BrokerAuthorities => Surroundings.Setting("BCB_CACERT") ?? Surroundings.Setting("VAULT_CACERT");

    /// <summary>The mount that callers are authorised by, where it is not the usual one.</summary>
    public string? AskMount { get; init; }

    /// <summary>Vault's settings, as users of Vault set them.</summary>
    public VaultSettings Vault
    {
        get
        {
            var settings = VaultSettings.FromEnvironment(Surroundings.Variable);
            return settings with { Address = VaultAddress ?? settings.Address, AskMount = AskMount ?? settings.AskMount };
        }
    }
}
