using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Notices;

/// <summary>
/// Carries notices from the board to the sinks, in the background: no operation waits for it. It holds nothing that is not in Vault: what is under way when the process ends stays in its
/// document and is delivered by a sweep, once more under the same id if need be. Delivered notices go out of their document with the next write to it, or by a write of the
/// courier's own where none comes.
/// </summary>
internal sealed class Courier : BackgroundService, INoticeOffer
{
    private readonly NoticeBoard _board;
    private readonly OutboxClearing _clearing;
    private readonly NoticeSettings _settings;
    private readonly TimeProvider _time;
    private readonly SinkLane[][] _lanes;

    public Courier(
        NoticeBoard board, OutboxClearing clearing, IEnumerable<INoticeSink> sinks, SinkHealth health, NoticeMetrics metrics, NoticeSettings settings, TimeProvider time, ILogger<SinkLane> logger)
    {
        (_board, _clearing, _settings, _time) = (board, clearing, settings, time);
        _lanes = [.. sinks.Select(sink => Enumerable.Range(0, sink.Lanes).Select(_ => new SinkLane(sink, health, metrics, settings, time, logger)).ToArray())];
    }

    /// <inheritdoc/>
    public async Task<NoticeOffered> OfferAsync(Notice notice, CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(_lanes.Select(sink => sink[0].OfferAsync(notice, cancellation)));
        return answers.Any(a => a is SinkAnswer.Failed { MindsThisOne: false }) ? NoticeOffered.Failed
            : answers.Any(a => a is SinkAnswer.Failed) ? NoticeOffered.Minded
            : NoticeOffered.Taken;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([DispatchAsync(stoppingToken), ClearAsync(stoppingToken), .. _lanes.SelectMany(sink => sink).Select(lane => lane.RunAsync(stoppingToken))]);

    private async Task DispatchAsync(CancellationToken stop)
    {
        await foreach (var notice in _board.Waiting.ReadAllAsync(stop))
        {
            var parcel = new Parcel(notice, _lanes.Length, _board.Finished);
            var place = (uint)string.GetHashCode(notice.Subject, StringComparison.Ordinal);
            foreach (var sink in _lanes)
            {
                if (!sink[place % sink.Length].TryAdd(parcel))
                {
                    parcel.Done(NoticeEnd.LeftToSweep);
                }
            }
        }
    }

    private async Task ClearAsync(CancellationToken stop)
    {
        using var beat = new PeriodicTimer(_settings.ClearEvery, _time);
        while (await beat.WaitForNextTickAsync(stop))
        {
            foreach (var finished in _board.Look())
            {
                await _clearing.ClearAsync(finished, stop);
            }
        }
    }
}
