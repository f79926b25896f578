using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Features.Lockdowns;
using BackupCodeBroker.Tests.Core.Decisions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.Tests.Notices;

/// <summary>What becomes of a lockdown's notices, by what the sinks say.</summary>
public sealed class LockdownNoticesTests
{
    private readonly FakeTimeProvider _time = new(Given.Now);

    [Theory]
    [InlineData("Taken", new[] { 0, 1 }, 2, false)]
    [InlineData("Minded", new[] { 1 }, 2, false)]
    [InlineData("Failed", new int[0], 1, true)]
    [Trait("Requirement", "R-37")]
    public async Task What_a_sink_minds_holds_nothing_up_and_a_sink_that_fails_is_left_alone(string first, int[] taken, int offers, bool fails)
    {
        var (story, sinks) = (Story(), new Sinks { First = Enum.Parse<NoticeOffered>(first) });
        var mail = await new LockdownNotices(sinks, new NoticeSettings(), _time).OfferAsync(story, TestContext.Current.CancellationToken);
        Assert.Equal(taken.Select(i => story.Outbox[i].Id), mail.Taken);
        Assert.Equal((offers, fails, 0), (sinks.Offers, mail.SinksFail, mail.GivenUp.Count));
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public async Task What_a_sink_minds_for_too_long_is_given_up()
    {
        var story = Story();
        _time.Advance(new NoticeSettings().GiveUpAfter + TimeSpan.FromHours(1));
        var mail = await new LockdownNotices(new Sinks { First = NoticeOffered.Minded }, new NoticeSettings(), _time).OfferAsync(story, TestContext.Current.CancellationToken);
        Assert.Equal([story.Outbox[0].Id], mail.GivenUp);
        Assert.Equal((0, 1), (mail.OutOf(story).Outbox.Count, mail.OutOf(story).DeadLetters));
    }

    private static LockdownStory Story() =>
        LockdownStory.Of(Given.Locked(), Given.Now).With(new LockdownLift(Given.Now, Actor.Worker, "over", Given.Id("lift"), ""));

    private sealed class Sinks : INoticeOffer
    {
        public NoticeOffered First { get; init; }

        public int Offers { get; private set; }

        public Task<NoticeOffered> OfferAsync(Notice notice, CancellationToken cancellation) => Task.FromResult(Offers++ == 0 ? First : NoticeOffered.Taken);
    }
}
