using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Approvals;

/// <summary>What happens at once: one consent serves one use, a denial that was answered is not used afterwards, and everything ends somewhere.</summary>
public sealed class ApprovalRaceTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private const int Rounds = 6;

    [Fact]
    [Trait("Requirement", "R-28")]
    public async Task Of_ten_codes_that_race_for_one_consent_exactly_one_is_spent()
    {
        var one = await HelpDesk.OpenAsync(environment);
        var two = one with { Broker = await environment.StartAsync(HelpDesk.Settings) };
        for (var round = 0; round < Rounds; round++)
        {
            var holding = await one.HoldingAsync();
            await one.ApprovedAsync(holding.Identity);
            var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => (i % 2 == 0 ? one : two).ConsumeAsync(holding, i)));
            Assert.Single(replies, r => r.Status == 200);
            Assert.All(replies.Where(r => r.Status != 200), r => Assert.Equal((403, "approval-required"), (r.Status, r.Reason)));
            Assert.Equal(9, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
        }
    }

    [Fact]
    public async Task A_denial_races_a_consent_and_wins_whenever_it_is_answered()
    {
        var desk = await HelpDesk.OpenAsync(environment);
        for (var round = 0; round < Rounds; round++)
        {
            var holding = await desk.HoldingAsync();
            var approval = await desk.AskedAsync(holding.Identity);
            var given = desk.GiveAsync(holding.Identity, approval);
            var denied = desk.DenyAsync(holding.Identity, approval, desk.Ann);
            Assert.Equal(204, (await denied).Status);
            Assert.Contains((await given).Status, new[] { 204, 403 });
            Assert.Equal("approval-required", (await desk.ConsumeAsync(holding)).Reason);
        }
    }

    [Fact]
    public async Task A_denial_races_the_use_and_one_of_them_is_refused()
    {
        var desk = await HelpDesk.OpenAsync(environment);
        for (var round = 0; round < Rounds; round++)
        {
            var holding = await desk.HoldingAsync();
            var approval = await desk.ApprovedAsync(holding.Identity);
            var denied = desk.DenyAsync(holding.Identity, approval);
            var spent = desk.ConsumeAsync(holding);
            Assert.Single([await denied, await spent], r => r.Status is 200 or 204);
        }
    }

    [Fact]
    public async Task A_lockdown_races_the_use_and_what_comes_after_it_is_refused()
    {
        var desk = await HelpDesk.OpenAsync(environment);
        var holding = await desk.HoldingAsync();
        await desk.ApprovedAsync(holding.Identity);
        var spent = desk.ConsumeAsync(holding);
        await environment.LockDownAsync("freeze", holding.Identity);
        Assert.Contains((await spent).Status, new[] { 200, 403 });
        Assert.Equal("frozen", (await desk.ConsumeAsync(holding, 1)).Reason);
    }

    [Fact]
    public async Task Requests_that_arrive_together_are_all_kept_or_refused_and_never_more_than_eight()
    {
        var desk = await HelpDesk.OpenAsync(environment);
        var holding = await desk.HoldingAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => desk.AskAsync(holding.Identity)));
        Assert.Equal(8, replies.Count(r => r.Status == 201));
        Assert.All(replies.Where(r => r.Status != 201), r => Assert.Equal("approvals-full", r.Reason));
        Assert.Equal(
            replies.Where(r => r.Status == 201).Select(r => r.Member("approval")).Order(),
            (await environment.DocumentAsync(holding.Identity)).Document.Approvals.Select(a => a.Id).Order());
    }
}
