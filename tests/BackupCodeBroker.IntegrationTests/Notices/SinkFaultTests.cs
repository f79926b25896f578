using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Telemetry;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Notices;

/// <summary>
/// A receiver that is down, hangs, lies, sends elsewhere or too much: nothing is lost, no operation waits, new codes are refused where nobody could be told of them, and what ends
/// codes works all the same.
/// </summary>
public sealed class SinkFaultTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    /// <summary>Ways to fail, and the cause that metrics name.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "500", "server-error" },
        { "503 with Retry-After", "server-error" },
        { "429 with Retry-After", "throttled" },
        { "400", "client-error" },
        { "401", "client-error" },
        { "410", "gone" },
        { "302 to itself", "redirect" },
        { "reset", "unreachable" },
        { "200, then reset", "broken-off" },
        { "hangs", "timeout" },
        { "200, then hangs", "timeout" },
        { "headers without end", "unreachable" },
    };

    [Theory]
    [Trait("Requirement", "R-37")]
    [MemberData(nameof(Faults))]
    public async Task A_notice_that_was_not_taken_is_offered_again_under_its_id(string fault, string cause)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var faults = 0;
        receiver.Answer = (http, _) => Interlocked.Increment(ref faults) <= 2 ? FailAsync(http, fault) : Task.CompletedTask;
        var broker = await StartAsync(receiver, n => n with { TryTimeout = TimeSpan.FromSeconds(1) });
        using var metrics = new MetricWatch(broker);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        await receiver.UntilTakenAsync(2);
        Assert.Equal(["issued", "issued", "issued", "activated"], receiver.All.Select(r => r.Notice));
        Assert.Single(receiver.All.Take(3).Select(r => (r.Id, r.Text)).Distinct());
        // A reset may overtake the status that was sent before it.
        var overtaken = cause == "broken-off" ? metrics.Count(TelemetryNames.NoticesFailed, "webhook unreachable") : 0;
        Assert.Equal((2, 0), (metrics.Count(TelemetryNames.NoticesFailed, "webhook " + cause) + overtaken, metrics.Count(TelemetryNames.NoticesDead, "")));
        await broker.UntilAsync(() => Task.FromResult(metrics.Count(TelemetryNames.NoticesDelivered, "webhook") == 2));
        using var team = broker.As(cast.Team);
        Assert.Equal(204, (await team.RevokeAsync(holding.Identity)).Status);
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public async Task What_was_delivered_and_still_lies_in_a_full_outbox_is_neither_in_the_way_nor_counted_as_given_up()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var broker = await environment.StartAsync(
            s => s with
            {
                // Nothing but an operation's own write takes anything out, and no try is given up.
                Notices = receiver.Settings with { ClearEvery = TimeSpan.FromHours(1), TryTimeout = TimeSpan.FromMinutes(5) },
                Profiles = new Dictionary<string, Profile> { ["machine"] = Profile.Machine with { Count = CodeSet.MaxCodes } },
            },
            clock: new TestClock());
        using var metrics = new MetricWatch(broker);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        var board = broker.Services.GetRequiredService<NoticeBoard>();
        Task UntilDeliveredAsync() => broker.UntilAsync(async () => board.Undelivered((await environment.DocumentAsync(holding.Identity)).Document).Count == 0);
        await UntilDeliveredAsync();
        var back = new TaskCompletionSource();
        receiver.Answer = (_, _) => back.Task;
        using var verifier = broker.As(cast.Verifier);
        for (var i = 0; i < OutboxEntry.Max; i++)
        {
            Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code(i))).Status);
        }

        back.SetResult();
        await UntilDeliveredAsync();
        Assert.Equal(OutboxEntry.Max, (await environment.DocumentAsync(holding.Identity)).Document.Outbox.Count);
        Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code(OutboxEntry.Max))).Status);

        var document = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Equal((1, 0, 0), (document.Outbox.Count, document.DeadLetters, metrics.Count(TelemetryNames.NoticesDead, "")));
    }

    [Fact]
    public async Task An_answer_without_end_is_read_to_the_limit_and_believed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = async (http, _) =>
        {
            http.Response.StatusCode = 200;
            for (var i = 0; i < 10_000; i++)
            {
                await http.Response.Body.WriteAsync(new byte[64 * 1024], http.RequestAborted);
            }
        };
        var broker = await StartAsync(receiver);
        using var metrics = new MetricWatch(broker);
        await environment.HoldingAsync(broker, await environment.CastAsync());
        await broker.UntilAsync(() => Task.FromResult(metrics.Count(TelemetryNames.NoticesDelivered, "webhook") == 2));
        Assert.Equal(2, receiver.All.Count);
    }

    [Fact]
    public async Task A_receiver_of_another_authority_is_told_nothing()
    {
        await using var receiver = await WebhookReceiver.StartAsync(tls: true);
        await using var other = await WebhookReceiver.StartAsync(tls: true);
        var broker = await StartAsync(receiver, n => n with { CaCertificate = other.CaFile });
        using var metrics = new MetricWatch(broker);
        await environment.HoldingAsync(broker, await environment.CastAsync());
        await broker.UntilAsync(() => Task.FromResult(metrics.Count(TelemetryNames.NoticesFailed, "webhook tls") >= 2));
        Assert.Empty(receiver.All);
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public async Task While_the_receiver_takes_nothing_issue_is_refused_and_the_rest_works_and_its_return_ends_it()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var broker = await StartAsync(receiver);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        await receiver.UntilTakenAsync(2);
        receiver.Answer = (http, _) => FailAsync(http, "500");
        await DownAsync(broker, cast, holding);
        using var owner = broker.As(cast.Owner);
        using var desk = broker.As(cast.Desk);
        using var team = broker.As(cast.Team);
        var refused = await owner.IssueAsync(holding.Identity);
        Assert.Equal((403, "refused", "notices-undelivered"), (refused.Status, refused.Code, refused.Reason));
        Assert.Null((await environment.DocumentAsync(holding.Identity)).Document.Pending);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(1))).Status);
        Assert.Equal(204, (await team.RevokeAsync(holding.Identity)).Status);

        receiver.Answer = null;
        await receiver.UntilTakenAsync(5);
        Assert.Equal(["issued", "activated", "consumed", "consumed", "revoked"], receiver.Taken.Select(t => t.Notice));
        await broker.UntilAsync(async () => (await owner.IssueAsync(holding.Identity)).Status == 201);
    }

    [Theory]
    [Trait("Requirement", "R-37")]
    [InlineData("400")]
    [InlineData("500")]
    public async Task One_notice_that_the_receiver_minds_keeps_neither_the_fleet_nor_its_identity_from_new_codes(string answer)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var clock = new TestClock();
        var broker = await environment.StartAsync(s => s with { Notices = receiver.Settings }, clock: clock);
        var cast = await environment.CastAsync();
        var (minded, other) = (await environment.HoldingAsync(broker, cast), await environment.HoldingAsync(broker, cast));
        await receiver.UntilTakenAsync(4);
        receiver.Answer = (http, received) => received.Notice == "consumed" ? FailAsync(http, answer) : Task.CompletedTask;
        using var verifier = broker.As(cast.Verifier);
        using var owner = broker.As(cast.Owner);
        Assert.Equal(200, (await verifier.ConsumeAsync(minded.Identity, minded.Code(0))).Status);
        var (health, guesses) = (broker.Services.GetRequiredService<SinkHealth>(), 0);
        await broker.UntilAsync(async () =>
        {
            // Something else is told of meanwhile, which shows that it is the notice.
            await verifier.ConsumeAsync(other.Identity, MadeCodes.WrongSecretOf(other.Code(guesses++ % 9)));
            return receiver.All.FirstOrDefault(r => r.Notice == "consumed") is { } offered && health.Minds(offered.Id);
        });
        await broker.UntilAsync(() => Task.FromResult(!health.AnyIsDown));
        clock.Move(NoticeDuty.Overdue + TimeSpan.FromMinutes(1));
        await broker.UntilAsync(async () => (await owner.IssueAsync(minded.Identity)).Status == 201);
        Assert.Equal(201, (await owner.IssueAsync(other.Identity)).Status);
        Assert.Contains((await environment.DocumentAsync(minded.Identity)).Document.Outbox, e => e.Notice == "consumed");
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public async Task Configuration_says_what_is_not_done_untold()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var careless = await StartAsync(receiver, n => n with { RequiredFor = new NoticeDuty([]) });
        var strict = await StartAsync(receiver, n => n with { RequiredFor = new NoticeDuty(["issue", "consume"]) });
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(careless, cast);
        await receiver.UntilTakenAsync(2);
        receiver.Answer = (http, _) => FailAsync(http, "500");
        await DownAsync(careless, cast, holding);
        await DownAsync(strict, cast, holding, code: 1);
        using var owner = careless.As(cast.Owner);
        using var desk = strict.As(cast.Desk);
        using var verifier = strict.As(cast.Verifier);
        Assert.Equal(201, (await owner.IssueAsync(holding.Identity)).Status);
        Assert.Equal("notices-undelivered", (await desk.ConsumeAsync(holding.Identity, holding.Code(2))).Reason);
        var (told, untold) = (await verifier.ConsumeAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code(3))), await verifier.ConsumeAsync(holding.Identity, holding.Code(2)));
        Assert.Equal((told.Uniform, told.UniformHeaders), (untold.Uniform, untold.UniformHeaders));
    }

    [Fact]
    [Trait("Requirement", "R-37")]
    public async Task A_full_outbox_refuses_issue_and_lets_every_ending_through_and_counts_what_gave_way()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (http, _) => FailAsync(http, "hangs");
        // Nobody finds the sink down here: the document alone tells.
        var broker = await StartAsync(receiver, n => n with { TryTimeout = TimeSpan.FromMinutes(10) });
        using var metrics = new MetricWatch(broker);
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(broker, cast);
        using var owner = broker.As(cast.Owner);
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(201, (await owner.IssueAsync(holding.Identity)).Status);
        }

        Assert.Equal(32, (await environment.DocumentAsync(holding.Identity)).Document.Outbox.Count);
        Assert.Equal("notices-undelivered", (await owner.IssueAsync(holding.Identity)).Reason);
        using var team = broker.As(cast.Team);
        Assert.Equal(204, (await team.RevokeAsync(holding.Identity)).Status);
        var (document, _) = await environment.DocumentAsync(holding.Identity);
        Assert.Equal((32, 1, "revoked"), (document.Outbox.Count, document.DeadLetters, document.Outbox[^1].Notice));
        Assert.Equal((1, 1), (metrics.Count(TelemetryNames.NoticesDead, ""), metrics.Count(TelemetryNames.Alarms, "notices-given-up")));
    }

    [Fact]
    public async Task What_is_too_old_is_given_up_and_counted()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (http, _) => FailAsync(http, "500");
        var clock = new TestClock();
        var broker = await environment.StartAsync(s => s with { Notices = receiver.Settings }, clock: clock);
        using var metrics = new MetricWatch(broker);
        var holding = await environment.HoldingAsync(broker, await environment.CastAsync());
        clock.Move(TimeSpan.FromHours(73));
        await broker.UntilAsync(async () => (await environment.DocumentAsync(holding.Identity)).Document.DeadLetters == 2);
        Assert.Empty((await environment.DocumentAsync(holding.Identity)).Document.Outbox);
        await broker.UntilAsync(() => Task.FromResult(metrics.Count(TelemetryNames.NoticesDead, "") == 2));
        Assert.Empty(receiver.Taken);
    }

    [Fact]
    public async Task A_secret_is_exchanged_without_a_restart_and_meanwhile_both_sign()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var broker = await StartAsync(receiver);
        var cast = await environment.CastAsync();
        await environment.HoldingAsync(broker, cast);
        await receiver.UntilTakenAsync(2);
        var next = "whsec_" + Convert.ToBase64String(new byte[32]);
        await File.WriteAllTextAsync(receiver.SecretFile, next + "\n" + receiver.Secret, TestContext.Current.CancellationToken);
        await environment.HoldingAsync(broker, cast);
        await receiver.UntilTakenAsync(4);
        Assert.All(receiver.Taken.Take(2), t => Assert.Equal([t.Expected], t.Signature.Split(' ')));
        Assert.All(receiver.Taken.Skip(2), t => Assert.Equal((2, t.Expected), (t.Signature.Split(' ').Length, t.Signature.Split(' ')[1])));
    }

    private Task<RunningBroker> StartAsync(WebhookReceiver receiver, Func<NoticeSettings, NoticeSettings>? notices = null) =>
        environment.StartAsync(s => s with { Notices = (notices ?? (n => n))(receiver.Settings) }, clock: new TestClock());

    // A consumption's notice fails until the replica takes the sink for one that is down.
    private static async Task DownAsync(RunningBroker broker, Cast cast, Holding holding, int code = 0)
    {
        using var verifier = broker.As(cast.Verifier);
        Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code(code))).Status);
        await broker.UntilAsync(() => Task.FromResult(broker.Services.GetRequiredService<SinkHealth>().AnyIsDown));
    }

    private static async Task FailAsync(HttpContext http, string fault)
    {
        var status = fault.Split(' ', ',')[0];
        http.Response.StatusCode = int.TryParse(status, out var number) ? number : 200;
        switch (fault)
        {
            case "503 with Retry-After" or "429 with Retry-After":
                http.Response.Headers.RetryAfter = "1";
                break;
            case "302 to itself":
                http.Response.Headers.Location = http.Request.Path.ToString();
                break;
            case "reset":
                http.Abort();
                break;
            case "200, then reset":
                http.Response.ContentLength = 100;
                await http.Response.Body.WriteAsync(new byte[10]);
                await http.Response.Body.FlushAsync();
                http.Abort();
                break;
            case "200, then hangs":
                await http.Response.Body.WriteAsync(new byte[10]);
                await http.Response.Body.FlushAsync();
                await HangAsync(http);
                break;
            case "hangs":
                await HangAsync(http);
                break;
            case "headers without end":
                http.Response.Headers["x-much"] = new string('x', 64 * 1024);
                break;
        }
    }

    private static async Task HangAsync(HttpContext http)
    {
        var gone = new TaskCompletionSource();
        await using var registration = http.RequestAborted.Register(gone.SetResult);
        await gone.Task;
        http.Response.StatusCode = http.Response.HasStarted ? http.Response.StatusCode : 500;
    }
}
