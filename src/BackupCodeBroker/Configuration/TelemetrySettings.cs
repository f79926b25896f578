using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Configuration;

/// <summary>What leaves the broker about what it did, and under which names.</summary>
internal sealed record TelemetrySettings
{
    /// <summary>File that access records are appended to; null for none.</summary>
    public string? AccessFile { get; init; }

    /// <summary>What identities are called in spans and logs.</summary>
    public Pseudonyms Pseudonyms { get; init; } = Pseudonyms.None;

    /// <summary>What is exported over OTLP.</summary>
    public ExportSettings Export { get; init; } = ExportSettings.None;
}
