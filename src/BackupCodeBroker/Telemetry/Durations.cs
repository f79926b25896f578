using System.Diagnostics.Metrics;

namespace BackupCodeBroker.Telemetry;

/// <summary>Buckets of the durations: an operation takes milliseconds, waits for at most five seconds, and is held back nowhere near here.</summary>
internal static class Durations
{
    /// <summary>Upper bounds in seconds.</summary>
    public static InstrumentAdvice<double> Advice { get; } = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };
}
