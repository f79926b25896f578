using System.Collections.Concurrent;

namespace BackupCodeBroker.Access;

/// <summary>
/// Which sinks take nothing, as this replica finds: a sink is down from its third failed try in a row until it takes a notice. A failure that nothing followed for longer than the longest
/// pause between tries tells nothing any more: then nobody is trying.
/// </summary>
internal sealed class SinkHealth(TimeProvider time)
{
    /// <summary>Failed tries in a row: one can be an accident.</summary>
    public const int FailuresUntilDown = 3;

    /// <summary>Longer than the longest pause between two tries.</summary>
    public static readonly TimeSpan Stale = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Standing> _sinks = new();

    /// <summary>Whether any is down.</summary>
    public bool AnyIsDown => _sinks.Values.Any(s => s.Failures >= FailuresUntilDown && time.GetUtcNow() - s.At < Stale);

    /// <summary>A sink took a notice; whether it was down before.</summary>
    public bool Took(string sink)
    {
        var was = _sinks.TryGetValue(sink, out var before) && before.Failures >= FailuresUntilDown;
        _sinks[sink] = new Standing(0, time.GetUtcNow());
        return was;
    }

    /// <summary>A sink did not take one; whether it is down from now on.</summary>
    public bool Failed(string sink) =>
        _sinks.AddOrUpdate(sink, _ => new Standing(1, time.GetUtcNow()), (_, s) => new Standing(s.Failures + 1, time.GetUtcNow())).Failures == FailuresUntilDown;

    private sealed record Standing(int Failures, DateTimeOffset At);
}
