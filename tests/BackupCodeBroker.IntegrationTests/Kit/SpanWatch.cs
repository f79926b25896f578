using System.Diagnostics;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>Records the product's spans of this process, as a sampler that takes all would.</summary>
internal sealed class SpanWatch : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public SpanWatch()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "BackupCodeBroker",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Add,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The span of an answer's operation, which comes after the answer and after the spans below it.</summary>
    public Activity Of(ApiReply reply)
    {
        var since = Stopwatch.GetTimestamp();
        lock (_ended)
        {
            while (true)
            {
                if (_ended.SingleOrDefault(s => s.GetTagItem("bcb.operation_id") as string == reply.OperationId) is { } span)
                {
                    return span;
                }

                var left = Patience - Stopwatch.GetElapsedTime(since);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_ended, left))
                {
                    throw new TimeoutException($"operation {reply.OperationId} has no span");
                }
            }
        }
    }

    /// <summary>The spans below it.</summary>
    public IReadOnlyList<Activity> Below(Activity span) => Where(s => s.TraceId == span.TraceId && s.ParentSpanId == span.SpanId);

    /// <summary>All of the trace of an operation that is over.</summary>
    public IReadOnlyList<Activity> Trace(ApiReply reply)
    {
        var trace = Of(reply).TraceId;
        return Where(s => s.TraceId == trace);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Activity span)
    {
        lock (_ended)
        {
            _ended.Add(span);
            Monitor.PulseAll(_ended);
        }
    }

    private List<Activity> Where(Func<Activity, bool> wanted)
    {
        lock (_ended)
        {
            return [.. _ended.Where(wanted)];
        }
    }
}
