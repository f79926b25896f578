using BackupCodeBroker.Core.Throttling;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Throttling;

/// <summary>So many at once, and then one for each share of the time.</summary>
public sealed class ThrottleRuleTests
{
    private static readonly ThrottleRule Rule = new(3, TimeSpan.FromMinutes(1));

    [Fact]
    [Trait("Requirement", "R-44")]
    public void All_attempts_can_be_made_at_once_and_come_back_one_after_the_other()
    {
        var (full, now) = (TimeSpan.Zero, TimeSpan.FromHours(1));
        for (var i = 0; i < 3; i++)
        {
            (full, var none) = Rule.Take(full, now);
            Assert.Equal(TimeSpan.Zero, none);
        }

        var (same, wait) = Rule.Take(full, now);
        Assert.Equal((full, TimeSpan.FromSeconds(20)), (same, wait));
        (full, wait) = Rule.Take(full, now + TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.Zero, wait);
        Assert.NotEqual(TimeSpan.Zero, Rule.Take(full, now + TimeSpan.FromSeconds(20)).Wait);
        Assert.Equal(TimeSpan.Zero, Rule.Take(Rule.Back(full), now + TimeSpan.FromSeconds(20)).Wait);
    }

    [Fact]
    public void In_no_stretch_of_time_are_there_more_than_the_rule_says() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[0, 120].Array[1, 200]).Sample((attempts, pauses) =>
        {
            var rule = new ThrottleRule(attempts, TimeSpan.FromMinutes(1));
            var (full, now) = (TimeSpan.Zero, TimeSpan.Zero);
            List<TimeSpan> taken = [];
            foreach (var pause in pauses)
            {
                now += TimeSpan.FromSeconds(pause);
                (full, var wait) = rule.Take(full, now);
                if (wait == TimeSpan.Zero)
                {
                    taken.Add(now);
                }
            }

            // A burst, and what comes back in a minute.
            Assert.All(taken, t => Assert.InRange(taken.Count(o => o >= t && o < t + TimeSpan.FromMinutes(1)), 1, 2 * attempts));
            Assert.NotEmpty(taken);
        });
}
