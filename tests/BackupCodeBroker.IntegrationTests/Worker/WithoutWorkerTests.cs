using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Worker;

/// <summary>Everything that a sweep would do is enforced at the next use by a broker whose worker is stopped, and by whichever broker is asked.</summary>
public sealed class WithoutWorkerTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Theory]
    [Trait("Requirement", "R-17")]
    [Trait("Requirement", "R-23")]
    [InlineData("age", "expired")]
    [InlineData("owner", "owner-disabled")]
    [InlineData("role", "owner-changed")]
    [InlineData("incident", "locked-down")]
    public async Task What_ends_a_set_ends_it_at_the_next_use_with_the_worker_stopped(string what, string reason)
    {
        var clock = new TestClock();
        var broker = await environment.StartAsync(s => s with { Worker = s.Worker with { Enabled = false } }, clock: clock);
        var cast = (await environment.CastAsync()) with { Owner = await environment.OwnerAsync() };
        var holding = await environment.HoldingAsync(broker, cast);
        using var desk = broker.As(cast.Desk);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(9))).Status);
        switch (what)
        {
            case "age":
                clock.Move(TimeSpan.FromDays(90));
                break;
            case "owner":
                await environment.Root.PostAsync("identity/entity/id/" + cast.Owner.EntityId, new { disabled = true });
                break;
            case "role":
                await environment.Root.PostAsync("identity/group", new { name = Guid.NewGuid().ToString(), member_entity_ids = new[] { cast.Owner.EntityId } });
                break;
            default:
                await environment.LockDownAsync("void", holding.Identity);
                break;
        }

        Assert.Equal(reason, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
        // Nobody has written that: it is found anew each time.
        Assert.NotNull((await environment.DocumentAsync(holding.Identity)).Document.Active);
        Assert.Equal(reason, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
    }

    [Fact]
    [Trait("Requirement", "R-40")]
    public async Task A_set_of_one_environment_is_refused_in_another()
    {
        var cast = await environment.CastAsync();
        var staging = await environment.StartAsync(s => s with { Environment = "staging" });
        var production = await environment.StartAsync(s => s with { Environment = "production" });
        var holding = await environment.HoldingAsync(staging, cast);
        using var there = staging.As(cast.Desk);
        using var here = production.As(cast.Desk);
        using var nameless = (await environment.SharedAsync()).As(cast.Desk);

        Assert.Equal("other-environment", (await here.ConsumeAsync(holding.Identity, holding.Code())).Reason);
        Assert.Equal("other-environment", (await nameless.ConsumeAsync(holding.Identity, holding.Code())).Reason);
        Assert.Equal(200, (await there.ConsumeAsync(holding.Identity, holding.Code())).Status);

        await using var swept = await SweepWatch.StartAsync(environment, settings: s => s with { Environment = "production" });
        await swept.UntilLeadsAsync();
        await swept.SweepAsync();
        Assert.Equal("staging", (await environment.DocumentAsync(holding.Identity)).Document.Active!.Environment);
        Assert.Equal(200, (await there.ConsumeAsync(holding.Identity, holding.Code(1))).Status);
    }

    [Fact]
    [Trait("Requirement", "R-18")]
    public async Task A_broker_whose_clock_was_set_back_refuses_and_does_not_revive_what_had_expired()
    {
        // A deployment of its own: the leader's time stays in broker/state.
        await using var own = new BrokerEnvironment(environment.Vault);
        await own.InitializeAsync();
        var clock = new TestClock();
        await using var swept = await SweepWatch.StartAsync(own, clock);
        var cast = await own.CastAsync();
        var holding = await own.HoldingAsync(swept.Broker, cast);
        var other = await own.StartAsync(clock: new TestClock());
        using var desk = other.As(cast.Desk);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);

        // For the leader the set is nearly over; the other's clock stands where it stood.
        clock.Move(TimeSpan.FromDays(89));
        await swept.Broker.UntilAsync(async () => (await own.StateAsync()).State.Heartbeat.At > DateTimeOffset.UtcNow.AddDays(80));
        Assert.Equal("clock-backwards", (await desk.ConsumeAsync(holding.Identity, holding.Code(1))).Reason);
    }
}
