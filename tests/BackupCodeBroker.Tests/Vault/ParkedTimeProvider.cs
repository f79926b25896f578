using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.Tests.Vault;

/// <summary>
/// A fake clock that knows whether the code under test is waiting for it. Only then may a test move it: otherwise hours would pass while
/// a thread that has work to do waits for a processor. Timers of exactly <paramref name="ignored"/> (a call's time-out) are no waiting.
/// </summary>
internal sealed class ParkedTimeProvider(TimeSpan ignored) : TimeProvider
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1), Step = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _inner = new();
    private int _pending, _fired;

    public override long TimestampFrequency => _inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow();

    public override long GetTimestamp() => _inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == ignored || dueTime == Timeout.InfiniteTimeSpan)
        {
            return _inner.CreateTimer(callback, state, dueTime, period);
        }

        var timer = _inner.CreateTimer(
            s =>
            {
                Interlocked.Increment(ref _fired);
                callback(s);
            },
            state,
            dueTime,
            period);
        // Counted when it stands, not before: a test that runs on another thread moves the clock from here on.
        Interlocked.Increment(ref _pending);
        return new Counted(timer, () => Interlocked.Decrement(ref _pending));
    }

    /// <summary>Moves the clock until something holds.</summary>
    public async Task Until(Func<bool> holds)
    {
        var limit = GetUtcNow() + TimeSpan.FromHours(3);
        while (!holds())
        {
            Assert.True(GetUtcNow() < limit, "in three hours it never came to hold");
            // A deadline over work that runs is pending too: each step leaves that work a moment of the real clock.
            await Task.Delay(Step, TestContext.Current.CancellationToken);
            if (Volatile.Read(ref _pending) is > 0 and var waiting)
            {
                var fired = Volatile.Read(ref _fired);
                _inner.Advance(TimeSpan.FromMilliseconds(500));
                if (Volatile.Read(ref _fired) != fired)
                {
                    await WorkedAsync(holds, waiting);
                }
            }
        }
    }

    // Whoever was woken has work to do while others still wait: it is over when as many wait as before, or when what it was for holds. Work that ends
    // without waiting again cannot be told from work that has not come to its turn, so it gets a moment of the real clock.
    private async Task WorkedAsync(Func<bool> holds, int waiting)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (Volatile.Read(ref _pending) < waiting && !holds() && TimeProvider.System.GetElapsedTime(since) < Moment)
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private sealed class Counted(ITimer inner, Action over) : ITimer
    {
        private Action? _over = over;

        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(dueTime, period);

        public void Dispose()
        {
            inner.Dispose();
            Interlocked.Exchange(ref _over, null)?.Invoke();
        }

        public async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            Interlocked.Exchange(ref _over, null)?.Invoke();
        }
    }
}
