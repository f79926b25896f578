using System.Threading.Channels;
using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Telemetry;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace BackupCodeBroker.Notices;

/// <summary>
/// One line of notices in front of a sink: the next is offered when the one before was taken, so that an identity's notices arrive in their order. A sink that
/// fails is offered the same notice again after growing pauses (or when it says, up to five minutes) until the notice is too old. Where a sink minds just this notice, as it says or as is
/// plain from its taking others meanwhile, the notice is put back for the sweep after some tries, so that one cannot stop the others; and its failures say nothing of the sink.
/// </summary>
internal sealed partial class SinkLane
{
    /// <summary>Most notices in line; what does not fit is left to the sweep.</summary>
    public const int MaxQueue = 512;

    /// <summary>Tries of a notice before it is put back, if the sink minds it.</summary>
    public const int MaxTriesOfMinded = 5;

    /// <summary>Longest pause between two tries.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private static readonly ResiliencePropertyKey<Notice> Offered = new("notice");
    private static readonly ResiliencePropertyKey<long> TakenBefore = new("taken before");
    private readonly Channel<Parcel> _queue = Channel.CreateBounded<Parcel>(new BoundedChannelOptions(MaxQueue) { SingleReader = true });
    private readonly INoticeSink _sink;
    private readonly SinkHealth _health;
    private readonly NoticeMetrics _metrics;
    private readonly NoticeSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<SinkLane> _logger;
    private readonly ResiliencePipeline _timeout;
    private readonly ResiliencePipeline<SinkAnswer> _retry;

    public SinkLane(INoticeSink sink, SinkHealth health, NoticeMetrics metrics, NoticeSettings settings, TimeProvider time, ILogger<SinkLane> logger)
    {
        (_sink, _health, _metrics, _settings, _time, _logger) = (sink, health, metrics, settings, time, logger);
        _timeout = new ResiliencePipelineBuilder { TimeProvider = time }.AddTimeout(settings.TryTimeout).Build();
        _retry = new ResiliencePipelineBuilder<SinkAnswer> { TimeProvider = time }.AddRetry(Retry()).Build();
    }

    /// <summary>Puts a notice in line; false where there is no room.</summary>
    public bool TryAdd(Parcel parcel) => _queue.Writer.TryWrite(parcel);

