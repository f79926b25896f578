using System.Diagnostics.Metrics;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Health;

namespace BackupCodeBroker.Telemetry;

/// <summary>Metrics of operations. Labels are bounded: names of operations, outcomes, reasons and profiles, never of identities.</summary>
internal sealed class OperationMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _operations;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _people;
    private readonly Histogram<double> _duration;

    public OperationMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(TelemetryNames.Source);
        _operations = _meter.CreateCounter<long>(TelemetryNames.Operations, "{operation}", "Operations by what they came to.");
        _conflicts = _meter.CreateCounter<long>(TelemetryNames.CasConflicts, "{conflict}", "Check-and-set writes that lost against another writer.");
        _people = _meter.CreateCounter<long>(TelemetryNames.PersonUsedMachineCode, "{operation}", "People spent codes of non-human identities.");
        _duration = _meter.CreateHistogram(TelemetryNames.OperationDuration, "s", "One operation, without the time for which a wrong answer is held back.", advice: Durations.Advice);
        _meter.CreateObservableGauge(TelemetryNames.BuildInfo, () => new Measurement<long>(1, Label(TelemetryNames.Version, ProductVersion.Build)), description: "Which build runs.");
    }

    /// <summary>An operation, or a piece of own work, has ended.</summary>
    public void Ended(string operation, string outcome, string? reason, TimeSpan took)
    {
        var op = Label(TelemetryNames.Operation, operation);
        var result = Label(TelemetryNames.Outcome, outcome);
        _operations.Add(1, op, result, Label(TelemetryNames.Reason, reason ?? ""));
        _duration.Record(took.TotalSeconds, op, result);
    }

    /// <summary>A check-and-set was lost.</summary>
    public void CasConflict(Operation operation) => _conflicts.Add(1, Label(TelemetryNames.Operation, operation.Name));

    /// <summary>A person spent a code of a non-human identity.</summary>
    public void PersonUsedMachineCode(string? profile) => _people.Add(1, Label(TelemetryNames.Profile, profile ?? ""));

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Label(string name, object? value) => new(name, value);
}
