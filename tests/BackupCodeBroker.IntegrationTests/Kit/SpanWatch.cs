using System.Collections.Concurrent;
using System.Diagnostics;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>Records the product's spans of this process, as a sampler that takes all would.</summary>
internal sealed class SpanWatch : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public SpanWatch()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "BackupCodeBroker",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The span of an answer's operation.</summary>
    public Activity Of(ApiReply reply) => _ended.Single(s => s.GetTagItem("bcb.operation_id") as string == reply.OperationId);

    /// <summary>The spans below it.</summary>
    public IReadOnlyList<Activity> Below(Activity span) => [.. _ended.Where(s => s.TraceId == span.TraceId && s.ParentSpanId == span.SpanId)];

    /// <summary>All of a trace.</summary>
    public IReadOnlyList<Activity> Trace(ApiReply reply) => [.. _ended.Where(s => s.TraceId.ToHexString() == reply.TraceId)];

    public void Dispose() => _listener.Dispose();
}
