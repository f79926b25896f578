using System.Net;
using System.Net.Sockets;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>A receiver that is down, hangs or answers nonsense costs nobody an operation, and what it did not take is counted to the last item (R-39).</summary>
[Trait("Requirement", "R-39")]
public sealed class OtlpLossTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private static readonly TimeSpan ToEnd = TimeSpan.FromSeconds(10);

    // What is given up and arrives all the same would be counted as lost: long enough for a receiver that is only slow.
    private static readonly Dictionary<string, string> SoonGivenUp = new() { ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "3000" };

    [Theory]
    [InlineData("grpc", "Hang")]
    [InlineData("http/protobuf", "Hang")]
    [InlineData("grpc", "Unavailable")]
    [InlineData("http/protobuf", "Unavailable")]
    [InlineData("grpc", "TooLarge")]
    [InlineData("http/protobuf", "TooLarge")]
    [InlineData("grpc", "Garbage")]
    public async Task What_a_receiver_turned_away_is_counted_once_it_takes_again(string protocol, string mood)
    {
        await using var stage = await OtlpStage.StartAsync(environment, protocol, mood == "Hang" ? SoonGivenUp : null);
        stage.Receiver.Mood = Enum.Parse<OtlpMood>(mood);
        var holding = await stage.HoldingAsync();
        var lost = new List<ApiReply>();
        for (var i = 0; i < 5; i++)
        {
            lost.Add(await stage.AskAsync(stage.Cast.Desk, c => c.ConsumeAsync(holding.Identity, holding.Code(i))));
        }

        Assert.All(lost, reply => Assert.True(reply.Status == 200, reply.Text));
        await UntilAsync(() => lost.All(r => Holds(stage.Receiver.TurnedAway, r)));
        stage.Receiver.Mood = OtlpMood.Accept;
        var kept = await stage.AskAsync(stage.Cast.Desk, c => c.ConsumeAsync(holding.Identity, holding.Code(5)));

        // Each payload that was turned away, no other, and each item of it once: what arrives twice was not lost.
        await stage.Receiver.UntilAsync(
            r => Holds(r, kept) && Dropped(r, "traces") == stage.Receiver.TurnedAway.Spans.Count && Dropped(r, "logs") == stage.Receiver.TurnedAway.Logs.Count,
            $"counts of {stage.Receiver.TurnedAway}");
        Assert.DoesNotContain(lost, reply => Holds(stage.Receiver.Accepted, reply));
        Assert.Equal(0, await stage.Broker.TerminateAsync(ToEnd));
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Without_a_receiver_operations_go_on_and_what_was_lost_until_it_came_is_counted(string protocol)
    {
        var (grpc, http) = (FreePort(), FreePort());
        var cast = await environment.CastAsync();
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), cast);
        await using var broker = await BrokerProcess.StartAsync(
            environment, variables: OtlpStage.Variables($"http://127.0.0.1:{(protocol == "grpc" ? grpc : http)}", protocol));
        using var desk = broker.As(cast.Desk);
        var replies = new List<ApiReply>();
        for (var i = 0; i < 5; i++)
        {
            replies.Add(await desk.ConsumeAsync(holding.Identity, holding.Code(i)));
        }

        Assert.All(replies, reply => Assert.True(reply.Status == 200, reply.Text));
        // Said once, by the console, when the first export failed.
        await UntilAsync(() => broker.Said.Contains("telemetry is not delivered (logs)", StringComparison.Ordinal));
        await using var receiver = await OtlpReceiver.StartAsync(grpc, http);
        var kept = await desk.ConsumeAsync(holding.Identity, holding.Code(5));

        var missing = replies.Count;
        var received = await receiver.UntilAsync(
            r => Holds(r, kept) && (missing = replies.Count(reply => !Holds(r, reply))) <= Dropped(r, "traces") && missing <= Dropped(r, "logs"), "what was lost");
        Assert.Equal(0, await broker.TerminateAsync(ToEnd));
        Assert.Contains(receiver.Accepted.Counters("bcb.telemetry.failed_exports"), c => c.Value > 0);
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task A_receiver_that_hangs_does_not_keep_the_process_from_ending(string protocol)
    {
        // The exporter's own patience of ten seconds is left as it is.
        await using var stage = await OtlpStage.StartAsync(environment, protocol);
        stage.Receiver.Mood = OtlpMood.Hang;
        Assert.Equal(200, (await stage.AskAsync(stage.Cast.Team, c => c.ListAsync())).Status);
        await UntilAsync(() => stage.Receiver.Payloads.Any(p => !p.Accepted));

        var exit = await stage.Broker.TerminateAsync(ToEnd);
        Assert.True(exit == 0, $"{exit}: {stage.Broker.Said}");
    }

    [Fact]
    public async Task A_full_queue_drops_and_counts_and_holds_nobody_up()
    {
        await using var stage = await OtlpStage.StartAsync(environment, "grpc", new Dictionary<string, string>
        {
            ["OTEL_BSP_MAX_QUEUE_SIZE"] = "8",
            ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = "8",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "60000",
        });
        var holding = await stage.HoldingAsync();
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal(200, (await stage.AskAsync(stage.Cast.Desk, c => c.ConsumeAsync(holding.Identity, holding.Code(i)))).Status);
        }

        var received = await stage.Receiver.UntilAsync(r => r.Counter("bcb.operations", ("bcb.operation", "consume"), ("bcb.outcome", "done"), ("bcb.reason", "")) == 9 && Dropped(r, "traces") > 0, "drops");
        Assert.Contains(received.Counters("bcb.telemetry.dropped"), c => (string)c.Attributes["bcb.telemetry.cause"] == "queue-full");
    }

    private static long Dropped(OtlpReceived received, string sink) =>
        received.Counters("bcb.telemetry.dropped").Where(c => (string)c.Attributes["bcb.telemetry.sink"] == sink).Sum(c => c.Value);

    private static bool Holds(OtlpReceived received, ApiReply reply) =>
        received.Access.Any(l => l["bcb.operation_id"] as string == reply.OperationId) && received.Spans.Any(s => s["bcb.operation_id"] as string == reply.OperationId);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            await beat.WaitForNextTickAsync(patience.Token);
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
