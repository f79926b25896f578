using System.Diagnostics.Metrics;
using Xunit;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>The two tools that alerts and dashboard are checked with.</summary>
public sealed class PrometheusNamesTests
{
    [Theory]
    [InlineData("bcb.operations", null, nameof(InstrumentKind.Counter), "bcb_operations_total")]
    [InlineData("bcb.vault.retries", "{retry}", nameof(InstrumentKind.Counter), "bcb_vault_retries_total")]
    [InlineData("a.total.b", "", nameof(InstrumentKind.Counter), "a_b_total")]
    [InlineData("bcb.operation.duration", "s", nameof(InstrumentKind.Histogram), "bcb_operation_duration_seconds_bucket,bcb_operation_duration_seconds_sum,bcb_operation_duration_seconds_count")]
    [InlineData("a.seconds.spent", "s", nameof(InstrumentKind.Counter), "a_seconds_spent_total")]
    [InlineData("bcb.ready", null, nameof(InstrumentKind.Gauge), "bcb_ready")]
    [InlineData("queue.use", "1", nameof(InstrumentKind.Gauge), "queue_use_ratio")]
    [InlineData("queue.use", "1", nameof(InstrumentKind.UpDownCounter), "queue_use")]
    [InlineData("memory", "By", nameof(InstrumentKind.UpDownCounter), "memory_bytes")]
    public void A_name_is_translated(string instrument, string? unit, string kind, string series) =>
        Assert.Equal(series.Split(','), PrometheusNames.Of(instrument, unit, Enum.Parse<InstrumentKind>(kind)).Select(s => s.Series));

    [Fact]
    public void A_kind_is_told_by_the_instrument()
    {
        using var meter = new Meter("PrometheusNamesTests");
        Assert.Equal(InstrumentKind.Counter, PrometheusNames.Kind(meter.CreateCounter<long>("a")));
        Assert.Equal(InstrumentKind.Counter, PrometheusNames.Kind(meter.CreateObservableCounter("b", () => 1)));
        Assert.Equal(InstrumentKind.Gauge, PrometheusNames.Kind(meter.CreateObservableGauge("c", () => 1)));
        Assert.Equal(InstrumentKind.UpDownCounter, PrometheusNames.Kind(meter.CreateUpDownCounter<int>("d")));
        Assert.Equal(InstrumentKind.Histogram, PrometheusNames.Kind(meter.CreateHistogram<double>("e")));
    }

    [Theory]
    [InlineData("""sum by (a, b) (rate(x_total{c="d}", e=~"f|g"}[5m])) > 0.05 and on() y == 1""", "x_total{c,e} y{}", "a b")]
    [InlineData("histogram_quantile(0.95, sum by (le) (rate(h_bucket[$__rate_interval])))", "h_bucket{}", "le")]
    [InlineData("(x) / (y offset 15m) or vector(0)", "x{} y{}", "")]
    [InlineData("a * on (job, instance) group_left (version) target_info", "a{} target_info{}", "job instance version")]
    [InlineData("sum(x) without (i)", "x{}", "i")]
    [InlineData("""absent(x{job="j"})""", "x{job}", "")]
    public void An_expression_tells_what_it_names(string expression, string series, string grouping)
    {
        var read = PromQl.Read(expression);
        Assert.Equal(series, string.Join(' ', read.Selectors.Select(s => $"{s.Series}{{{string.Join(',', s.Matchers.Select(m => m.Label))}}}")));
        Assert.Equal(grouping, string.Join(' ', read.Grouping));
    }
}
