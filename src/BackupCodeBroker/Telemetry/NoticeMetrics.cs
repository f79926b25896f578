using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace BackupCodeBroker.Telemetry;

/// <summary>Metrics of notices. Labels are bounded: sinks and causes, never a kind of notice with a name in it.</summary>
internal sealed class NoticeMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _dead;
    private readonly ConcurrentDictionary<string, bool> _down = new();
    private long _inHand;

    public NoticeMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(TelemetryNames.Source);
        _delivered = _meter.CreateCounter<long>(TelemetryNames.NoticesDelivered, "{notice}", "Notices that a sink took.");
        _failed = _meter.CreateCounter<long>(TelemetryNames.NoticesFailed, "{try}", "Tries that a sink did not take.");
        _dead = _meter.CreateCounter<long>(TelemetryNames.NoticesDead, "{notice}", "Notices that were given up.");
        _meter.CreateObservableGauge(TelemetryNames.NoticesQueue, () => Interlocked.Read(ref _inHand), "{notice}", "Notices that this replica has in hand.");
        _meter.CreateObservableGauge(
            TelemetryNames.NoticesSinkDown, () => _down.Select(d => new Measurement<int>(d.Value ? 1 : 0, Sink(d.Key))), description: "Sinks that take nothing.");
    }

    /// <summary>A sink took one.</summary>
    public void Delivered(string sink) => _delivered.Add(1, Sink(sink));

    /// <summary>A sink did not.</summary>
    public void Failed(string sink, string cause) => _failed.Add(1, Sink(sink), new KeyValuePair<string, object?>(TelemetryNames.NoticeFailure, cause));

    /// <summary>Some were given up.</summary>
    public void Dead(int count) => _dead.Add(count);

    /// <summary>More, or fewer, are in hand.</summary>
    public void InHand(int change) => Interlocked.Add(ref _inHand, change);

    /// <summary>A sink stands so.</summary>
    public void SinkIsDown(string sink, bool isDown) => _down[sink] = isDown;

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Sink(string name) => new(TelemetryNames.NoticeSink, name);
}
