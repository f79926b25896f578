using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>Hears the counters of one broker.</summary>
internal sealed class MetricWatch : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, string Tags, long Value)> _counts = new();

    public MetricWatch(RunningBroker broker)
    {
        var factory = broker.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _counts.Enqueue((instrument.Name, string.Join(' ', tags.ToArray().Select(t => t.Value)), value)));
        _listener.Start();
    }

    /// <summary>What a counter has come to, with these tags in their order.</summary>
    public long Count(string name, string tags) => _counts.Where(c => c.Name == name && c.Tags == tags).Sum(c => c.Value);

    public void Dispose() => _listener.Dispose();
}
