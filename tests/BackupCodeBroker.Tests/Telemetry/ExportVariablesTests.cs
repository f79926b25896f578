using BackupCodeBroker.Configuration;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using Xunit;

namespace BackupCodeBroker.Tests.Telemetry;

/// <summary>The standard variables decide what is exported and where to; what is not understood is an error.</summary>
public sealed class ExportVariablesTests
{
    [Theory]
    [InlineData("", "", "", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", "http://c:4317/", "http://c:4317/", "http://c:4317/")]
    [InlineData(
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        "http://c:4318/v1/traces", "http://c:4318/v1/metrics", "http://c:4318/v1/logs")]
    [InlineData(
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://c/base/ OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        "http://c/base/v1/traces", "http://c/base/v1/metrics", "http://c/base/v1/logs")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://t", "https://t/", "", "")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://l/own OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf", "", "", "http://l/own")]
    [InlineData("OTEL_METRICS_EXPORTER=otlp", "", "http://localhost:4317/", "")]
    [InlineData("OTEL_METRICS_EXPORTER=OTLP OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/protobuf", "", "http://localhost:4318/v1/metrics", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_TRACES_EXPORTER=none OTEL_LOGS_EXPORTER=none", "", "http://c:4317/", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_SDK_DISABLED=true", "", "", "")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_SDK_DISABLED=false OTEL_METRICS_EXPORTER=none", "http://c:4317/", "", "http://c:4317/")]
    public void Each_signal_goes_where_they_say(string variables, string traces, string metrics, string logs)
    {
        var (settings, errors) = Read(variables);
        Assert.Empty(errors);
        Assert.Equal((traces, metrics, logs), (Of(settings.Traces), Of(settings.Metrics), Of(settings.Logs)));
        Assert.Equal(traces.Length + metrics.Length + logs.Length > 0, settings.Any);
    }

    [Fact]
    public void A_signals_own_variables_win()
    {
        var (settings, errors) = Read(
            "OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317 OTEL_EXPORTER_OTLP_HEADERS=k=v OTEL_EXPORTER_OTLP_LOGS_HEADERS=l=w OTEL_EXPORTER_OTLP_TIMEOUT=500 "
            + "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT=700 OTEL_EXPORTER_OTLP_COMPRESSION=gzip OTEL_EXPORTER_OTLP_LOGS_COMPRESSION=none "
            + "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=http/protobuf");
        Assert.Empty(errors);
        Assert.Equal(
            new OtlpTarget(new Uri("http://c:4317"), OtlpExportProtocol.Grpc, "k=v", TimeSpan.FromMilliseconds(500), OtlpExportCompression.GZip), settings.Traces);
        Assert.Equal(
            new OtlpTarget(new Uri("http://c:4317/v1/logs"), OtlpExportProtocol.HttpProtobuf, "l=w", TimeSpan.FromMilliseconds(700), OtlpExportCompression.None), settings.Logs);
        Assert.Equal(MetricReaderTemporalityPreference.Delta, settings.Temporality);
    }

    [Fact]
    public void What_the_SDK_reads_by_itself_is_handed_to_it()
    {
        var (settings, _) = Read("OTEL_TRACES_EXPORTER=otlp OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=0.25 OTEL_SERVICE_NAME=s OTEL_BSP_MAX_QUEUE_SIZE=7");
        Assert.Equal(
            ["OTEL_BSP_MAX_QUEUE_SIZE=7", "OTEL_SERVICE_NAME=s", "OTEL_TRACES_SAMPLER=traceidratio", "OTEL_TRACES_SAMPLER_ARG=0.25"],
            settings.Variables.Select(v => $"{v.Key}={v.Value}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("OTEL_TRACES_EXPORTER=zipkin", "OTEL_TRACES_EXPORTER must be otlp or none")]
    [InlineData("OTEL_METRICS_EXPORTER=otlp,console", "OTEL_METRICS_EXPORTER must be otlp or none")]
    [InlineData("OTEL_LOGS_EXPORTER=otlp OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_PROTOCOL must be grpc or http/protobuf")]
    [InlineData("OTEL_LOGS_EXPORTER=otlp OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=x", "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL must be grpc or http/protobuf")]
    [InlineData("OTEL_LOGS_EXPORTER=otlp OTEL_EXPORTER_OTLP_COMPRESSION=zstd", "OTEL_EXPORTER_OTLP_COMPRESSION must be none or gzip")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=collector:4317", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT is not a URL such as http://127.0.0.1:4317")]
    [InlineData("OTEL_LOGS_EXPORTER=otlp OTEL_EXPORTER_OTLP_TIMEOUT=1s", "OTEL_EXPORTER_OTLP_TIMEOUT must be a number of milliseconds")]
    [InlineData("OTEL_TRACES_SAMPLER=jaeger_remote", "OTEL_TRACES_SAMPLER must be always_on or always_off or traceidratio or parentbased_always_on or parentbased_always_off or parentbased_traceidratio")]
    [InlineData("OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=2", "OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1")]
    [InlineData("OTEL_SDK_DISABLED=yes", "OTEL_SDK_DISABLED must be false or true")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_EXPORTER_OTLP_TIMEOUT=0", "OTEL_EXPORTER_OTLP_TIMEOUT must be a number of milliseconds")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_EXPORTER_OTLP_HEADERS=canary", "OTEL_EXPORTER_OTLP_HEADERS must be a list such as name=value,name=value")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_EXPORTER_OTLP_HEADERS==canary", "OTEL_EXPORTER_OTLP_HEADERS must be a list such as name=value,name=value")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_EXPORTER_OTLP_HEADERS=k=can%0dary", "OTEL_EXPORTER_OTLP_HEADERS must be a list such as name=value,name=value")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_EXPORTER_OTLP_HEADERS=k%20k=canary", "OTEL_EXPORTER_OTLP_HEADERS must be a list such as name=value,name=value")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_EXPORTER_OTLP_LOGS_HEADERS=a=b,,c=d", "OTEL_EXPORTER_OTLP_LOGS_HEADERS must be a list such as name=value,name=value")]
    [InlineData("OTEL_EXPORTER_OTLP_CERTIFICATE=/nope", "OTEL_EXPORTER_OTLP_CERTIFICATE must name a readable file with a PEM certificate")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_EXPORTER_OTLP_CERTIFICATE=/etc/passwd", "OTEL_EXPORTER_OTLP_CERTIFICATE must name a readable file with a PEM certificate")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE=x", "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE is not supported: OTEL_EXPORTER_OTLP_CERTIFICATE holds for all signals")]
    [InlineData("OTEL_EXPORTER_OTLP_CLIENT_KEY=/nope", "OTEL_EXPORTER_OTLP_CLIENT_KEY needs OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE")]
    [InlineData("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=/nope OTEL_EXPORTER_OTLP_CLIENT_KEY=/nope", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE must name a readable file with a PEM certificate")]
    [InlineData("OTEL_METRIC_EXPORT_INTERVAL=0", "OTEL_METRIC_EXPORT_INTERVAL must be a number of milliseconds from 1 to 2147483647")]
    [InlineData("OTEL_METRIC_EXPORT_INTERVAL=99999999999", "OTEL_METRIC_EXPORT_INTERVAL must be a number of milliseconds from 1 to 2147483647")]
    [InlineData("OTEL_BSP_SCHEDULE_DELAY=1s", "OTEL_BSP_SCHEDULE_DELAY must be a number of milliseconds from 1 to 2147483647")]
    [InlineData("OTEL_BSP_MAX_QUEUE_SIZE=-1", "OTEL_BSP_MAX_QUEUE_SIZE must be a number from 1 to 2147483647")]
    [InlineData("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE=0", "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE must be a number from 1 to 2147483647")]
    [InlineData("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE=9 OTEL_BLRP_MAX_QUEUE_SIZE=8", "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE (9) must not be above OTEL_BLRP_MAX_QUEUE_SIZE (8)")]
    [InlineData("OTEL_BSP_MAX_EXPORT_BATCH_SIZE=2049", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE (2049) must not be above OTEL_BSP_MAX_QUEUE_SIZE (2048)")]
    [InlineData("OTEL_METRICS_EXEMPLAR_FILTER=bah", "OTEL_METRICS_EXEMPLAR_FILTER must be always_on or always_off or trace_based")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES=foo", "OTEL_RESOURCE_ATTRIBUTES must be a list such as name=value,name=value")]
    public void What_is_not_understood_is_said(string variables, string error) => Assert.Equal([error], Read(variables).Errors);

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS=authorization=Basic%20YQ==,k=v,")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES=a=b=c,d=")]
    [InlineData("OTEL_BSP_MAX_QUEUE_SIZE=7 OTEL_BLRP_MAX_EXPORT_BATCH_SIZE=2048 OTEL_METRIC_EXPORT_INTERVAL=2147483647")]
    [InlineData("OTEL_METRICS_EXEMPLAR_FILTER=always_off")]
    [InlineData("OTEL_SDK_DISABLED=true OTEL_EXPORTER_OTLP_CERTIFICATE=/nope")]
    public void What_is_understood_is_taken(string variables) => Assert.Empty(Read("OTEL_EXPORTER_OTLP_ENDPOINT=http://c " + variables).Errors);

    [Fact]
    public void A_receivers_credentials_are_not_shown()
    {
        var (settings, _) = Read("OTEL_EXPORTER_OTLP_ENDPOINT=https://user:canary@c:4317 OTEL_EXPORTER_OTLP_HEADERS=authorization=canary");
        Assert.DoesNotContain("canary", settings.ToString(), StringComparison.Ordinal);
        Assert.Equal("https://c:4317/", settings.Traces!.Shown);
    }

    private static string Of(OtlpTarget? target) => target?.Endpoint.ToString() ?? "";

    private static (ExportSettings Settings, List<string> Errors) Read(string variables)
    {
        var given = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        var errors = new List<string>();
        return (ExportVariables.Read(given.GetValueOrDefault, errors), errors);
    }
}
