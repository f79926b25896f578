using BackupCodeBroker.Core.Decisions;

namespace BackupCodeBroker.Configuration;

/// <summary>How people are told of what happens to their codes.</summary>
internal sealed record NoticeSettings
{
    /// <summary>Sink: one line each in the broker's log.</summary>
    public const string Log = "log";

    /// <summary>Sink: a POST to <see cref="Url"/>.</summary>
    public const string Webhook = "webhook";

    /// <summary>Where notices go; each sink has to take each.</summary>
    public IReadOnlyList<string> Sinks { get; init; } = [Log];

    /// <summary>Receiver of the webhook: https, or http on this machine; null where there is none.</summary>
    public Uri? Url { get; init; }

    /// <summary>File with the secret that the webhook is signed under.</summary>
    public string? SecretFile { get; init; }

    /// <summary>PEM file of the receiver's authority; null for the system's.</summary>
    public string? CaCertificate { get; init; }

    /// <summary>What is not done where nobody could be told.</summary>
    public NoticeDuty RequiredFor { get; init; } = NoticeDuty.Default;

    /// <summary>How long it is tried to deliver a notice.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(72);

    /// <summary>How long one try may take.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after a first failure a notice is tried again; it doubles from there.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often it is looked for identities whose delivered notices can be taken out of their documents; it is done at the second look.</summary>
    public TimeSpan ClearEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From which age on a sweep takes a notice for one that whoever wrote it did not deliver.</summary>
    public TimeSpan AdoptAfter { get; init; } = TimeSpan.FromSeconds(45);
}
