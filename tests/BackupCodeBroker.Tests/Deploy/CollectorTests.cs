using System.Text.Json.Nodes;
using Xunit;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>The collector's configuration, and that what it is fed and asked fits the rest of the deployment.</summary>
public sealed class CollectorTests
{
    private static readonly JsonNode Collector = DeployFiles.Yaml("compose/otel-collector.yaml");
    private static readonly JsonNode Compose = DeployFiles.Yaml("compose.yaml");

    [Theory]
    [InlineData("receivers")]
    [InlineData("processors")]
    [InlineData("exporters")]
    public void Pipelines_name_what_is_configured_and_everything_configured_is_in_one(string kind)
    {
        var used = Pipelines().SelectMany(p => p.Value![kind]!.AsArray()).Select(n => (string)n!).Distinct().Order();
        Assert.Equal(Collector[kind]!.AsObject().Select(c => c.Key).Order(), used);
    }

    [Fact]
    public void Every_signal_has_a_pipeline_that_is_bounded_first() => Assert.All(Pipelines(), pipeline =>
    {
        Assert.Contains(pipeline.Key, (string[])["traces", "metrics", "logs"]);
        Assert.Equal("memory_limiter", (string?)pipeline.Value!["processors"]![0]);
    });

    [Fact]
    public void Brokers_send_to_its_receiver_and_others_fetch_where_it_offers()
    {
        var receiver = (string)Collector["receivers"]!["otlp"]!["protocols"]!["grpc"]!["endpoint"]!;
        Assert.Equal("http://otel-collector:" + receiver.Split(':')[1], (string?)Compose["services"]!["broker-1"]!["environment"]!["OTEL_EXPORTER_OTLP_ENDPOINT"]);

        var offered = (string)Collector["exporters"]!["prometheus"]!["endpoint"]!;
        var scrape = Assert.Single(DeployFiles.Yaml("prometheus/prometheus.yaml")["scrape_configs"]!.AsArray());
        Assert.Equal("otel-collector:" + offered.Split(':')[1], (string?)scrape!["static_configs"]![0]!["targets"]![0]);
        Assert.Equal("true", (string?)scrape["honor_labels"]);
        Assert.Equal("UnderscoreEscapingWithSuffixes", (string?)Collector["exporters"]!["prometheus"]!["translation_strategy"]);

        var jaeger = ((string)Collector["exporters"]!["otlp_grpc/jaeger"]!["endpoint"]!).Split(':')[0];
        Assert.NotNull(Compose["services"]![jaeger]);
    }

    [Fact]
    public void What_the_brokers_log_is_kept_where_the_auditor_reads_it()
    {
        var file = (string)Collector["exporters"]!["file/logs"]!["path"]!;
        Assert.Equal("true", (string?)Collector["exporters"]!["file/logs"]!["append"]);
        Assert.Equal("file/logs", (string?)Assert.Single(Collector["service"]!["pipelines"]!["logs"]!["exporters"]!.AsArray()));
        var folder = Path.GetDirectoryName(file)!;
        Assert.Contains(Compose["services"]!["otel-collector"]!["volumes"]!.AsArray(), v => (string?)v == "telemetry:" + folder);
        Assert.Contains(Compose["services"]!["auditor"]!["volumes"]!.AsArray(), v => (string?)v == $"telemetry:{folder}:ro");
        Assert.Contains(file, DeployFiles.Text("README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void Grafana_finds_what_it_is_told_to_show()
    {
        var sources = DeployFiles.Yaml("compose/grafana/provisioning/datasources/datasources.yaml")["datasources"]!.AsArray();
        Assert.All(sources, source => Assert.NotNull(Compose["services"]![new Uri((string)source!["url"]!).Host]));
        var provider = Assert.Single(DeployFiles.Yaml("compose/grafana/provisioning/dashboards/dashboards.yaml")["providers"]!.AsArray());
        var grafana = Compose["services"]!["grafana"]!;
        Assert.Contains(grafana["volumes"]!.AsArray(), v => (string?)v == $"./grafana:{provider!["options"]!["path"]}:ro");
        var home = (string)grafana["environment"]!["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]!;
        Assert.True(File.Exists(DeployFiles.PathOf("grafana/" + Path.GetFileName(home))));
    }

    private static JsonObject Pipelines() => Collector["service"]!["pipelines"]!.AsObject();
}
