using System.Diagnostics.Metrics;
using BackupCodeBroker.Core.Operations;

namespace BackupCodeBroker.Telemetry;

/// <summary>Metrics of operations. Labels are bounded: names of operations, outcomes and reasons, never of identities.</summary>
internal sealed class OperationMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _operations;
    private readonly Counter<long> _conflicts;
    private readonly Histogram<double> _duration;

    public OperationMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(TelemetryNames.Source);
        _operations = _meter.CreateCounter<long>(TelemetryNames.Operations);
        _conflicts = _meter.CreateCounter<long>(TelemetryNames.CasConflicts);
        _duration = _meter.CreateHistogram<double>(TelemetryNames.OperationDuration, "s");
    }

    /// <summary>An operation has ended.</summary>
    public void Ended(Operation operation, string outcome, string? reason, TimeSpan took)
    {
        var op = new KeyValuePair<string, object?>(TelemetryNames.Operation, operation.Name);
        var result = new KeyValuePair<string, object?>(TelemetryNames.Outcome, outcome);
        _operations.Add(1, op, result, new KeyValuePair<string, object?>(TelemetryNames.Reason, reason ?? ""));
        _duration.Record(took.TotalSeconds, op, result);
    }

    /// <summary>A check-and-set was lost.</summary>
    public void CasConflict(Operation operation) =>
        _conflicts.Add(1, new KeyValuePair<string, object?>(TelemetryNames.Operation, operation.Name));

    public void Dispose() => _meter.Dispose();
}
