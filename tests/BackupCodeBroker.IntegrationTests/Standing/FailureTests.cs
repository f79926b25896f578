using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Standing;

/// <summary>Wrong secrets are counted before they are answered, across replicas and restarts; a right code never waits for them.</summary>
public sealed class FailureTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    [Trait("Requirement", "R-19")]
    public async Task Ten_failures_void_a_code_across_replicas_and_restarts_and_the_others_work()
    {
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), cast);
        for (var restart = 0; restart < 2; restart++)
        {
            await using var one = await environment.StartAsync(clock: new TestClock());
            await using var two = await environment.StartAsync(clock: new TestClock());
            await TryWrongAsync([one, two], cast, holding, times: restart == 0 ? 5 : 4);
        }

        var third = await environment.StartAsync(clock: new TestClock());
        using var desk = third.As(cast.Desk);
        Assert.Equal(9, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Codes.Max(c => c.Failures));
        Assert.Equal("wrong", (await desk.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()))).Reason);
        Assert.Equal("voided", (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(1))).Status);
        Assert.Equal("voided", (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
    }

    [Fact]
    [Trait("Requirement", "R-21")]
    public async Task Failures_that_come_while_a_batch_cannot_be_written_are_counted_by_the_next()
    {
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), cast);
        var (tap, stuck, more) = (new VaultTap(environment.Names), new TaskCompletionSource(), new TaskCompletionSource());
        var writes = 0;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Write && Interlocked.Increment(ref writes) == 1)
            {
                stuck.SetResult();
                await more.Task;
                return new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable)
                {
                    Content = new StringContent("""{"errors":["Vault is sealed"]}""", System.Text.Encoding.UTF8, "application/json"),
                };
            }

            return await send();
        };
        var broker = await environment.StartAsync(tap: tap, clock: new TestClock());
        using var desk = broker.As(cast.Desk);
        var leader = desk.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()));
        await stuck.Task;
        var reads = 0;
        var arrived = new TaskCompletionSource();
        var before = tap.Interfere;
        tap.Interfere = (call, send) =>
        {
            // Each of the four has decided once it has asked whether its caller may know why.
            if (call.Name == TappedCall.Capabilities && Interlocked.Increment(ref reads) == 4)
            {
                arrived.SetResult();
            }

            return before(call, send);
        };
        var followers = Enumerable.Range(0, 4).Select(_ => desk.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()))).ToList();
        await arrived.Task;
        more.SetResult();

        Assert.Equal(503, (await leader).Status);
        Assert.All(await Task.WhenAll(followers), reply => Assert.True(reply.Status == 403, reply.Text));
        Assert.Equal(4, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Failures);
    }

    [Fact]
    [Trait("Requirement", "R-19")]
    [Trait("Requirement", "R-21")]
    public async Task A_hundred_failures_at_once_over_two_replicas_disable_the_set_and_only_issuing_again_helps()
    {
        var cast = await environment.CastAsync();
        RunningBroker[] brokers = [await environment.StartAsync(PerSetAlone, clock: new TestClock()), await environment.StartAsync(PerSetAlone, clock: new TestClock())];
        using var metrics = new MetricWatch(brokers[0]);
        using var more = new MetricWatch(brokers[1]);
        var holding = await environment.HoldingAsync(brokers[0], cast);
        await Task.WhenAll(Enumerable.Range(0, 11).Select(i => TryWrongAsync(brokers, cast, holding, times: 9, code: i % 10)));
        var set = (await environment.DocumentAsync(holding.Identity)).Document.Active!;
        Assert.Equal((99, null), (set.Failures, set.DisabledAt));

        await TryWrongAsync(brokers, cast, holding, times: 1);

        using var desk = brokers[0].As(cast.Desk);
        foreach (var code in holding.Payload.Codes)
        {
            Assert.Equal("disabled", (await desk.ConsumeAsync(holding.Identity, code)).Reason);
        }

        Assert.Equal(1, metrics.Count("bcb.alarms", "set-disabled") + more.Count("bcb.alarms", "set-disabled"));
        var again = await environment.ClaimAsync(brokers[0], cast.Owner, holding.Identity);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, again.Codes[0])).Status);
    }

    [Fact]
    [Trait("Requirement", "R-21")]
    public async Task Failures_that_arrive_together_are_all_counted()
    {
        var cast = await environment.CastAsync();
        RunningBroker[] brokers = [await environment.StartAsync(clock: new TestClock()), await environment.StartAsync(clock: new TestClock())];
        var holding = await environment.HoldingAsync(brokers[0], cast);
        using var one = brokers[0].As(cast.Desk);
        using var two = brokers[1].As(cast.Desk);

        var replies = await Task.WhenAll(Enumerable.Range(0, 60)
            .Select(i => (i % 2 == 0 ? one : two).ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code(i % 10)))));

        var set = (await environment.DocumentAsync(holding.Identity)).Document.Active!;
        Assert.Equal(60, replies.Count(r => r.Reason == "wrong"));
        Assert.Equal(60, set.Failures);
        Assert.Equal([6], set.Codes.Select(c => c.Failures).Distinct());
    }

    [Fact]
    [Trait("Requirement", "R-21")]
    public async Task A_failure_whose_count_is_not_known_to_be_written_is_counted_again_rather_than_lost()
    {
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), cast);
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap, clock: new TestClock());
        var lost = 0;
        tap.Interfere = async (call, send) =>
        {
            var answer = await send();
            return call.Name == TappedCall.Write && Interlocked.Increment(ref lost) == 1 ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : answer;
        };
        using var desk = broker.As(cast.Desk);

        Assert.Equal("wrong", (await desk.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()))).Reason);

        Assert.InRange((await environment.DocumentAsync(holding.Identity)).Document.Active!.Failures, 1, 2);
    }

    [Fact]
    [Trait("Requirement", "R-21")]
    public async Task A_failure_that_cannot_be_counted_gets_no_refusal()
    {
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), cast);
        var tap = new VaultTap(environment.Names);
        var broker = await environment.StartAsync(tap: tap, clock: new TestClock());
        tap.Interfere = (call, send) => call.Name == TappedCall.Write ? throw new HttpRequestException(HttpRequestError.ConnectionError) : send();
        using var desk = broker.As(cast.Desk);

        Assert.Equal(503, (await desk.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()))).Status);
    }

    [Fact]
    [Trait("Requirement", "R-20")]
    public async Task Wrong_answers_are_held_for_a_growing_time_and_a_right_code_never_waits()
    {
        var clock = new TestClock();
        var cast = await environment.CastAsync();
        var broker = await environment.StartAsync(clock: clock);
        var holding = await environment.HoldingAsync(broker, cast);
        await TryWrongAsync([broker], cast, holding, times: 9);
        Assert.Equal(Enumerable.Range(1, 9).Select(FailureLimits.Hold), clock.Holds);
        Assert.Equal(TimeSpan.FromSeconds(4), clock.Holds[^1]);

        clock.KeepsHolds = true;
        using var desk = broker.As(cast.Desk);
        var held = desk.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code()));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (clock.Held == 0)
        {
            await beat.WaitForNextTickAsync(patience.Token);
        }

        Assert.False(held.IsCompleted);
        Assert.Equal(10, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Failures);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(1))).Status);
        Assert.False(held.IsCompleted);
        clock.Release();
        Assert.Equal("wrong", (await held).Reason);
    }

    [Fact]
    [Trait("Requirement", "R-20")]
    public async Task Only_a_consumption_resets_the_count()
    {
        var cast = await environment.CastAsync();
        var broker = await environment.StartAsync(clock: new TestClock());
        var holding = await environment.HoldingAsync(broker, cast);
        await TryWrongAsync([broker], cast, holding, times: 7);
        using var desk = broker.As(cast.Desk);
        using var owner = broker.As(cast.Owner);
        await owner.IssueAsync(holding.Identity);
        await owner.StatusAsync(holding.Identity);
        Assert.Equal(7, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Failures);

        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(1))).Status);

        var set = (await environment.DocumentAsync(holding.Identity)).Document.Active!;
        Assert.Equal((0, 0), (set.Failures, set.Codes.Max(c => c.Failures)));
    }

    [Theory]
    [Trait("Requirement", "R-20")]
    [InlineData("unknown")]
    [InlineData("spent")]
    [InlineData("pending")]
    [InlineData("expired")]
    [InlineData("typo")]
    public async Task What_nobody_could_guess_is_neither_counted_nor_held_back(string what)
    {
        var clock = new TestClock();
        var cast = await environment.CastAsync();
        var broker = await environment.StartAsync(clock: clock);
        var holding = await environment.HoldingAsync(broker, cast);
        using var desk = broker.As(cast.Desk);
        using var owner = broker.As(cast.Owner);
        var code = what switch
        {
            "unknown" => MadeCodes.Unknown(CodeKind.Machine),
            "pending" => MadeCodes.WrongSecretOf((await environment.UnwrapAsync(cast.Owner, await owner.IssueAsync(holding.Identity))).Codes[0]),
            "typo" => holding.Code()[..^1] + (holding.Code()[^1] == '0' ? '1' : '0'),
            _ => MadeCodes.WrongSecretOf(holding.Code()),
        };
        if (what == "spent")
        {
            await desk.ConsumeAsync(holding.Identity, holding.Code());
        }
        else if (what == "expired")
        {
            await environment.ChangeDocumentAsync(holding.Identity, d => d with { Active = d.Active! with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) } });
        }

        var before = await environment.DocumentAsync(holding.Identity);
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(what == "typo" ? 400 : 403, (await desk.ConsumeAsync(holding.Identity, code)).Status);
        }

        Assert.Equal(before.Version, (await environment.DocumentAsync(holding.Identity)).Version);
        Assert.Empty(clock.Holds);
    }

    private static BrokerSettings PerSetAlone(BrokerSettings settings) => settings with { Failures = new FailureLimits(PerCode: 100) };

    private static async Task TryWrongAsync(RunningBroker[] brokers, Cast cast, Holding holding, int times, int code = 0)
    {
        for (var i = 0; i < times; i++)
        {
            using var desk = brokers[i % brokers.Length].As(cast.Desk);
            Assert.Equal(403, (await desk.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code(code)))).Status);
        }
    }
}
