using System.Globalization;
using BackupCodeBroker.IntegrationTests.Telemetry.OtlpProtocol;
using Google.Protobuf;
using Xunit.Sdk;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>What a receiver holds, flat: one entry for each span, log record and data point, with its resource and scope.</summary>
internal sealed class OtlpReceived(IReadOnlyList<OtlpPayload> payloads)
{
    /// <summary>Spans, in the order of their arrival.</summary>
    public IReadOnlyList<OtlpSpan> Spans { get; } =
    [
        .. from payload in payloads
           where payload.Traces is not null
           from resource in payload.Traces!.ResourceSpans
           from scope in resource.ScopeSpans
           from span in scope.Spans
           select new OtlpSpan(OtlpValues.Of(resource.Resource.Attributes), scope.Scope.Name, span),
    ];

    /// <summary>Log records, in the order of their arrival.</summary>
    public IReadOnlyList<OtlpLog> Logs { get; } =
    [
        .. from payload in payloads
           where payload.Logs is not null
           from resource in payload.Logs!.ResourceLogs
           from scope in resource.ScopeLogs
           from record in scope.LogRecords
           select new OtlpLog(OtlpValues.Of(resource.Resource.Attributes), scope.Scope.Name, record),
    ];

    /// <summary>Metrics, in the order of their arrival: each export has the whole of them again.</summary>
    public IReadOnlyList<OtlpMetric> Metrics { get; } =
    [
        .. from payload in payloads
           where payload.Metrics is not null
           from resource in payload.Metrics!.ResourceMetrics
           from scope in resource.ScopeMetrics
           from metric in scope.Metrics
           select new OtlpMetric(OtlpValues.Of(resource.Resource.Attributes), scope.Scope.Name, metric),
    ];

    /// <summary>The access records among the logs.</summary>
    public IEnumerable<OtlpLog> Access => Logs.Where(l => l.Event == "bcb.access");

    /// <summary>The newest value of a counter with exactly these attributes; 0 where it never arrived.</summary>
    public long Counter(string name, params (string Key, string Value)[] attributes) => Metrics
        .Where(m => m.Name == name && m.Metric.DataCase == Metric.DataOneofCase.Sum)
        .SelectMany(m => m.Metric.Sum.DataPoints)
        .LastOrDefault(p => OtlpValues.Of(p.Attributes).Select(a => (a.Key, a.Value.ToString()!)).Order().SequenceEqual(attributes.Order()))?.AsInt ?? 0;

    /// <summary>The newest points of a counter.</summary>
    public IReadOnlyList<(IReadOnlyDictionary<string, object> Attributes, long Value)> Counters(string name) =>
    [
        .. Metrics.LastOrDefault(m => m.Name == name)?.Metric.Sum.DataPoints.Select(p => (OtlpValues.Of(p.Attributes), p.AsInt)) ?? [],
    ];

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{payloads.Count} payloads, {Spans.Count} spans, {Logs.Count} log records, {Metrics.Count} metrics, dropped: {string.Join(", ", Counters("bcb.telemetry.dropped").Select(c => string.Join('/', c.Attributes.Values) + " " + c.Value))}");
}

/// <summary>One request to a receiver.</summary>
internal sealed record OtlpPayload(string Path, byte[] Bytes, bool Accepted, bool Grpc, bool Packed)
{
    public ExportTraceServiceRequest? Traces { get; private init; }

    public ExportMetricsServiceRequest? Metrics { get; private init; }

    public ExportLogsServiceRequest? Logs { get; private init; }

    /// <summary>Whether nothing came that the published definitions do not have, at any depth.</summary>
    public bool Known { get; private init; }

    public static OtlpPayload Of(string path, byte[] bytes, bool accepted, bool grpc, bool packed)
    {
        var payload = new OtlpPayload(path, bytes, accepted, grpc, packed);
        return path switch
        {
            "/v1/traces" or "/opentelemetry.proto.collector.trace.v1.TraceService/Export" =>
                payload with { Traces = ExportTraceServiceRequest.Parser.ParseFrom(bytes), Known = IsKnown(ExportTraceServiceRequest.Parser, bytes) },
            "/v1/metrics" or "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" =>
                payload with { Metrics = ExportMetricsServiceRequest.Parser.ParseFrom(bytes), Known = IsKnown(ExportMetricsServiceRequest.Parser, bytes) },
            "/v1/logs" or "/opentelemetry.proto.collector.logs.v1.LogsService/Export" =>
                payload with { Logs = ExportLogsServiceRequest.Parser.ParseFrom(bytes), Known = IsKnown(ExportLogsServiceRequest.Parser, bytes) },
            _ => payload,
        };
    }

