using System.Diagnostics;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Operations;

/// <summary>
/// The span of one operation, or of one piece of the broker's own work, with its ids and the journal of its requests to Vault. It has its ids whether
/// or not anybody records spans: Vault's audit log, the answer and the access record need them all the same. Its parent is what the caller sent and
/// nothing else, so that no span of the host's, which nobody exports, stands in between. It is current in the asynchronous method that makes it, until that ends.
/// </summary>
internal sealed class OperationSpan : IDisposable
{
    private static readonly ActivitySource Source = new(TelemetryNames.Source);

    private readonly Activity _activity;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _startedAt;
    private readonly EndedCalls _ended;

    public OperationSpan(string name, ActivityKind kind, TimeProvider time, ActivityContext parent)
    {
        (Name, _time, Started, _startedAt) = (name, time, time.GetTimestamp(), time.GetUtcNow());
        Activity.Current = null;
        _activity = Source.StartActivity(TelemetryNames.SpanPrefix + name, kind, parent, startTime: _startedAt) ?? Unrecorded(name, parent);
        _ended = new EndedCalls(Context);
        (TraceId, SpanId) = (_activity.TraceId.ToHexString(), _activity.SpanId.ToHexString());
        Tag(TelemetryNames.Operation, name);
        Tag(TelemetryNames.OperationId, Id);
    }

    /// <summary>Name of the operation.</summary>
    public string Name { get; }

    /// <summary>Id of the operation: 128 random bits, 32 hex digits.</summary>
    public string Id { get; } = ActivityTraceId.CreateRandom().ToHexString();

    /// <summary>Id of the trace.</summary>
    public string TraceId { get; }

    /// <summary>Id of the span: the broker's choice, never the caller's.</summary>
    public string SpanId { get; }

    /// <summary>When it began, as a time stamp of the clock.</summary>
    public long Started { get; }

    /// <summary>Its requests to Vault.</summary>
    public VaultJournal Journal { get; } = new();

    /// <summary>The span as a parent of others.</summary>
    public ActivityContext Context => _activity.Context;

    /// <summary>What every call to Vault carries.</summary>
    public VaultCall Call(CancellationToken cancellation) =>
        new($"00-{TraceId}-{SpanId}-{(_activity.Recorded ? "01" : "00")}", cancellation) { Parent = Context, Journal = Journal, Ended = _ended };

    /// <summary>Adds an attribute, each at most once: nobody looks whether it is there. Nothing where it has no value, or nobody records.</summary>
    public void Tag(string name, object? value)
    {
        if (value is not null && _activity.IsAllDataRequested)
        {
            _activity.AddTag(name, value);
        }
    }

    /// <summary>The operation came to this, now: the span lasts until here. A refusal is no error of the span's; a fault is.</summary>
    public void Conclude(string outcome, string? reason)
    {
        _activity.SetEndTime((_startedAt + _time.GetElapsedTime(Started)).UtcDateTime);
        Tag(TelemetryNames.Outcome, outcome);
        Tag(TelemetryNames.Reason, reason);
        if (outcome == Outcomes.Fault)
        {
            _activity.SetStatus(ActivityStatusCode.Error, reason);
        }
    }

    /// <summary>The record of it, with what every record has.</summary>
    public AccessRecord Record(string outcome, string? reason)
    {
        var now = _time.GetUtcNow();
        return new AccessRecord
        {
            StartedAt = _startedAt,
            EndedAt = now > _startedAt ? now : _startedAt,
            OperationId = Id,
            TraceId = TraceId,
            SpanId = SpanId,
            Operation = Name,
            Outcome = outcome,
            Reason = reason,
            VaultCalls = Journal.Answered,
            VaultUncertain = Journal.Uncertain,
            VaultRequests = Journal.Ids,
        };
    }

    /// <summary>Tells the calls to Vault and then the span; once is enough.</summary>
    public void Dispose()
    {
        _ended.Tell();
        _activity.Dispose();
    }

    private static Activity Unrecorded(string name, ActivityContext parent)
    {
        var activity = new Activity(TelemetryNames.SpanPrefix + name) { IsAllDataRequested = false };
        if (parent != default)
        {
            activity.SetParentId(parent.TraceId, parent.SpanId);
        }

        return activity.Start();
    }
}
