using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace BackupCodeBroker.Configuration;

/// <summary>Which signals are exported over OTLP, and where to; made by <see cref="ExportVariables"/>.</summary>
internal sealed record ExportSettings
{
    /// <summary>Nothing is.</summary>
    public static ExportSettings None { get; } = new();

    /// <summary>Spans; null where they are not exported.</summary>
    public OtlpTarget? Traces { get; init; }

    /// <summary>Metrics.</summary>
    public OtlpTarget? Metrics { get; init; }

    /// <summary>Logs, the access records among them.</summary>
    public OtlpTarget? Logs { get; init; }

    /// <summary>How counters and histograms are told.</summary>
    public MetricReaderTemporalityPreference Temporality { get; init; } = MetricReaderTemporalityPreference.Cumulative;

    /// <summary>Variables that the SDK reads by itself: samplers, resource, limits, queues, intervals.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>();

    /// <summary>Whether anything is exported.</summary>
    public bool Any => (Traces ?? Metrics ?? Logs) is not null;
}

/// <summary>Where one signal goes.</summary>
/// <param name="Endpoint">The whole URL; for HTTP the signal's path is in it.</param>
/// <param name="Protocol">gRPC or protobuf over HTTP.</param>
/// <param name="Headers">Further headers, as the variables write them; may hold a receiver's credentials.</param>
/// <param name="Timeout">How long one export may take.</param>
/// <param name="Compression">Whether bodies are compressed.</param>
internal sealed record OtlpTarget(Uri Endpoint, OtlpExportProtocol Protocol, string? Headers, TimeSpan Timeout, OtlpExportCompression Compression)
{
    /// <summary>The receiver for logs: without credentials.</summary>
    public string Shown => Endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <inheritdoc/>
    public override string ToString() => Shown;

    /// <summary>As the exporter takes it.</summary>
    public OtlpExporterOptions ToOptions() => new()
    {
        Endpoint = Endpoint,
        Protocol = Protocol,
        Headers = Headers,
        TimeoutMilliseconds = (int)Timeout.TotalMilliseconds,
        Compression = Compression,
    };
}
