using System.Diagnostics.Metrics;
using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Tests.Core.Decisions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.Tests.Access;

/// <summary>What the broker's own people have to know of at once is alarmed of by whoever takes its notice up, so that a worker that dies after the write loses no alarm.</summary>
public sealed class NoticeBoardTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(Given.Now);
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly NoticeMetrics _metrics;
    private readonly Alarms _alarms;
    private int _raised;

    public NoticeBoardTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        (_metrics, _alarms) = (new NoticeMetrics(meters), new Alarms(NullLogger<Alarms>.Instance, meters, Pseudonyms.None));
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == TelemetryNames.Alarms)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => _raised += (int)value);
        _listener.Start();
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public void Whoever_wrote_it_raises_the_alarm_once_and_so_does_a_sweep_after_a_crash()
    {
        var ended = Ended();
        var writer = Board();
        writer.Written(ended);
        Assert.Equal(1, _raised);

        // Another process: all that it has is the document.
        Assert.True(DocumentJson.TryReadIdentity(DocumentJson.Write(ended), Given.Identity, out var left, out _));
        var sweeper = Board();
        sweeper.Adopt(left);
        Assert.Equal(1, _raised);
        _time.Advance(TimeSpan.FromHours(1));
        sweeper.Adopt(left);
        Assert.Equal(2, _raised);

        // Put back for the sweep and taken up again, it is the same alarm.
        Assert.True(sweeper.Waiting.TryRead(out var notice));
        sweeper.Finished(notice, NoticeEnd.LeftToSweep);
        sweeper.Adopt(left);
        Assert.True(sweeper.Waiting.TryRead(out _));
        Assert.Equal(2, _raised);
    }

    [Theory]
    [InlineData("set-disabled")]
    [InlineData("intercepted")]
    [Trait("Requirement", "R-08")]
    public void What_disabled_or_was_intercepted_is_alarmed_of_with_its_notice_also_after_a_crash(string notice)
    {
        var ended = notice == "intercepted" ? Intercepted() : Disabled();
        Assert.Contains(ended.Outbox, e => e.Notice == notice);
        Board().Written(ended);
        Assert.Equal(1, _raised);
        Assert.True(DocumentJson.TryReadIdentity(DocumentJson.Write(ended), Given.Identity, out var left, out _));
        _time.Advance(TimeSpan.FromHours(1));
        Board().Adopt(left);
        Assert.Equal(2, _raised);
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public void What_was_delivered_and_cannot_be_taken_out_is_not_delivered_again_and_is_looked_at_now_and_then()
    {
        var (document, board) = (Ended(), Board());
        board.Written(document);
        Assert.True(board.Waiting.TryRead(out var notice));
        board.Finished(notice, NoticeEnd.Delivered);
        Assert.Equal([0, 1], Enumerable.Range(0, 2).Select(_ => board.Look().Count));

        board.Postpone(document.Identity);
        _time.Advance(TimeSpan.FromHours(1));
        for (var look = 0; look < 50; look++)
        {
            board.Adopt(document);
            Assert.Empty(board.Look());
        }

        Assert.False(board.Waiting.TryRead(out _));
        Assert.Contains(document.Identity, Enumerable.Range(0, 20).SelectMany(_ => board.Look()).Select(s => s.Identity));
    }

    [Fact]
    [Trait("Requirement", "R-36")]
    public void Of_two_writes_the_earlier_may_be_told_last_and_makes_nothing_forgotten_that_was_delivered()
    {
        var (written, board) = (Ended(), Board());
        board.Written(written);
        Deliver(board);
        // The first takes the delivered one out, the second puts another in; the second is heard of first.
        var first = board.Cleared(written with { News = OutboxNews.None });
        var second = Added(first, "op-2");
        Assert.Equal((0, 1), (first.Outbox.Count, second.Outbox.Count));
        board.Written(second);
        Deliver(board);
        board.Written(first);

        Assert.Empty(board.Cleared(second).Outbox);
        _time.Advance(TimeSpan.FromHours(1));
        board.Adopt(second);
        Assert.False(board.Waiting.TryRead(out _));
    }

    [Fact]
    [Trait("Requirement", "R-36")]
    public void A_look_at_a_document_makes_nothing_forgotten_that_was_written_and_delivered_beside_it()
    {
        var (read, board) = (Ended(), Board());
        board.Written(read);
        Deliver(board);
        var seen = Enumerable.Range(0, 2).SelectMany(_ => board.Look()).Single();
        // The document that the look finds holds nothing any more; before it says so, another notice is written and delivered.
        var next = Added(read with { Outbox = [], News = OutboxNews.None }, "op-2");
        board.Written(next);
        Deliver(board);
        board.Forget(seen);

        Assert.Empty(board.Cleared(next).Outbox);
        Assert.Contains(read.Identity, Enumerable.Range(0, 3).SelectMany(_ => board.Look()).Select(s => s.Identity));
    }

    [Fact]
    [Trait("Requirement", "R-36")]
    public void What_was_taken_out_is_not_delivered_again_because_of_an_older_reading_and_is_forgotten_after_a_while()
    {
        var (old, board) = (Ended(), Board());
        board.Written(old);
        Deliver(board);
        board.Written(board.Cleared(old with { News = OutboxNews.None }));
        Assert.Empty(Enumerable.Range(0, 2).SelectMany(_ => board.Look()));

        _time.Advance(TimeSpan.FromHours(1));
        board.Adopt(old);
        Assert.False(board.Waiting.TryRead(out _));
        Assert.Empty(board.Undelivered(old));
        // Whether it is in there again is looked at, once.
        var seen = Assert.Single(Enumerable.Range(0, 5).SelectMany(_ => board.Look()).DistinctBy(s => s.Identity));
        board.Forget(seen);
        Assert.Empty(Enumerable.Range(0, 30).SelectMany(_ => board.Look()));
        // A document that a snapshot brought back: nobody knows of it any more.
        board.Adopt(old);
        Assert.True(board.Waiting.TryRead(out _));
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public void What_was_taken_out_is_forgotten_also_where_the_identity_is_never_quiet()
    {
        var (old, board) = (Ended(), Board());
        board.Written(old);
        Deliver(board);
        var document = board.Cleared(old with { News = OutboxNews.None });
        for (var i = 0; i < 10; i++)
        {
            board.Written(document);
            board.Look();
            document = Added(document, "op-" + i);
            board.Written(document);
            Deliver(board);
            document = board.Cleared(document with { News = OutboxNews.None });
        }

        _time.Advance(TimeSpan.FromHours(1));
        board.Adopt(old);
        Assert.True(board.Waiting.TryRead(out _));
    }

    [Fact]
    [Trait("Requirement", "R-36")]
    public void What_is_in_hand_is_forgotten_by_nothing_but_its_end()
    {
        var (document, board) = (Ended(), Board());
        board.Written(document);
        var ids = document.Outbox.Select(e => e.Id).ToList();
        board.Forget(new FinishedNotices(document.Identity, ids));
        board.Written(document with { Outbox = [], News = new OutboxNews([], ids, 0) });
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(Enumerable.Range(0, 30).SelectMany(_ => board.Look()));
        board.Adopt(document);
        Assert.True(board.Waiting.TryRead(out _));
        Assert.False(board.Waiting.TryRead(out _));
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public void Identities_whose_notices_are_delivered_and_out_take_no_room()
    {
        var (document, board) = (Ended(), Board());
        for (var i = 0; i < NoticeBoard.MaxIdentities; i++)
        {
            var one = document with { Identity = "n" + i };
            board.Written(one);
            Deliver(board);
            board.Written(board.Cleared(one with { News = OutboxNews.None }));
        }

        for (var look = 0; look < 20; look++)
        {
            board.Look();
        }

        board.Written(document);
        Assert.True(board.Waiting.TryRead(out _));
    }

    [Fact]
    public void What_lapsed_or_was_suspended_is_no_alarm()
    {
        var waiting = Given.Issue(Given.Registered, Given.Around, Given.Few).Document;
        var lapsed = SweepDecision.Decide(waiting, Given.Around with { Now = Given.Now.AddDays(1) }, Rules()).Next!;
        var suspended = SweepDecision.Decide(waiting, Given.Around with { Owner = null }, Rules()).Next!;
        Assert.Equal((null, null), (lapsed.Pending, suspended.Pending));
        var board = Board();
        board.Written(lapsed);
        board.Written(suspended);
        Assert.Equal(0, _raised);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _metrics.Dispose();
        _alarms.Dispose();
        _services.Dispose();
    }

    private static void Deliver(NoticeBoard board)
    {
        while (board.Waiting.TryRead(out var notice))
        {
            board.Finished(notice, NoticeEnd.Delivered);
        }
    }

    private static IdentityDocument Added(IdentityDocument document, string operation) =>
        (document with { News = OutboxNews.None }).With(new DocumentEvent(Given.Now, "consume", Given.Id(operation), Given.Verifier, 1));

    private static IdentityDocument Ended()
    {
        var waiting = Given.Issue(Given.Registered, Given.Around, Given.Few).Document;
        var taken = waiting with { Outbox = [], Pending = waiting.Pending! with { Delivery = waiting.Pending.Delivery with { TakenAt = Given.Now } } };
        var decision = SweepDecision.Decide(taken with { News = OutboxNews.None }, Given.Around with { Now = Given.Now.AddSeconds(61) }, Rules());
        Assert.Equal([SweepAct.NotActivated], decision.Acts);
        return decision.Next!;
    }

    private static IdentityDocument Intercepted()
    {
        var waiting = Given.Issue(Given.Registered, Given.Around, Given.Few).Document;
        var decision = InterceptedDecision.Decide(waiting with { Outbox = [], News = OutboxNews.None }, waiting.Pending!.Set.Generation, "opened", Given.Id("op"), Given.Owner, Given.Now);
        return Assert.IsType<InterceptedDecision.Ended>(decision).Next;
    }

    private static IdentityDocument Disabled()
    {
        var active = Given.Active();
        var failure = new Failure(Given.Id("op"), Given.Verifier, 1, active.Selector());
        return FailureCount.Of(active.Document with { Outbox = [], News = OutboxNews.None }, [failure], new FailureLimits(PerSet: 1), Given.Now).Next!;
    }

    private static SweepRules Rules() => new(Given.Id("sweep"), Given.Few, WrapSight.Unknown, PeopleWereRead: true);

    private NoticeBoard Board() => new(new NoticeSettings(), _metrics, _alarms, _time);
}
