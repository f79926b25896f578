using System.Diagnostics;
using HdrHistogram;

namespace BackupCodeBroker.Benchmarks;

/// <summary>What a run of one kind came to.</summary>
internal sealed class Measurement
{
    private const long LongestMicroseconds = 60_000_000;

    private readonly LongConcurrentHistogram _latencies = new(1, LongestMicroseconds, 3);
    private double _seconds;

    /// <summary>Operations a second.</summary>
    public double Throughput => _seconds == 0 ? 0 : _latencies.TotalCount / _seconds;

    /// <summary>A percentile of the latency, in milliseconds.</summary>
    public double Milliseconds(double percentile) => _latencies.TotalCount == 0 ? 0 : _latencies.GetValueAtPercentile(percentile) / 1000.0;

    /// <summary>Runs work on so many clients at once, each doing its own list in order, and adds what it took.</summary>
    public async Task RunAsync<T>(IReadOnlyList<IReadOnlyList<T>> clients, Func<T, Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(clients.Select(async own =>
        {
            foreach (var item in own)
            {
                var at = Stopwatch.GetTimestamp();
                await work(item);
                _latencies.RecordValue(Math.Max(1, (long)Stopwatch.GetElapsedTime(at).TotalMicroseconds));
            }
        }));
        _seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
