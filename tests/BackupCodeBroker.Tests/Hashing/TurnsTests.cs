using BackupCodeBroker.Hashing;
using Xunit;

namespace BackupCodeBroker.Tests.Hashing;

/// <summary>So many run, so many wait, and one more is told at once.</summary>
public sealed class TurnsTests
{
    [Fact]
    [Trait("Requirement", "R-44")]
    public async Task One_more_than_may_wait_is_turned_away_and_whoever_gives_up_makes_room()
    {
        using var turns = new Turns(running: 1, waiting: 2);
        using var impatient = new CancellationTokenSource();
        var cancellation = TestContext.Current.CancellationToken;
        var runs = await turns.TakeAsync(cancellation);
        var (first, second) = (turns.TakeAsync(cancellation), turns.TakeAsync(impatient.Token));

        await AssertTurnedAwayAsync(turns);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        var third = turns.TakeAsync(cancellation);
        await AssertTurnedAwayAsync(turns);
        Assert.False(first.IsCompleted || third.IsCompleted);

        runs!.Dispose();
        var next = await Task.WhenAny(first, third);
        (await next)!.Dispose();
        (await (next == first ? third : first))!.Dispose();
        (await turns.TakeAsync(cancellation))!.Dispose();
    }

    private static async Task AssertTurnedAwayAsync(Turns turns)
    {
        var taking = turns.TakeAsync(TestContext.Current.CancellationToken);
        Assert.True(taking.IsCompleted, "it waits");
        Assert.Null(await taking);
    }
}
