using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Bootstrap;

/// <summary>How to run.</summary>
internal sealed record BootstrapOptions
{
    /// <summary>Change nothing, say what would change.</summary>
    public bool Check { get; init; }

    /// <summary>Where to leave the broker's role-id and secret-id; null to leave none.</summary>
    public string? CredentialsDirectory { get; init; }

    /// <summary>How the broker logs in: what is set up for it.</summary>
    public LoginSettings Login { get; init; } = new();

    /// <summary>Whom its role lets in, where it logs in by JWT.</summary>
    public LoginBounds Bounds { get; init; } = LoginBounds.None;

    /// <summary>Whether some profile has a recovery, so that the broker needs the policy for it; else it loses it.</summary>
    public bool Recoveries { get; init; }

    /// <summary>Where the run's access record goes; null for nowhere.</summary>
    public AccessFile? AccessFile { get; init; }

    /// <summary>
    /// What the names of the people's policies begin with. Two environments in one Vault have mounts of their own, so they need
    /// policies of their own too. The names of the broker's and the children's policies are those of its settings.
    /// </summary>
    public string PolicyPrefix { get; init; } = "bcb-";
}

/// <summary>
/// The two documents that exist before the first identity, as UTF-8 JSON. What stands in them is not bootstrap's business; it
/// writes each once, where the path has no version at all, and never again.
/// </summary>
/// <param name="Decoy">The decoy identity's document, given the id of its entity.</param>
/// <param name="State">The state, without which the broker refuses everything.</param>
internal sealed record BootstrapDocuments(Func<string, byte[]> Decoy, Func<byte[]> State);
