using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace BackupCodeBroker.Telemetry.Export;

/// <summary>Exports metrics and says what came of it. A failed export loses nothing for good: the next one tells the sums again.</summary>
internal sealed class CountedMetricExporter(OtlpExporterOptions options, string receiver, TelemetryLoss loss) : OtlpMetricExporter(options)
{
    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> metrics)
    {
        var result = base.Export(metrics);
        if (result == ExportResult.Success)
        {
            loss.Worked(Sink.Metrics);
        }
        else
        {
            loss.Failed(Sink.Metrics, receiver + " does not take it");
        }

        return result;
    }
}
