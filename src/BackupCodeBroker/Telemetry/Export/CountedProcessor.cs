using System.Diagnostics;
using OpenTelemetry;

namespace BackupCodeBroker.Telemetry.Export;

/// <summary>
/// Hands items to a batching processor of the SDK and knows what becomes of each. The SDK drops what its queue does not hold without telling anybody
/// who could count it; so no more items are let in than its queue has room for, and an item counts as inside until its export is over. Nobody waits here.
/// <para>The exporter is this processor's own in the eyes of the SDK, which so tells it the resource; it is used through <see cref="CountedExporter{T}"/>.</para>
/// </summary>
internal sealed class CountedProcessor<T> : BaseExportProcessor<T>
    where T : class
{
    private readonly BaseProcessor<T> _batches;
    private readonly TelemetryLoss _loss;
    private readonly ExportRest _rest;
    private readonly Sink _sink;
    private readonly int _room;
    private int _inside;
    private volatile bool _stopped;

    /// <summary>A processor.</summary>
    /// <param name="exporter">Delivers batches.</param>
    /// <param name="batching">Makes the batching processor around an exporter.</param>
    /// <param name="room">Items that its queue holds.</param>
    /// <param name="sink">Where they go.</param>
    /// <param name="receiver">Who receives them, for the log.</param>
    /// <param name="loss">Counts what is dropped.</param>
    /// <param name="time">Times the rests after failed exports.</param>
    public CountedProcessor(
        BaseExporter<T> exporter, Func<BaseExporter<T>, BaseProcessor<T>> batching, int room, Sink sink, string receiver, TelemetryLoss loss, TimeProvider time)
        : base(exporter)
    {
        (_room, _sink, _loss, _rest) = (room, sink, loss, new ExportRest(time));
        _batches = batching(new CountedExporter<T>(exporter, sink, receiver, loss, _rest, items => Interlocked.Add(ref _inside, -items)));
        loss.Watch(sink, () => Volatile.Read(ref _inside));
    }

    /// <inheritdoc/>
    protected override void OnExport(T data)
    {
        if (data is Activity { Recorded: false })
        {
            return;
        }

        if (_stopped)
        {
            _loss.GaveUp(_sink, 1, LossCause.Shutdown);
        }
        else if (Interlocked.Increment(ref _inside) > _room)
        {
            Interlocked.Decrement(ref _inside);
            _loss.Overflowed(_sink);
        }
        else
        {
            _batches.OnEnd(data);
        }
    }

    /// <inheritdoc/>
    protected override bool OnForceFlush(int timeoutMilliseconds)
    {
        _rest.Hurry();
        try
        {
            return _batches.ForceFlush(timeoutMilliseconds);
        }
        finally
        {
            _rest.Calm();
        }
    }

    /// <inheritdoc/>
    protected override bool OnShutdown(int timeoutMilliseconds)
    {
        _stopped = true;
        _rest.Hurry();
        var delivered = _batches.Shutdown(timeoutMilliseconds);
        _loss.LeftBehind(_sink, Volatile.Read(ref _inside));
        return delivered;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _batches.Dispose();
        }

        base.Dispose(disposing);
    }
}
