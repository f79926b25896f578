using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Tests.Telemetry;

/// <summary>A count of lost telemetry, and what it came to: counters by sink and cause, and the lines that people read.</summary>
internal sealed class LossWatch : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly ServiceProvider _services;
    private readonly MeterListener _listener = new();

    public LossWatch()
    {
        _services = new ServiceCollection().AddMetrics().AddLogging(l => l.AddProvider(this)).BuildServiceProvider();
        var meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var key = string.Join(' ', tags.ToArray().Select(t => t.Value).Prepend(instrument.Name));
            _counts.AddOrUpdate(key, value, (_, before) => instrument.IsObservable ? value : before + value);
        });
        _listener.Start();
        Loss = new TelemetryLoss(meters, _services.GetRequiredService<ILoggerFactory>);
    }

    public TelemetryLoss Loss { get; }

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>What a counter has come to, with these labels.</summary>
    public long Count(string name, params string[] labels)
    {
        _listener.RecordObservableInstruments();
        return _counts.GetValueOrDefault(string.Join(' ', labels.Prepend(name)));
    }

    public ILogger CreateLogger(string categoryName) => new Lined(_lines);

    public void Dispose()
    {
        _listener.Dispose();
        Loss.Dispose();
        _services.Dispose();
    }

    private sealed class Lined(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}
