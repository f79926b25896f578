using System.Diagnostics.Metrics;
using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Notices;
using BackupCodeBroker.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.Tests.Notices;

/// <summary>How long a sink that fails is left alone, and for how long it is tried at all. No time passes but what a test moves.</summary>
public sealed class SinkLaneTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2027, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly NoticeMetrics _metrics;

    public SinkLaneTests() => _metrics = new NoticeMetrics(_services.GetRequiredService<IMeterFactory>());

    [Fact]
    public async Task Pauses_grow_to_five_minutes_until_the_notice_is_too_old()
    {
        var sink = new Sink(_ => new SinkAnswer.Failed("server-error"));
        var end = await RunAsync(sink, TimeSpan.FromHours(2));
        Assert.Equal(NoticeEnd.GivenUp, end);
        var pauses = sink.Pauses(_time);
        Assert.InRange(pauses[0], TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(4));
        Assert.All(pauses, p => Assert.InRange(p, TimeSpan.Zero, SinkLane.LongestPause + TimeSpan.FromSeconds(1)));
        Assert.InRange(pauses[^2], TimeSpan.FromMinutes(2), SinkLane.LongestPause + TimeSpan.FromSeconds(1));
        // A day of an outage is some hundred tries, not thousands.
        Assert.InRange(sink.Offers.Count, 20, 80);
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(4_000, 300)]
    public async Task A_sink_that_says_when_is_left_alone_until_then_and_not_longer_than_five_minutes(int says, int waits)
    {
        var sink = new Sink(n => n == 1 ? new SinkAnswer.Failed("throttled", TimeSpan.FromSeconds(says)) : new SinkAnswer.Taken());
        Assert.Equal(NoticeEnd.Delivered, await RunAsync(sink, TimeSpan.FromHours(2)));
        Assert.InRange(sink.Pauses(_time)[0], TimeSpan.FromSeconds(waits), TimeSpan.FromSeconds(waits + 1));
    }

    [Fact]
    public async Task A_notice_that_the_sink_minds_is_put_back_so_that_others_go_on()
    {
        var sink = new Sink(_ => new SinkAnswer.Failed("client-error", MindsThisOne: true));
        Assert.Equal(NoticeEnd.LeftToSweep, await RunAsync(sink, TimeSpan.FromHours(72)));
        Assert.Equal(SinkLane.MaxTriesOfMinded, sink.Offers.Count);
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public async Task What_a_sink_minds_says_nothing_of_the_sink_and_is_remembered()
    {
        var (health, sink) = (new SinkHealth(_time), new Sink(_ => new SinkAnswer.Failed("client-error", MindsThisOne: true)));
        Assert.Equal(NoticeEnd.LeftToSweep, await EndedAsync(Lane(sink, health).DeliverAsync(About("a"), TestContext.Current.CancellationToken)));
        Assert.Equal((false, true, false), (health.AnyIsDown, health.Minds("about a"), health.Minds("about b")));
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public async Task Whatever_a_sink_says_of_a_notice_while_it_takes_others_that_one_is_put_back_and_counts_against_nobody()
    {
        var health = new SinkHealth(_time);
        var bad = new Sink(_ => new SinkAnswer.Failed("server-error"));
        var delivery = Lane(bad, health).DeliverAsync(About("a"), TestContext.Current.CancellationToken);
        Assert.Equal(NoticeEnd.Delivered, await EndedAsync(Lane(new Sink(_ => new SinkAnswer.Taken()), health).DeliverAsync(About("b"), TestContext.Current.CancellationToken)));
        Assert.Equal(NoticeEnd.LeftToSweep, await EndedAsync(delivery));
        Assert.Equal((SinkLane.MaxTriesOfMinded, true), (bad.Offers.Count, health.Minds("about a")));

        // Where it comes again and nobody else has anything to tell, the sink is none that is down.
        Assert.True(health.AnyIsDown);
        health.Took("webhook");
        var again = Lane(bad, health).DeliverAsync(About("a"), TestContext.Current.CancellationToken);
        await UntilAsync(() => bad.Offers.Count >= SinkLane.MaxTriesOfMinded + SinkHealth.FailuresUntilDown);
        Assert.False(again.IsCompleted || health.AnyIsDown);
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public async Task The_next_in_line_shows_whether_it_is_the_notice_or_the_sink()
    {
        var (health, isDown) = (new SinkHealth(_time), true);
        List<(string Subject, NoticeEnd End)> ends = [];
        var sink = new Sink(_ => new SinkAnswer.Failed("server-error")) { Of = n => n.Subject == "b" && !isDown ? new SinkAnswer.Taken() : new SinkAnswer.Failed("server-error") };
        var lane = Lane(sink, health);
        foreach (var subject in new[] { "a", "b" })
        {
            Assert.True(lane.TryAdd(new Parcel(About(subject), 1, (n, end) => ends.Add((n.Subject, end)))));
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = lane.RunAsync(stop.Token);
        await UntilAsync(() => sink.Offers.Count >= 4 * SinkLane.MaxTriesOfMinded);
        Assert.Empty(ends);
        isDown = false;
        await UntilAsync(() => ends.Count == 2);
        Assert.Equal([("b", NoticeEnd.Delivered), ("a", NoticeEnd.LeftToSweep)], ends);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_sink_that_hangs_is_left_and_one_that_breaks_down_stops_nobody()
    {
        var sink = new Sink(n => n == 1 ? throw new InvalidOperationException("defect") : n == 2 ? null : new SinkAnswer.Taken());
        Assert.Equal(NoticeEnd.Delivered, await RunAsync(sink, TimeSpan.FromHours(72)));
        Assert.Equal(3, sink.Offers.Count);
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public async Task A_sink_to_which_no_connection_comes_about_in_time_is_tried_again_and_ends_nothing()
    {
        var sink = new Sink(n => n <= 4 ? throw new TaskCanceledException("no connection", new TimeoutException()) : new SinkAnswer.Taken());
        Assert.Equal(NoticeEnd.Delivered, await RunAsync(sink, TimeSpan.FromHours(2)));
        Assert.Equal(5, sink.Offers.Count);
    }

    [Fact]
    public void A_sink_is_down_from_the_third_failure_in_a_row_until_it_takes_one_or_nobody_tries()
    {
        var health = new SinkHealth(_time);
        Assert.Equal([false, false, true, false], Enumerable.Range(0, 4).Select(_ => health.Failed("webhook")));
        Assert.True(health.AnyIsDown);
        Assert.True(health.Took("webhook"));
        Assert.False(health.AnyIsDown || health.Took("webhook"));
        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(_ => health.Failed("webhook")));
        _time.Advance(SinkHealth.Stale);
        Assert.False(health.AnyIsDown);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _services.Dispose();
    }

    private async Task<NoticeEnd> RunAsync(Sink sink, TimeSpan giveUpAfter)
    {
        var lane = Lane(sink, new SinkHealth(_time), giveUpAfter);
        return await EndedAsync(lane.DeliverAsync(About("team-a.build"), TestContext.Current.CancellationToken));
    }

    private SinkLane Lane(Sink sink, SinkHealth health, TimeSpan? giveUpAfter = null)
    {
        sink.Time = _time;
        return new SinkLane(sink, health, _metrics, new NoticeSettings { GiveUpAfter = giveUpAfter ?? TimeSpan.FromHours(72) }, _time, NullLogger<SinkLane>.Instance);
    }

    private Notice About(string subject) => new(
        subject, subject, null, "owner", new OutboxEntry { Id = "about " + subject, Notice = "consumed", At = _time.GetUtcNow(), OperationId = "op", By = Actor.Worker });

    private async Task<NoticeEnd> EndedAsync(Task<NoticeEnd> delivery)
    {
        await UntilAsync(() => delivery.IsCompleted);
        return await delivery;
    }

    private async Task UntilAsync(Func<bool> isSo)
    {
        for (var step = 0; !isSo(); step++)
        {
            Assert.True(step < 200_000, "it never comes about");
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }
    }

    /// <summary>Answers by the number of the offer; null hangs.</summary>
    private sealed class Sink(Func<int, SinkAnswer?> answer) : INoticeSink
    {
        public FakeTimeProvider Time { get; set; } = null!;

        public List<DateTimeOffset> Offers { get; } = [];

        /// <summary>Answers by the notice, in place of the number.</summary>
        public Func<Notice, SinkAnswer>? Of { get; init; }

        public string Name => "webhook";

        public int Lanes => 1;

        public List<TimeSpan> Pauses(FakeTimeProvider time) => [.. Offers.Zip(Offers.Skip(1).Append(time.GetUtcNow()), (a, b) => b - a)];

        public async Task<SinkAnswer> TakeAsync(Notice notice, CancellationToken cancellation)
        {
            Offers.Add(Time.GetUtcNow());
            if ((Of is null ? answer(Offers.Count) : Of(notice)) is { } said)
            {
                return said;
            }

            var hangs = new TaskCompletionSource<SinkAnswer>();
            await using var registration = cancellation.Register(() => hangs.SetCanceled(cancellation));
            return await hangs.Task;
        }
    }
}
