using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupCodeBroker.Telemetry;

/// <summary>Where telemetry goes.</summary>
internal enum Sink
{
    /// <summary>Spans over OTLP.</summary>
    Traces,

    /// <summary>Metrics over OTLP.</summary>
    Metrics,

    /// <summary>Logs over OTLP.</summary>
    Logs,

    /// <summary>The access file.</summary>
    AccessFile,
}

/// <summary>Why something was not delivered.</summary>
internal enum LossCause
{
    /// <summary>More was made than the sink took.</summary>
    QueueFull,

    /// <summary>The receiver did not take it.</summary>
    ExportFailed,

    /// <summary>The process ended.</summary>
    Shutdown,
}

/// <summary>
/// Telemetry that could not be delivered: counted one by one, and told in the log once when an outage begins and once when it is over. Nothing that is
/// counted here has kept an operation waiting or failed one; so to count one is an addition, and the sums are read when metrics are collected.
/// </summary>
internal sealed partial class TelemetryLoss : IDisposable
{
    private static readonly Sink[] Sinks = Enum.GetValues<Sink>();
    private static readonly LossCause[] Causes = Enum.GetValues<LossCause>();

    private readonly Func<ILoggerFactory> _loggers;
    private readonly Meter _meter;
    private readonly Counter<long> _failed;
    private readonly Outage[] _outages = [.. Sinks.Select(_ => new Outage())];
    private readonly long[] _dropped = new long[Sinks.Length * Causes.Length];
    private readonly Func<long>?[] _queues = new Func<long>?[Sinks.Length];

    /// <summary>The logs are asked for only when there is something to tell: one of them is itself a sink.</summary>
    public TelemetryLoss(IMeterFactory meters, Func<ILoggerFactory> loggers)
    {
        _loggers = loggers;
        _meter = meters.Create(TelemetryNames.Source);
        _meter.CreateObservableCounter(TelemetryNames.Dropped, Losses, "{item}", "Telemetry that was not delivered.");
        _failed = _meter.CreateCounter<long>(TelemetryNames.FailedExports, "{export}", "Exports that failed.");
        _meter.CreateObservableGauge(TelemetryNames.QueueLength, Lengths, "{item}", "Telemetry that waits to be delivered.");
    }

    /// <summary>The queue is full: items are dropped while the sink may well be working.</summary>
    public void Overflowed(Sink sink, long items = 1)
    {
        Count(sink, LossCause.QueueFull, items);
        Begin(sink, "more is made than it takes");
    }

    /// <summary>Items were given up.</summary>
    public void GaveUp(Sink sink, long items, LossCause cause)
    {
        if (items > 0)
        {
            Count(sink, cause, items);
        }
    }

    /// <summary>The process ends and these are still there.</summary>
    public void LeftBehind(Sink sink, long items)
    {
        if (items > 0)
        {
            Count(sink, LossCause.Shutdown, items);
            var name = Name(sink);
            Told.Left(Logger, name, items);
        }
    }

    /// <summary>A delivery failed.</summary>
    public void Failed(Sink sink, string why)
    {
        _failed.Add(1, Label(sink));
        Begin(sink, why);
    }

    /// <summary>A delivery worked; the outage is over where nothing was dropped since the one before.</summary>
    public void Worked(Sink sink)
    {
        if (Of(sink).End() is { } dropped)
        {
            var name = Name(sink);
            Told.Over(Logger, name, dropped);
        }
    }

    /// <summary>Has the length of a sink's queue measured.</summary>
    public void Watch(Sink sink, Func<long> length) => _queues[(int)sink] = length;

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>The sink's name in labels and logs.</summary>
    public static string Name(Sink sink) => sink switch
    {
        Sink.Traces => "traces",
        Sink.Metrics => "metrics",
        Sink.Logs => "logs",
        _ => "access-file",
    };

    private static string Name(LossCause cause) => cause switch
    {
        LossCause.QueueFull => "queue-full",
        LossCause.ExportFailed => "export-failed",
        _ => "shutdown",
    };

    // An export that a receiver held up ends on a thread of the SDK's, perhaps after the host has gone; an exception there would abort the process.
    private ILogger Logger
    {
        get
        {
            try
            {
                return _loggers().CreateLogger<TelemetryLoss>();
            }
            catch (ObjectDisposedException)
            {
                return NullLogger.Instance;
            }
        }
    }

    private static KeyValuePair<string, object?> Label(Sink sink) => new(TelemetryNames.Sink, Name(sink));

    private Outage Of(Sink sink) => _outages[(int)sink];

    private void Count(Sink sink, LossCause cause, long items)
    {
        Of(sink).Add(items);
        Interlocked.Add(ref _dropped[At(sink, cause)], items);
    }

    private static int At(Sink sink, LossCause cause) => (int)sink * Causes.Length + (int)cause;

    private void Begin(Sink sink, string why)
    {
        if (Of(sink).Begin())
        {
            var name = Name(sink);
            Told.Began(Logger, name, why);
        }
    }

    private IEnumerable<Measurement<long>> Losses() =>
        from sink in Sinks
        from cause in Causes
        let items = Interlocked.Read(ref _dropped[At(sink, cause)])
        where items > 0
        select new Measurement<long>(items, Label(sink), new KeyValuePair<string, object?>(TelemetryNames.Cause, Name(cause)));

    private IEnumerable<Measurement<long>> Lengths() =>
        Sinks.Where(s => _queues[(int)s] is not null).Select(s => new Measurement<long>(_queues[(int)s]!(), Label(s)));

    private static partial class Told
    {
        [LoggerMessage(EventId = 110, Level = LogLevel.Warning, Message = "telemetry is not delivered ({Sink}): {Why}; operations go on, what is dropped is counted")]
        public static partial void Began(ILogger logger, string sink, string why);

        [LoggerMessage(EventId = 112, Level = LogLevel.Warning, Message = "telemetry was not delivered before the end ({Sink}): {Items}")]
        public static partial void Left(ILogger logger, string sink, long items);

        [LoggerMessage(EventId = 111, Level = LogLevel.Information, Message = "telemetry is delivered again ({Sink}); {Dropped} were dropped meanwhile")]
        public static partial void Over(ILogger logger, string sink, long dropped);
    }

    /// <summary>Whether a sink is out, and what it cost so far.</summary>
    private sealed class Outage
    {
        private readonly Lock _lock = new();
        private volatile bool _out;
        private long _dropped;
        private long _atLastSuccess;

        public void Add(long items) => Interlocked.Add(ref _dropped, items);

        /// <summary>Whether this is the beginning.</summary>
        public bool Begin()
        {
            if (_out)
            {
                return false;
            }

            lock (_lock)
            {
                var first = !_out;
                _out = true;
                return first;
            }
        }

        /// <summary>What it has cost, where this is the end.</summary>
        public long? End()
        {
            lock (_lock)
            {
                // Over before the count is read: whoever drops from here on either is in the count or finds that an outage has to begin, and waits for the lock.
                var wasOut = _out;
                _out = false;
                Interlocked.MemoryBarrier();
                var dropped = Interlocked.Read(ref _dropped);
                if (!wasOut || dropped != _atLastSuccess)
                {
                    (_out, _atLastSuccess) = (wasOut, dropped);
                    return null;
                }

                Interlocked.Add(ref _dropped, -dropped);
                _atLastSuccess = 0;
                return dropped;
            }
        }
    }
}
