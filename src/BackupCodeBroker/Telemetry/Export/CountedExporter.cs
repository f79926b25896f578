using OpenTelemetry;

namespace BackupCodeBroker.Telemetry.Export;

/// <summary>Delivers batches through another exporter, and says what came of each.</summary>
/// <param name="exporter">Delivers; whoever made it disposes of it.</param>
/// <param name="sink">Where batches go.</param>
/// <param name="receiver">Who receives them, for the log.</param>
/// <param name="loss">Counts what is dropped.</param>
/// <param name="rest">What a failure costs the next export.</param>
/// <param name="over">Told of the size of each batch whose export is over, one way or the other.</param>
internal sealed class CountedExporter<T>(BaseExporter<T> exporter, Sink sink, string receiver, TelemetryLoss loss, ExportRest rest, Action<int> over) : BaseExporter<T>
    where T : class
{
    /// <inheritdoc/>
    public override ExportResult Export(in Batch<T> batch)
    {
        rest.Take();
        var items = (int)batch.Count;
        var result = ExportResult.Failure;
        try
        {
            result = exporter.Export(batch);
        }
        finally
        {
            // An exporter that gave up before it looked leaves them in the queue, which would then hold less than is let in.
            foreach (var _ in batch)
            {
            }

            over(items);
            if (result == ExportResult.Success)
            {
                rest.Worked();
                loss.Worked(sink);
            }
            else
            {
                rest.Failed();
                loss.GaveUp(sink, items, LossCause.ExportFailed);
                loss.Failed(sink, receiver + " does not take it");
            }
        }

        return result;
    }

    /// <inheritdoc/>
    protected override bool OnForceFlush(int timeoutMilliseconds) => exporter.ForceFlush(timeoutMilliseconds);

    /// <inheritdoc/>
    protected override bool OnShutdown(int timeoutMilliseconds) => exporter.Shutdown(timeoutMilliseconds);
}
