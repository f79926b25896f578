using System.Globalization;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace BackupCodeBroker.Configuration;

/// <summary>
/// Reads the standard variables of OpenTelemetry that say what is exported and where to. A signal is exported where its <c>OTEL_*_EXPORTER</c> says
/// <c>otlp</c>, or says nothing and an endpoint is named for it. What is not understood is an error told at start: telemetry that silently goes nowhere
/// is missed when it is needed. Samplers, resource, limits, queues and intervals are the SDK's own to read, and are looked at here before it does.
/// </summary>
internal sealed class ExportVariables
{
    private const string Otlp = "OTEL_EXPORTER_OTLP_";

    private static readonly string[] OfTheSdk =
    [
        "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG", "OTEL_METRICS_EXEMPLAR_FILTER",
        "OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT", "OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
        "OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BLRP_EXPORT_TIMEOUT", "OTEL_BLRP_MAX_QUEUE_SIZE", "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
        "OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRIC_EXPORT_TIMEOUT",
        "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
        "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
    ];

    private static readonly string[] Samplers =
        ["always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"];

    // The exporter knows them for all signals only.
    private static readonly string[] FilesOfAll = ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"];

    private readonly Func<string, string?> _variable;
    private readonly ICollection<string> _errors;

    private ExportVariables(Func<string, string?> variable, ICollection<string> errors) => (_variable, _errors) = (variable, errors);

    /// <summary>What the variables say.</summary>
    public static ExportSettings Read(Func<string, string?> variable, ICollection<string> errors)
    {
        var reader = new ExportVariables(variable, errors);
        if (reader.OneOf("OTEL_SDK_DISABLED", "false", "true") == "true")
        {
            return ExportSettings.None;
        }

        reader.CheckSampler();
        reader.OneOf("OTEL_METRICS_EXEMPLAR_FILTER", "", "always_on", "always_off", "trace_based");
        reader.CheckPairs("OTEL_RESOURCE_ATTRIBUTES", ExportPairs.Understood);
        foreach (var fault in ExportFiles.Faults(reader.Text).Concat(ExportNumbers.Faults(reader.Text)))
        {
            reader.Say(fault);
        }

        return new ExportSettings
        {
            Traces = reader.Signal("TRACES", "v1/traces"),
            Metrics = reader.Signal("METRICS", "v1/metrics"),
            Logs = reader.Signal("LOGS", "v1/logs"),
            Temporality = reader.OneOf(Otlp + "METRICS_TEMPORALITY_PREFERENCE", "cumulative", "delta", "lowmemory") switch
            {
                "delta" => MetricReaderTemporalityPreference.Delta,
                "lowmemory" => MetricReaderTemporalityPreference.LowMemory,
                _ => MetricReaderTemporalityPreference.Cumulative,
            },
            Variables = OfTheSdk.Where(v => reader.Text(v) is not null).ToDictionary(v => v, reader.Text),
        };
    }

    private OtlpTarget? Signal(string signal, string path)
    {
        var exporter = OneOf($"OTEL_{signal}_EXPORTER", "", "otlp", "none");
        var named = Text($"{Otlp}{signal}_ENDPOINT") ?? Text(Otlp + "ENDPOINT");
        if (exporter == "none" || exporter.Length == 0 && named is null)
        {
            return null;
        }

        foreach (var what in FilesOfAll.Where(w => Text($"{Otlp}{signal}_{w}") is not null))
        {
            Say($"{Otlp}{signal}_{what} is not supported: {Otlp}{what} holds for all signals");
        }

        var protocol = Of(signal, "PROTOCOL", "grpc", "http/protobuf") == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        return new OtlpTarget(
            Endpoint(signal, path, protocol),
            protocol,
            CheckPairs(Name(signal, "HEADERS"), ExportPairs.UnderstoodAsHeaders),
            Timeout(signal),
            Of(signal, "COMPRESSION", "none", "gzip") == "gzip" ? OtlpExportCompression.GZip : OtlpExportCompression.None);
    }

    // A signal's own endpoint is taken as it is; below the common one each signal has its path, over HTTP.
    private Uri Endpoint(string signal, string path, OtlpExportProtocol protocol)
    {
        var own = $"{Otlp}{signal}_ENDPOINT";
        var name = Text(own) is null ? Otlp + "ENDPOINT" : own;
        var grpc = protocol == OtlpExportProtocol.Grpc;
        var text = Text(name) ?? (grpc ? "http://localhost:4317" : "http://localhost:4318");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            Say(name + " is not a URL such as http://127.0.0.1:4317");
            return new Uri("http://localhost:4317");
        }

        return grpc || name == own ? url : new Uri(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/" + path);
    }

    private TimeSpan Timeout(string signal)
    {
        var name = Name(signal, "TIMEOUT");
        if (ExportNumbers.Number(Text(name), 10_000) is { } milliseconds)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        Say(name + " must be a number of milliseconds");
        return TimeSpan.FromSeconds(10);
    }

    private string? CheckPairs(string name, Func<string, bool> understood)
    {
        var text = Text(name);
        if (text is not null && !understood(text))
        {
            Say(name + " must be a list such as name=value,name=value");
        }

        return text;
    }

    private void CheckSampler()
    {
        var sampler = OneOf("OTEL_TRACES_SAMPLER", ["", .. Samplers]);
        if (sampler.EndsWith("traceidratio", StringComparison.Ordinal)
            && !(double.TryParse(Text("OTEL_TRACES_SAMPLER_ARG") ?? "1", NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1))
        {
            Say("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1");
        }
    }

    private string Of(string signal, string what, params string[] known) => OneOf(Name(signal, what), known);

    // A signal's own variable wins over the common one.
    private string Name(string signal, string what) => Text($"{Otlp}{signal}_{what}") is null ? Otlp + what : $"{Otlp}{signal}_{what}";

    // The first is what is meant where nothing is said.
    private string OneOf(string name, params string[] known)
    {
        var text = Text(name)?.ToLowerInvariant() ?? known[0];
        if (known.Contains(text))
        {
            return text;
        }

        Say($"{name} must be {string.Join(" or ", known.Where(k => k.Length > 0))}");
        return known[0];
    }

    // Signals share variables, and what is wrong with one is said once.
    private void Say(string error)
    {
        if (!_errors.Contains(error))
        {
            _errors.Add(error);
        }
    }

    private string? Text(string name) => _variable(name)?.Trim() is { Length: > 0 } text ? text : null;
}
