using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Notices;

/// <summary>At least once, also after a crash: what a process wrote and did not deliver, or delivered and did not note, is delivered by a sweep under the same id.</summary>
public sealed class CrashTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    [Trait("Requirement", "R-36")]
    public async Task What_a_killed_process_left_is_delivered_by_the_one_that_leads()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var cast = await environment.CastAsync();
        var holding = await LeaveAsync(receiver, cast);
        Assert.Equal(["issued", "activated"], receiver.Taken.Select(t => t.Notice));
        Assert.Contains("consumed", (await environment.DocumentAsync(holding.Identity)).Document.Outbox.Select(e => e.Notice));

        receiver.Answer = null;
        // Gone with its test: whoever leads after it has a receiver of its own.
        await using var broker = await SweepingAsync(receiver);
        await receiver.UntilAsync(r => Of(r, holding).DistinctBy(t => t.Id).Count() == 4, "four notices of the identity");
        var taken = Of(receiver, holding).ToList();
        Assert.Equal(["issued", "activated", "consumed", "revoked"], taken.DistinctBy(t => t.Id).Select(t => t.Notice));
        // Told twice is told the same: the id, and every byte of the body.
        Assert.All(taken.GroupBy(t => t.Id), same => Assert.Single(same.Select(s => s.Text).Distinct()));
        await broker.UntilAsync(async () => (await environment.DocumentAsync(holding.Identity)).Document.Outbox.Count == 0);
        Assert.Equal(0, (await environment.DocumentAsync(holding.Identity)).Document.DeadLetters);
    }

    [Fact]
    public async Task Two_brokers_deliver_each_notice_once_where_neither_fails()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var cast = await environment.CastAsync();
        // Nothing grows old enough to be taken for left behind, and no try is given up, however slow the machine is: those would be told twice, rightly.
        var clock = new TestClock(stands: true);
        var notices = receiver.Settings with { AdoptAfter = TimeSpan.FromSeconds(45), TryTimeout = TimeSpan.FromMinutes(5) };
        Task<RunningBroker> Start() => environment.StartAsync(
            s => s with { Notices = notices, Worker = s.Worker with { Enabled = true, Interval = TimeSpan.FromMilliseconds(200) } }, clock: clock);
        await using var one = await Start();
        await using var two = await Start();
        var holding = await HoldingSeenTakenAsync(one, cast);
        for (var i = 0; i < 10; i++)
        {
            using var verifier = (i % 2 == 0 ? one : two).As(cast.Verifier);
            Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code(i))).Status);
        }

        await one.UntilAsync(async () => (await environment.DocumentAsync(holding.Identity)).Document.Outbox.Count == 0);
        var mine = Of(receiver, holding).ToList();
        Assert.Equal(
            ["activated", "claim-requested", .. Enumerable.Repeat("consumed", 10), "exhausted", "issued", "taken"], mine.Select(t => t.Notice).Order(StringComparer.Ordinal));
        Assert.Equal(mine.Count, mine.Select(t => t.Id).Distinct().Count());
    }

    private static IEnumerable<Received> Of(WebhookReceiver receiver, Holding holding) => receiver.Taken.Where(t => t.Data("identity") == holding.Identity);

    // Codes that are activated once a sweep has come by between opening and activating: it tells of that, and would at times do so unasked.
    private async Task<Holding> HoldingSeenTakenAsync(RunningBroker broker, Cast cast)
    {
        var identity = BrokerEnvironment.NewIdentity();
        await broker.RegisterAsync(cast.Team, identity, cast.Owner);
        using var owner = broker.As(cast.Owner);
        var payload = await environment.UnwrapAsync(cast.Owner, await owner.IssueAsync(identity));
        await broker.UntilAsync(async () => (await environment.DocumentAsync(identity)).Document.Pending?.Delivery.TakenAt is not null);
        Assert.Equal(204, (await owner.ActivateAsync(identity, payload.Generation, payload.Activation)).Status);
        return new Holding(identity, payload);
    }

    // A process that gets rid of two notices and is killed while the receiver hangs over the third.
    private async Task<Holding> LeaveAsync(WebhookReceiver receiver, Cast cast)
    {
        var variables = receiver.Variables;
        variables["BCB_WORKER__ENABLED"] = "false";
        await using var process = await BrokerProcess.StartAsync(environment, variables: variables);
        var identity = BrokerEnvironment.NewIdentity();
        using var team = process.As(cast.Team);
        using var owner = process.As(cast.Owner);
        using var verifier = process.As(cast.Verifier);
        Assert.Equal(201, (await team.RegisterAsync(identity, cast.Owner.EntityId)).Status);
        var payload = await environment.UnwrapAsync(cast.Owner, await owner.IssueAsync(identity));
        Assert.Equal(204, (await owner.ActivateAsync(identity, payload.Generation, payload.Activation)).Status);
        await receiver.UntilTakenAsync(2);
        var hanging = new TaskCompletionSource();
        receiver.Answer = async (http, _) =>
        {
            hanging.TrySetResult();
            var gone = new TaskCompletionSource();
            await using var registration = http.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            http.Response.StatusCode = 500;
        };
        Assert.Equal(200, (await verifier.ConsumeAsync(identity, payload.Codes[0])).Status);
        Assert.Equal(204, (await team.RevokeAsync(identity)).Status);
        await hanging.Task;
        await process.KillAsync();
        return new Holding(identity, payload);
    }

    private Task<RunningBroker> SweepingAsync(WebhookReceiver receiver) => environment.StartAsync(
        s => s with { Notices = receiver.Settings, Worker = s.Worker with { Enabled = true, Interval = TimeSpan.FromMilliseconds(500) } });
}
