using System.Diagnostics;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Operations;

/// <summary>
/// One operation from its first byte to its answer: its id, its trace, its deadline, and what it has found out so far for the access record.
/// It is handed from hand to hand and never stored.
/// </summary>
internal sealed class OperationScope : IDisposable
{
    /// <summary>Longest time that an operation works; holding a wrong answer back comes on top.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private static readonly ActivitySource Source = new(TelemetryNames.Source);

    private readonly CancellationTokenSource _deadline;
    private readonly Activity _activity;

    public OperationScope(Operation operation, TimeProvider time, ActivityContext parent)
    {
        Operation = operation;
        Time = time;
        Started = time.GetTimestamp();
        _deadline = new CancellationTokenSource(Deadline, time);
        _activity = Source.StartActivity("bcb." + operation.Name, ActivityKind.Internal, parent) ?? Untraced(operation, parent);
        _activity.SetTag(TelemetryNames.Operation, operation.Name);
        _activity.SetTag(TelemetryNames.OperationId, Id);
        Call = new VaultCall(TraceParentOf(_activity), _deadline.Token);
    }

    /// <summary>Id of the operation: 128 random bits, 32 hex digits.</summary>
    public string Id { get; } = ActivityTraceId.CreateRandom().ToHexString();

    /// <summary>Id of the trace that the operation is part of.</summary>
    public string TraceId => _activity.TraceId.ToHexString();

    /// <summary>What is asked for.</summary>
    public Operation Operation { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>When it began, as a time stamp of <see cref="Time"/>.</summary>
    public long Started { get; }

    /// <summary>What every call to Vault of this operation carries.</summary>
    public VaultCall Call { get; }

    /// <summary>Identity that it is about; null for operations over all.</summary>
    public IdentityName? Identity { get; set; }

    /// <summary>The caller, once Vault has said who it is.</summary>
    public Actor? Caller { get; set; }

    /// <summary>Generation of the code set concerned, once known.</summary>
    public int? Generation { get; set; }

    /// <summary>Digest of the profile in force, once known.</summary>
    public string? ProfileDigest { get; set; }

    /// <summary>Now, UTC, in whole milliseconds: what is stored and what is answered are the same time.</summary>
    public DateTimeOffset Now
    {
        get
        {
            var now = Time.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
        }
    }

    /// <summary>Ends the span with what the operation came to.</summary>
    public void Conclude(string outcome, string? reason)
    {
        _activity.SetTag(TelemetryNames.Outcome, outcome);
        _activity.SetTag(TelemetryNames.Reason, reason);
        _activity.SetTag(TelemetryNames.Identity, Identity?.Value);
        _activity.SetTag(TelemetryNames.CallerEntity, Caller?.EntityId);
        _activity.SetTag(TelemetryNames.Generation, Generation);
        _activity.Stop();
    }

    public void Dispose()
    {
        _deadline.Dispose();
        _activity.Dispose();
    }

    // With no listener and no sampler there is no span, but Vault's audit log and the answer need trace and span ids all the same.
    private static Activity Untraced(Operation operation, ActivityContext parent)
    {
        var activity = new Activity("bcb." + operation.Name);
        if (parent != default)
        {
            activity.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
        }

        return activity.Start();
    }

    private static string TraceParentOf(Activity activity) =>
        $"00-{activity.TraceId.ToHexString()}-{activity.SpanId.ToHexString()}-{(activity.Recorded ? "01" : "00")}";
}
