using System.Collections.Concurrent;

namespace BackupCodeBroker.Access;

/// <summary>
/// Which sinks take nothing, as this replica finds: a sink is down from its third failed try in a row until it takes a notice. A failure that nothing followed for longer than the longest
/// pause between tries tells nothing any more: then nobody is trying. Notices that a sink minds while it takes others are remembered: they say nothing of the sink, and are in nobody's way.
/// </summary>
internal sealed class SinkHealth(TimeProvider time)
{
    /// <summary>Failed tries in a row: one can be an accident.</summary>
    public const int FailuresUntilDown = 3;

    /// <summary>Longer than the longest pause between two tries.</summary>
    public static readonly TimeSpan Stale = TimeSpan.FromMinutes(10);

    // What is forgotten beyond them is found out again by the next tries.
    private const int MaxMinded = 50_000;

    private static readonly TimeSpan MindedFor = TimeSpan.FromDays(3);

    private readonly ConcurrentDictionary<string, Standing> _sinks = new();
    private readonly BoundedMemory<string, bool> _minded = new(MaxMinded, MindedFor, time);

    /// <summary>Whether any is down.</summary>
    public bool AnyIsDown => _sinks.Values.Any(s => s.Failures >= FailuresUntilDown && time.GetUtcNow() - s.At < Stale);

    /// <summary>A sink took a notice; whether it was down before.</summary>
    public bool Took(string sink)
    {
        var was = false;
        _sinks.AddOrUpdate(sink, _ => new Standing(0, 1, time.GetUtcNow()), (_, s) =>
        {
            was = s.Failures >= FailuresUntilDown;
            return new Standing(0, s.Taken + 1, time.GetUtcNow());
        });
        return was;
    }

    /// <summary>A sink did not take one; whether it is down from now on.</summary>
    public bool Failed(string sink) =>
        _sinks.AddOrUpdate(sink, _ => new Standing(1, 0, time.GetUtcNow()), (_, s) => s with { Failures = s.Failures + 1, At = time.GetUtcNow() }).Failures == FailuresUntilDown;

    /// <summary>How many a sink has taken: more than before means that it takes some.</summary>
    public long TakenBy(string sink) => _sinks.TryGetValue(sink, out var standing) ? standing.Taken : 0;

    /// <summary>A sink minds a notice, by its id: it takes others, or says that this one is at fault.</summary>
    public void Mind(string notice) => _minded.Set(notice, true);

    /// <summary>Whether a sink was found to mind a notice.</summary>
    public bool Minds(string notice) => _minded.TryGet(notice, out _);

    private sealed record Standing(int Failures, long Taken, DateTimeOffset At);
}