    // Fields without a definition are kept by one reading and left out by the other, at every depth.
    private static bool IsKnown<T>(MessageParser<T> parser, byte[] bytes)
        where T : IMessage<T> => parser.ParseFrom(bytes).CalculateSize() == parser.WithDiscardUnknownFields(true).ParseFrom(bytes).CalculateSize();
}

/// <summary>A span.</summary>
internal sealed record OtlpSpan(IReadOnlyDictionary<string, object> Resource, string Scope, Span Span)
{
    public string Name => Span.Name;

    public string TraceId => OtlpValues.Hex(Span.TraceId);

    public string SpanId => OtlpValues.Hex(Span.SpanId);

    public string ParentId => OtlpValues.Hex(Span.ParentSpanId);

    public IReadOnlyDictionary<string, object> Attributes { get; } = OtlpValues.Of(Span.Attributes);

    public object? this[string attribute] => Attributes.GetValueOrDefault(attribute);
}

/// <summary>A log record.</summary>
internal sealed record OtlpLog(IReadOnlyDictionary<string, object> Resource, string Scope, LogRecord Record)
{
    public string Event => Record.EventName;

    public string TraceId => OtlpValues.Hex(Record.TraceId);

    public string SpanId => OtlpValues.Hex(Record.SpanId);

    public IReadOnlyDictionary<string, object> Attributes { get; } = OtlpValues.Of(Record.Attributes);

    public object? this[string attribute] => Attributes.GetValueOrDefault(attribute);
}

/// <summary>A metric of one export.</summary>
internal sealed record OtlpMetric(IReadOnlyDictionary<string, object> Resource, string Scope, Metric Metric)
{
    public string Name => Metric.Name;

    /// <summary>Attributes of its points, and what exemplars keep beside them.</summary>
    public IEnumerable<IReadOnlyDictionary<string, object>> Attributes => Metric.DataCase switch
    {
        Metric.DataOneofCase.Sum => Metric.Sum.DataPoints.Select(p => OtlpValues.Of(p.Attributes)),
        Metric.DataOneofCase.Gauge => Metric.Gauge.DataPoints.Select(p => OtlpValues.Of(p.Attributes)),
        Metric.DataOneofCase.Histogram => Metric.Histogram.DataPoints.Select(p => OtlpValues.Of(p.Attributes)),
        Metric.DataOneofCase.ExponentialHistogram => Metric.ExponentialHistogram.DataPoints.Select(p => OtlpValues.Of(p.Attributes)),
        _ => [],
    };

    /// <summary>Exemplars of its points.</summary>
    public IEnumerable<Exemplar> Exemplars => Metric.DataCase switch
    {
        Metric.DataOneofCase.Sum => Metric.Sum.DataPoints.SelectMany(p => p.Exemplars),
        Metric.DataOneofCase.Gauge => Metric.Gauge.DataPoints.SelectMany(p => p.Exemplars),
        Metric.DataOneofCase.Histogram => Metric.Histogram.DataPoints.SelectMany(p => p.Exemplars),
        _ => [],
    };
}

/// <summary>The protocol's values as plain ones.</summary>
internal static class OtlpValues
{
    /// <summary>The value of an attribute that came without one. The broker leaves such out; the platform's own log entries have some.</summary>
    public static readonly object None = new();

    /// <summary>Attributes by key: string, bool, long, double, or a list of strings. A key that comes twice is an error.</summary>
    public static IReadOnlyDictionary<string, object> Of(IEnumerable<KeyValue> attributes) => attributes.ToDictionary(a => a.Key, a => Plain(a.Value));

    public static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);

    private static object Plain(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue,
        AnyValue.ValueOneofCase.IntValue => value.IntValue,
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue,
        AnyValue.ValueOneofCase.ArrayValue => value.ArrayValue.Values.Select(v => v.StringValue).ToList(),
        AnyValue.ValueOneofCase.None => None,
        _ => throw new XunitException($"an attribute with a value that the broker never sends: {value}"),
    };
}
