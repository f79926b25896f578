using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Wrong secrets: what they count towards, and what they come to.</summary>
public sealed class FailureTests
{
    private static readonly FailureLimits Limits = new();
    private static readonly Issued Active = Given.Active(Profile.Machine with { Count = 16 });

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 50)]
    [InlineData(2, 100)]
    [InlineData(3, 200)]
    [InlineData(6, 1_600)]
    [InlineData(7, 3_200)]
    [InlineData(8, 4_000)]
    [InlineData(100, 4_000)]
    [InlineData(int.MaxValue, 4_000)]
    [Trait("Requirement", "R-20")]
    public void A_wrong_answer_is_held_back_for_a_growing_time(int failures, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), FailureLimits.Hold(failures));

    [Fact]
    [Trait("Requirement", "R-20")]
    public void The_time_never_falls_and_never_passes_four_seconds()
    {
        var holds = Enumerable.Range(0, 200).Select(FailureLimits.Hold).ToList();
        Assert.Equal(holds.Order(), holds);
        Assert.Equal(TimeSpan.FromSeconds(4), holds.Max());
    }

    [Fact]
    [Trait("Requirement", "R-19")]
    public void The_tenth_failure_voids_the_code_and_no_other()
    {
        var document = Active.Document;
        for (var i = 1; i <= 10; i++)
        {
            var count = Count(document, Active.Selector(3));
            Assert.Equal((i, i == 10 ? 1 : 0, false), (count.InARow, count.Voided.Count, count.Disabled));
            document = count.Next!;
        }

        Assert.Equal(Active.Selector(3), Assert.Single(document.Active!.Codes, c => !c.IsLive).Selector);
        Assert.Equal(("void", "failures"), (document.Events[^1].Operation, document.Events[^1].Reason));
        Assert.Null(Count(document, Active.Selector(3)).Next);
    }

    [Fact]
    [Trait("Requirement", "R-19")]
    public void The_hundredth_failure_disables_the_set_for_good()
    {
        var document = Active.Document;
        for (var i = 1; i <= 99; i++)
        {
            document = Count(document, Active.Selector(i % 16)).Next!;
        }

        Assert.Null(document.Active!.DisabledAt);
        var count = Count(document, Active.Selector(0));
        Assert.Equal((100, true), (count.InARow, count.Disabled));
        Assert.Equal("disable", count.Next!.Events[^1].Operation);
        Assert.Equal(Reason.Disabled, ((ConsumeDecision.Refused)ConsumeDecision.Decide(count.Next, Given.Around, Given.Request(Active.Selector(5)), null)).Reason);
        Assert.Null(Count(count.Next, Active.Selector(1)).Next);
        Assert.Null(Given.Active(document: count.Next, seed: 2).Document.Active!.DisabledAt);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(150)]
    [Trait("Requirement", "R-21")]
    public void Failures_that_arrive_together_all_count(int together)
    {
        var failures = Enumerable.Range(0, together).Select(_ => Failure(Active.Selector(2))).ToList();
        var count = FailureCount.Of(Active.Document, failures, Limits, Given.Now);
        Assert.Equal((together, together >= 100), (count.InARow, count.Disabled));
        Assert.Equal(together >= 10, count.Voided.Contains(Active.Selector(2)));
        Assert.Equal(together, count.Next!.Active!.Codes.Single(c => c.Selector == Active.Selector(2)).Failures);
    }

    [Fact]
    [Trait("Requirement", "R-20")]
    public void What_is_not_live_any_more_does_not_count()
    {
        var spent = Given.Consume(Active.Document, Active.Selector(0));
        Assert.All(
            new[]
            {
                FailureCount.Of(spent, [Failure(Active.Selector(0))], Limits, Given.Now),
                FailureCount.Of(spent, [Failure("ZZZZZ")], Limits, Given.Now),
                FailureCount.Of(spent, [Failure(Active.Selector(1)) with { Generation = 2 }], Limits, Given.Now),
                FailureCount.Of(Given.Registered, [Failure(Active.Selector(1))], Limits, Given.Now),
            },
            count => Assert.Equal((null, 0, false), (count.Next, count.InARow, count.Disabled)));
    }

    [Fact]
    [Trait("Requirement", "R-20")]
    public void Of_a_batch_only_the_live_count()
    {
        var spent = Given.Consume(Active.Document, Active.Selector(0));
        var count = FailureCount.Of(spent, [Failure(Active.Selector(0)), Failure(Active.Selector(1)), Failure("ZZZZZ")], Limits, Given.Now);
        Assert.Equal(1, count.InARow);
    }

    private static Failure Failure(string selector) => new(Given.Id("consume"), Given.Stranger, 1, selector);

    private static FailureCount Count(IdentityDocument document, string selector) => FailureCount.Of(document, [Failure(selector)], Limits, Given.Now);
}
