using System.Net;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Hashing;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Configuration;

/// <summary>Everything that a server is configured with, sound and complete: <see cref="SettingsReader"/> makes it or lists every error.</summary>
internal sealed record BrokerSettings
{
    /// <summary>Where the API listens; https needs a certificate.</summary>
    public Uri Listen { get; init; } = new("http://127.0.0.1:8400");

    /// <summary>The address that the host of <see cref="Listen"/> stands for; null where it would have to be looked up, which a server does not.</summary>
    public IPAddress? ListenAddress =>
        Listen.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(Listen.Host.Trim('[', ']'), out var address) ? address : null;

    /// <summary>PEM file of the server's certificate chain, or null.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>PEM file of its key, or null.</summary>
    public string? TlsKey { get; init; }

    /// <summary>Vault and what things are called there.</summary>
    public VaultSettings Vault { get; init; } = new();

    /// <summary>How the broker logs in there.</summary>
    public LoginSettings Login { get; init; } = new();

    /// <summary>The deployment's epoch, from 1: raised after a restore of Vault's storage.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>What this environment is called (<c>production</c>); sets of another one are refused. Null where it has no name.</summary>
    public string? Environment { get; init; }

    /// <summary>What the broker does of itself.</summary>
    public WorkerSettings Worker { get; init; } = new();

    /// <summary>Whether root and tokens that a wildcard grants everything may act.</summary>
    public bool AllowBroadTokens { get; init; }

    /// <summary>Facets of owner and entity that must not change between issue and use.</summary>
    public IReadOnlyList<string> OwnershipFacets { get; init; } = EntityFingerprint.DefaultFacets;

    /// <summary>How many wrong secrets are borne.</summary>
    public FailureLimits Failures { get; init; } = new();

    /// <summary>Mounts of log-ins that people use, beside those that tell by their names.</summary>
    public IReadOnlyList<string> PeopleLogins { get; init; } = [];

    /// <summary>Mounts of log-ins that machines use, beside those that tell by their names.</summary>
    public IReadOnlyList<string> MachineLogins { get; init; } = [];

    /// <summary>What leaves the broker about what it did.</summary>
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>How people are told of what happens to their codes.</summary>
    public NoticeSettings Notices { get; init; } = new();

    /// <summary>How recoveries are throttled.</summary>
    public RecoverSettings Recover { get; init; } = new();

    /// <summary>Operations at once.</summary>
    public int MaxOperations { get; init; } = 512;

    /// <summary>Connections at once.</summary>
    public int MaxConnections { get; init; } = 2048;

    /// <summary>Whether some profile hands credentials out to whoever holds a code.</summary>
    public bool HasRecoveries => Profiles.Values.Any(profile => profile.Recovery != RecoveryForm.None);

    /// <summary>The profiles by name.</summary>
    public IReadOnlyDictionary<string, Profile> Profiles { get; init; } = new Dictionary<string, Profile>
    {
        [Profile.Machine.Name] = Profile.Machine,
        [Profile.Printable.Name] = Profile.Printable,
    };
}

/// <summary>Looks profiles up.</summary>
internal sealed class BrokerProfiles(BrokerSettings settings)
{
    /// <summary>How codes that are nobody's are hashed.</summary>
    public StandInSchemes StandIns { get; } = new(Costliest(settings, CodeKind.Machine), Costliest(settings, CodeKind.Printable));

    /// <summary>The profile of that name, or null.</summary>
    public Profile? Named(string name) => settings.Profiles.GetValueOrDefault(name);

    /// <summary>An identity's profile; null where configuration has it no longer.</summary>
    public Profile? Of(IdentityDocument document) => Named(document.Profile);

    private static HashScheme Costliest(BrokerSettings settings, CodeKind kind) =>
        StandInSchemes.Costliest(settings.Profiles.Values.Where(p => p.Kind == kind).Select(p => p.Scheme));
}
