using BackupCodeBroker.Core.Documents;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Documents;

/// <summary>Marks tell whether a beat that somebody remembers is among those before the one that they read.</summary>
public sealed class HeartbeatTests
{
    private static readonly DateTimeOffset At = new(2027, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    [Trait("Requirement", "R-27")]
    public void A_beat_follows_those_before_it_as_far_as_marks_reach() => Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100]).Sample((before, more) =>
    {
        var earlier = Beats(new Heartbeat(0, At), before, "a");
        var later = Beats(earlier, more, "b");
        bool? expected = before == 0 ? null : more < Heartbeat.MaxMarks ? true : null;
        return later.Follows(earlier) == expected && (more == 0 || earlier.Follows(later) == false);
    });

    [Fact]
    [Trait("Requirement", "R-27")]
    public void Beats_of_another_history_do_not_follow_though_they_count_further() => Gen.Select(Gen.Int[0, 60], Gen.Int[1, 30], Gen.Int[0, 60]).Sample((common, lost, more) =>
    {
        var snapshot = Beats(new Heartbeat(0, At), common, "a");
        var seen = Beats(snapshot, lost, "b");
        var restored = Beats(snapshot, more, "c");
        bool? expected = more >= lost + Heartbeat.MaxMarks ? null : false;
        return restored.Follows(seen) == expected;
    });

    [Fact]
    [Trait("Requirement", "R-18")]
    public void Time_in_it_does_not_run_backwards()
    {
        var beat = new Heartbeat(0, At).Next("00000000", At.AddSeconds(10)).Next("00000000", At);
        Assert.Equal((2, At.AddSeconds(10)), (beat.Count, beat.At));
    }

    [Fact]
    public void A_trail_that_is_none_says_nothing()
    {
        Assert.Null((new Heartbeat(5, At) { Trail = "abc" }).Follows(new Heartbeat(3, At) { Trail = "12345678" }));
        Assert.Null(new Heartbeat(5, At).Follows(new Heartbeat(3, At)));
        Assert.Null((new Heartbeat(long.MaxValue, At) { Trail = "12345678" }).Follows(new Heartbeat(0, At) { Trail = "12345678" }));
        Assert.Equal(256, Beats(new Heartbeat(0, At), 100, "x").Trail!.Length);
    }

    private static Heartbeat Beats(Heartbeat from, int count, string history)
    {
        for (var i = 0; i < count; i++)
        {
            from = from.Next((history + from.Count.ToString("x7", System.Globalization.CultureInfo.InvariantCulture))[..8], At.AddSeconds(from.Count));
        }

        return from;
    }
}
