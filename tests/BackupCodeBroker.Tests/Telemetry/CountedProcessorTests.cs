using System.Diagnostics.Metrics;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Telemetry.Export;
using Microsoft.Extensions.Time.Testing;
using OpenTelemetry;
using Xunit;

namespace BackupCodeBroker.Tests.Telemetry;

/// <summary>What the SDK's batches do not deliver is counted to the item, and nobody waits for it.</summary>
[Trait("Requirement", "R-39")]
public sealed class CountedProcessorTests : IDisposable
{
    private const int Room = 64;
    private const int BatchSize = 16;

    private readonly LossWatch _watch = new();
    private readonly Receiver _receiver = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void What_is_delivered_is_not_counted()
    {
        using var processor = Make();
        Send(processor, 40);
        Assert.True(processor.ForceFlush(10_000));
        Assert.Equal((40, 0L), (_receiver.Received, Dropped("queue-full") + Dropped("export-failed")));
        Assert.Empty(_watch.Lines);
    }

    [Fact]
    public void A_receiver_that_hangs_costs_exactly_what_does_not_fit()
    {
        using var processor = Make();
        _receiver.Hang();
        Send(processor, 1_000);
        Assert.Equal(1_000 - Room, Dropped("queue-full"));
        Assert.Equal(Room, _watch.Count("bcb.telemetry.queue", "traces"));
        _receiver.GoOn();
        Assert.True(processor.ForceFlush(10_000));
        Assert.Equal(Room, _receiver.Received);
        Assert.Single(_watch.Lines, l => l.StartsWith("Warning: telemetry is not delivered (traces): more is made", StringComparison.Ordinal));
    }

    [Fact]
    public void A_receiver_that_refuses_costs_every_batch_and_is_told_once_and_once_when_it_is_back()
    {
        using var processor = Make();
        _receiver.Refuses = true;
        Send(processor, 40);
        processor.ForceFlush(10_000);
        Assert.Equal(40, Dropped("export-failed"));
        Assert.Equal(3, _watch.Count("bcb.telemetry.failed_exports", "traces"));

        _receiver.Refuses = false;
        Send(processor, 40);
        processor.ForceFlush(10_000);
        Assert.Equal((40, 40L), (_receiver.Received, Dropped("export-failed")));
        Assert.Equal(
            [
                "Warning: telemetry is not delivered (traces): http://receiver does not take it; operations go on, what is dropped is counted",
                "Information: telemetry is delivered again (traces); 40 were dropped meanwhile",
            ],
            _watch.Lines);
    }

    [Fact]
    public async Task After_an_export_that_failed_the_next_one_waits_and_what_its_queue_does_not_hold_is_counted()
    {
        using var processor = Make();
        _receiver.Refuses = true;
        Send(processor, BatchSize);
        await UntilAsync(() => Dropped("export-failed") == BatchSize);
        _receiver.Refuses = false;
        Send(processor, 1_000);
        Assert.Equal((0, 1_000L - Room), (_receiver.Received, Dropped("queue-full")));

        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _receiver.Received == Room;
        });
    }

    [Fact]
    public async Task Who_ends_while_exports_rest_waits_for_nothing()
    {
        using var processor = Make();
        _receiver.Refuses = true;
        Send(processor, BatchSize);
        await UntilAsync(() => Dropped("export-failed") == BatchSize);
        _receiver.Refuses = false;
        Send(processor, Room);
        Assert.True(processor.Shutdown(10_000));
        Assert.Equal((Room, 0L), (_receiver.Received, Dropped("shutdown")));
    }

    [Fact]
    public void An_end_that_a_receiver_hangs_through_comes_in_time_and_is_counted()
    {
        using var processor = Make();
        _receiver.Hang();
        Send(processor, 20);
        Assert.False(processor.Shutdown(50));
        Assert.Equal(20, Dropped("shutdown"));
        Send(processor, 3);
        Assert.Equal(23, Dropped("shutdown"));
        _receiver.GoOn();
    }

    [Fact]
    public void An_export_that_ends_after_the_host_has_gone_throws_nothing()
    {
        var loss = new TelemetryLoss(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(), () => throw new ObjectDisposedException("host"));
        loss.Failed(Sink.Traces, "the receiver does not take it");
        loss.Worked(Sink.Traces);
        loss.LeftBehind(Sink.Logs, 3);
        loss.Dispose();
    }

    public void Dispose()
    {
        _receiver.GoOn();
        _receiver.Dispose();
        _watch.Dispose();
    }

    private long Dropped(string cause) => _watch.Count("bcb.telemetry.dropped", "traces", cause);

    private CountedProcessor<string> Make() => new(
        _receiver, exporter => new Batches(exporter), Room, Sink.Traces, "http://receiver", _watch.Loss, _time);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            await beat.WaitForNextTickAsync(patience.Token);
        }
    }

    private static void Send(CountedProcessor<string> processor, int items)
    {
        for (var i = 0; i < items; i++)
        {
            processor.OnEnd("item");
        }
    }

    private sealed class Batches(BaseExporter<string> exporter) : BatchExportProcessor<string>(exporter, Room, 60_000, 10_000, BatchSize);

    private sealed class Receiver : BaseExporter<string>
    {
        private volatile TaskCompletionSource _open = Opened();
        private volatile bool _refuses;
        private int _received;

        public bool Refuses
        {
            get => _refuses;
            set => _refuses = value;
        }

        public int Received => Volatile.Read(ref _received);

        public void Hang() => _open = new TaskCompletionSource();

        public void GoOn() => _open.TrySetResult();

        public override ExportResult Export(in Batch<string> batch)
        {
            _open.Task.Wait();
            if (Refuses)
            {
                return ExportResult.Failure;
            }

            foreach (var _ in batch)
            {
                _received++;
            }

            return ExportResult.Success;
        }

        private static TaskCompletionSource Opened()
        {
            var open = new TaskCompletionSource();
            open.SetResult();
            return open;
        }
    }
}