    /// <summary>Delivers what is in line until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (var parcel in _queue.Reader.ReadAllAsync(stop))
        {
            parcel.Done(await DeliverAsync(parcel.Notice, stop));
        }
    }

    /// <summary>Offers a notice until it is taken, put back or given up.</summary>
    public async Task<NoticeEnd> DeliverAsync(Notice notice, CancellationToken stop)
    {
        var context = ResilienceContextPool.Shared.Get(stop);
        context.Properties.Set(Offered, notice);
        context.Properties.Set(TakenBefore, _health.TakenBy(_sink.Name));
        try
        {
            if (await _retry.ExecuteAsync(async c => await OfferAsync(c.Properties.GetValue(Offered, notice), c.CancellationToken), context) is SinkAnswer.Taken)
            {
                return NoticeEnd.Delivered;
            }

            if (IsTooOld(notice))
            {
                return NoticeEnd.GivenUp;
            }

            _health.Mind(notice.Entry.Id);
            LogMinded(_sink.Name, notice.Entry.Notice, notice.Entry.Id);
            return NoticeEnd.LeftToSweep;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Offers a notice once.</summary>
    public async Task<SinkAnswer> OfferAsync(Notice notice, CancellationToken stop)
    {
        var answer = await OnceAsync(notice, stop);
        if (answer is SinkAnswer.Failed failed)
        {
            _metrics.Failed(_sink.Name, failed.Cause);
            if (!failed.MindsThisOne && !_health.Minds(notice.Entry.Id) && _health.Failed(_sink.Name))
            {
                _metrics.SinkIsDown(_sink.Name, true);
                LogDown(_sink.Name, failed.Cause);
            }

            return answer;
        }

        _metrics.Delivered(_sink.Name);
        if (_health.Took(_sink.Name))
        {
            _metrics.SinkIsDown(_sink.Name, false);
            LogBack(_sink.Name);
        }

        return answer;
    }

    private async Task<SinkAnswer> OnceAsync(Notice notice, CancellationToken stop)
    {
        try
        {
            return await _timeout.ExecuteAsync(async cancellation => await _sink.TakeAsync(notice, cancellation), stop);
        }
        catch (TimeoutRejectedException)
        {
            return new SinkAnswer.Failed("timeout");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // Nobody stops it: that is how a connection that does not come about in its own time ends, and thrown on it would end the whole server.
            return new SinkAnswer.Failed("timeout");
        }
        catch (Exception defect) when (defect is not OperationCanceledException)
        {
            LogDefect(_sink.Name, defect.GetType().Name);
            return new SinkAnswer.Failed("defect");
        }
    }

    private RetryStrategyOptions<SinkAnswer> Retry() => new()
    {
        MaxRetryAttempts = int.MaxValue,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = _settings.FirstPause,
        MaxDelay = LongestPause,
        ShouldHandle = async args =>
            args.Outcome.Result is SinkAnswer.Failed failed
            && args.Context.Properties.TryGetValue(Offered, out var notice) && !IsTooOld(notice)
            && !(args.AttemptNumber >= MaxTriesOfMinded - 1 && (failed.MindsThisOne || await TakesOthersAsync(notice, args.Context))),
        DelayGenerator = static args => ValueTask.FromResult<TimeSpan?>(
            (args.Outcome.Result as SinkAnswer.Failed)?.RetryAfter is { } wait && wait > TimeSpan.Zero ? wait < LongestPause ? wait : LongestPause : null),
    };

    // Others are taken by other lanes. Where there are none, the one behind this is offered once: at a sink that takes nothing it stays where it is.
    private async ValueTask<bool> TakesOthersAsync(Notice notice, ResilienceContext context)
    {
        if (_health.TakenBy(_sink.Name) > context.Properties.GetValue(TakenBefore, 0))
        {
            return true;
        }

        if (!_queue.Reader.TryPeek(out var next) || next.Notice.Subject == notice.Subject || await OfferAsync(next.Notice, context.CancellationToken) is not SinkAnswer.Taken)
        {
            return false;
        }

        _queue.Reader.TryRead(out _);
        next.Done(NoticeEnd.Delivered);
        return true;
    }

    private bool IsTooOld(Notice notice) => _time.GetUtcNow() - notice.Entry.At >= _settings.GiveUpAfter;

    [LoggerMessage(EventId = 111, Level = LogLevel.Error, Message = "notices: the sink {Sink} takes nothing ({Cause}); they wait in Vault and are tried again")]
    private partial void LogDown(string sink, string cause);

    [LoggerMessage(EventId = 112, Level = LogLevel.Warning, Message = "notices: the sink {Sink} takes them again")]
    private partial void LogBack(string sink);

    [LoggerMessage(EventId = 114, Level = LogLevel.Error, Message = "notices: the sink {Sink} does not take {Notice} {NoticeId}, and others; it is put back, and tried again with the sweep until it is given up")]
    private partial void LogMinded(string sink, string notice, string noticeId);

    [LoggerMessage(EventId = 113, Level = LogLevel.Error, Message = "notices: the sink {Sink} failed by a defect ({Defect})")]
    private partial void LogDefect(string sink, string defect);
}

/// <summary>A notice for all sinks: what became of it is told when the last of them is done with it, and is the worst that any of them says.</summary>
internal sealed class Parcel(Notice notice, int sinks, Action<Notice, NoticeEnd> finished)
{
    private readonly Lock _lock = new();
    private NoticeEnd _worst = NoticeEnd.Delivered;
    private int _open = sinks;

    public Notice Notice => notice;

    /// <summary>One sink is done with it.</summary>
    public void Done(NoticeEnd end)
    {
        lock (_lock)
        {
            _worst = end > _worst ? end : _worst;
            if (--_open > 0)
            {
                return;
            }
        }

        finished(notice, _worst);
    }
}
