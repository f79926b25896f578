using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Consumption;

/// <summary>The same request under the same key gives the first answer again; anything else never gets a second success.</summary>
public sealed class IdempotencyTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    /// <summary>What happens to the set between the success and its repeat.</summary>
    public enum Meanwhile
    {
        Nothing,
        AnotherCodeIsSpent,
        Revoked,
        Replaced,
        Expired,
    }

    [Theory]
    [Trait("Requirement", "R-14")]
    [InlineData(Meanwhile.Nothing)]
    [InlineData(Meanwhile.AnotherCodeIsSpent)]
    [InlineData(Meanwhile.Revoked)]
    [InlineData(Meanwhile.Replaced)]
    [InlineData(Meanwhile.Expired)]
    public async Task The_same_request_under_the_same_key_gets_the_first_answer_again(Meanwhile meanwhile)
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        using var verifier = broker.As(cast.Verifier);
        var first = await verifier.ConsumeAsync(holding.Identity, holding.Code(), "order-7", "door");
        Assert.Equal(200, first.Status);
        await DoAsync(meanwhile, broker, cast, holding);

        var again = await verifier.ConsumeAsync(holding.Identity, holding.Code(), "order-7", "door");

        Assert.Equal(200, again.Status);
        foreach (var member in new[] { "operation_id", "remaining", "consumed_at", "generation", "identity", "assurance", "warnings" })
        {
            Assert.Equal(first.Member(member), again.Member(member));
        }

        Assert.Equal(first.OperationId, first.Member("operation_id"));
        Assert.NotEqual(first.OperationId, again.OperationId);
    }

    [Theory]
    [Trait("Requirement", "R-14")]
    [InlineData("door", 0, true, 200, null)]
    [InlineData("window", 0, true, 409, "key-reused")]
    [InlineData("door", 1, true, 409, "key-reused")]
    [InlineData("door", 0, false, 409, "key-reused")]
    public async Task The_key_with_anything_else_is_a_conflict_and_spends_nothing(string purpose, int code, bool sameCaller, int status, string? problem)
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        using var verifier = broker.As(cast.Verifier);
        Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code(), "k", "door")).Status);

        using var caller = broker.As(sameCaller ? cast.Verifier : cast.Desk);
        var again = await caller.ConsumeAsync(holding.Identity, holding.Code(code), "k", purpose);

        Assert.Equal((status, problem), (again.Status, again.Code));
        Assert.Equal(9, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    [Trait("Requirement", "R-14")]
    public async Task A_spent_code_under_a_new_key_is_refused()
    {
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        using var desk = broker.As(cast.Desk);
        await desk.ConsumeAsync(holding.Identity, holding.Code(), "one");

        var second = await desk.ConsumeAsync(holding.Identity, holding.Code(), "two");

        Assert.Equal((403, "refused", "spent"), (second.Status, second.Code, second.Reason));
    }

    [Fact]
    [Trait("Requirement", "R-14")]
    public async Task After_a_day_the_answer_of_an_ended_set_is_not_given_again()
    {
        var clock = new TestClock();
        var broker = await environment.StartAsync(clock: clock);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        using var desk = broker.As(cast.Desk);
        await desk.ConsumeAsync(holding.Identity, holding.Code(), "k");
        using var team = broker.As(cast.Team);
        await team.RevokeAsync(holding.Identity);

        clock.Move(TimeSpan.FromHours(23));
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(), "k")).Status);
        clock.Move(TimeSpan.FromHours(2));
        Assert.Equal((403, "spent"), await StatusAndReasonAsync(desk.ConsumeAsync(holding.Identity, holding.Code(), "k")));
    }

    [Fact]
    [Trait("Requirement", "R-14")]
    public async Task A_lockdown_since_then_refuses_even_the_repeat()
    {
        await using var own = new BrokerEnvironment(environment.Vault);
        await own.InitializeAsync();
        var (broker, cast) = (await own.SharedAsync(), await own.CastAsync());
        var holding = await own.HoldingAsync(broker, cast);
        using var desk = broker.As(cast.Desk);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(), "k")).Status);
        await own.LockDownAsync("void", "team-a.*");

        Assert.Equal((403, "locked-down"), await StatusAndReasonAsync(desk.ConsumeAsync(holding.Identity, holding.Code(), "k")));
    }

    [Fact]
    [Trait("Requirement", "R-13")]
    public async Task A_success_outlives_the_kill_of_the_broker_that_gave_it()
    {
        var (shared, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(shared, cast);
        await using var process = await BrokerProcess.StartAsync(environment);
        using (var client = new ApiClient(process.Address, cast.Desk.Token))
        {
            Assert.Equal(200, (await client.ConsumeAsync(holding.Identity, holding.Code(), "k")).Status);
        }

        await process.KillAsync();
        var fresh = await environment.StartAsync();
        using var desk = fresh.As(cast.Desk);
        Assert.Equal((403, "spent"), await StatusAndReasonAsync(desk.ConsumeAsync(holding.Identity, holding.Code(), "other")));
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(), "k")).Status);
    }

    private static async Task<(int, string?)> StatusAndReasonAsync(Task<ApiReply> reply) => ((await reply).Status, (await reply).Reason);

    private async Task DoAsync(Meanwhile meanwhile, RunningBroker broker, Cast cast, Holding holding)
    {
        using var verifier = broker.As(cast.Verifier);
        using var team = broker.As(cast.Team);
        switch (meanwhile)
        {
            case Meanwhile.AnotherCodeIsSpent:
                Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code(1), "order-8", "door")).Status);
                break;
            case Meanwhile.Revoked:
                Assert.Equal(204, (await team.RevokeAsync(holding.Identity)).Status);
                break;
            case Meanwhile.Replaced:
                await environment.ClaimAsync(broker, cast.Owner, holding.Identity);
                break;
            case Meanwhile.Expired:
                await environment.ChangeDocumentAsync(
                    holding.Identity, d => d with { Active = d.Active! with { ExpiresAt = DateTimeOffset.UtcNow.AddMinutes(-1) } });
                break;
        }
    }
}
