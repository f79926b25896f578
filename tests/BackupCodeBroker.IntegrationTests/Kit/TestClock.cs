using System.Collections.Concurrent;
using BackupCodeBroker.Core.Decisions;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>
/// Real time that a test can move, so that a month passes without waiting. The timers by which wrong answers are held back are
/// noted and go off at once, or, where <see cref="KeepsHolds"/>, when the test says so.
/// </summary>
/// <param name="stands">Whether time passes only when it is moved, however slow the machine is; timers go on.</param>
internal sealed class TestClock(bool stands = false) : TimeProvider
{
    private static readonly HashSet<TimeSpan> HoldLengths = [.. Enumerable.Range(1, 20).Select(FailureLimits.Hold)];

    private readonly ConcurrentQueue<TimeSpan> _holds = new();
    private readonly ConcurrentQueue<HeldTimer> _held = new();
    private readonly DateTimeOffset? _stoodAt = stands ? System.GetUtcNow() : null;
    private readonly long? _stampedAt = stands ? System.GetTimestamp() : null;
    private long _moved;

    /// <summary>How long answers were held back, in order.</summary>
    public IReadOnlyList<TimeSpan> Holds => [.. _holds];

    /// <summary>Whether held answers wait for <see cref="Release"/>.</summary>
    public bool KeepsHolds { get; set; }

    /// <summary>Answers that are held back now.</summary>
    public int Held => _held.Count;

    private TimeSpan Moved => TimeSpan.FromTicks(Interlocked.Read(ref _moved));

    /// <summary>Lets time pass, or run backwards.</summary>
    public void Move(TimeSpan by) => Interlocked.Add(ref _moved, by.Ticks);

    /// <summary>Lets held answers go.</summary>
    public void Release()
    {
        while (_held.TryDequeue(out var timer))
        {
            timer.Fire();
        }
    }

    public override DateTimeOffset GetUtcNow() => (_stoodAt ?? System.GetUtcNow()) + Moved;

    public override long GetTimestamp() => (_stampedAt ?? System.GetTimestamp()) + (long)(Moved.TotalSeconds * TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (!HoldLengths.Contains(dueTime))
        {
            return System.CreateTimer(callback, state, dueTime, period);
        }

        _holds.Enqueue(dueTime);
        if (!KeepsHolds)
        {
            return System.CreateTimer(callback, state, TimeSpan.Zero, period);
        }

        var timer = new HeldTimer(() => callback(state));
        _held.Enqueue(timer);
        return timer;
    }

    private sealed class HeldTimer(Action fire) : ITimer
    {
        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
