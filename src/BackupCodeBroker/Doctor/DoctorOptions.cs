using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Doctor;

/// <summary>The deployment that is looked at, as its server's configuration and the user's environment describe it.</summary>
internal sealed record DoctorOptions
{
    /// <summary>Where Vault is and what things are called there.</summary>
    public required VaultSettings Vault { get; init; }

    /// <summary>The deployment's epoch.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>The configuration file, or null where there is none.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>Everything that is wrong in the configuration.</summary>
    public IReadOnlyList<string> ConfigurationErrors { get; init; } = [];

    /// <summary>Where the server's configuration says that Vault is; null where it says nothing of it.</summary>
    public string? ConfiguredAddress { get; init; }

    /// <summary>Whether <c>VAULT_SKIP_VERIFY</c> is set, which <c>vault</c> heeds and the broker does not.</summary>
    public bool SkipsVerification { get; init; }

    /// <summary>Folder of the broker's role-id and secret-id, where this machine has it; null where it is not known.</summary>
    public string? CredentialsDirectory { get; init; }

    /// <summary>How the broker logs in.</summary>
    public LoginSettings Login { get; init; } = new();

    /// <summary>Whether some profile has a recovery.</summary>
    public bool Recoveries { get; init; }

    /// <summary>What the names of the people's policies begin with.</summary>
    public string PolicyPrefix { get; init; } = "bcb-";

    /// <summary>The command that sets this deployment up.</summary>
    public string BootstrapCommand { get; init; } = "bcb bootstrap";

    /// <summary>Where the run's access record goes; null for nowhere.</summary>
    public AccessFile? AccessFile { get; init; }

    /// <summary>This program's version.</summary>
    public string Version { get; init; } = "";

    /// <summary>What the broker says of itself; null where nobody asks it.</summary>
    public Func<CancellationToken, Task<BrokerSaid>>? AskBroker { get; init; }

    /// <summary>The identities, as the broker lists them to the token's holder; null where nobody asks it.</summary>
    public Func<CancellationToken, Task<IdentitiesListed>>? ListIdentities { get; init; }
}

/// <summary>What a broker listed.</summary>
/// <param name="Identities">The identities, or null.</param>
/// <param name="Trouble">Why there are none.</param>
/// <param name="Path">The path that the token would have to be granted, or null.</param>
internal sealed record IdentitiesListed(IReadOnlyList<IdentityAccess>? Identities, string Trouble = "", string? Path = null);

/// <summary>What a broker answered at <c>/healthz</c> and <c>/readyz</c>.</summary>
/// <param name="Address">Where it was asked.</param>
/// <param name="Trouble">Why there is no answer, or null.</param>
/// <param name="Version">The server's version; empty where it does not tell.</param>
/// <param name="Ready">Whether it serves.</param>
/// <param name="Missing">What keeps it from that.</param>
/// <param name="Notices">What it remarks beside that.</param>
internal sealed record BrokerSaid(
    string Address, string? Trouble, string Version, bool Ready, IReadOnlyList<BrokerRemark> Missing, IReadOnlyList<BrokerRemark> Notices);

/// <summary>One reason or notice of the broker's.</summary>
internal sealed record BrokerRemark(string Id, string What, string Fix);
