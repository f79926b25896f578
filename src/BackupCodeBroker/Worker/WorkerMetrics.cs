using System.Diagnostics.Metrics;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Worker;

/// <summary>
/// What the worker does, and the figures of the fleet as the last whole sweep counted them. The figures come from the leader alone and cease when it
/// leads no more: a replica's old ones would stand beside the new leader's. Labels are bounded; none is an identity or an owner.
/// </summary>
internal sealed class WorkerMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly TimeProvider _time;
    private readonly Counter<long> _looked;
    private readonly Counter<long> _acts;
    private readonly Counter<long> _broken;
    private readonly Histogram<double> _duration;
    private volatile FleetCount? _fleet;
    private volatile bool _leads;

    public WorkerMetrics(IMeterFactory meters, TimeProvider time)
    {
        (_meter, _time) = (meters.Create(TelemetryNames.Source), time);
        _looked = _meter.CreateCounter<long>(TelemetryNames.SweepIdentities, "{identity}", "Identities that sweeps looked at.");
        _acts = _meter.CreateCounter<long>(TelemetryNames.SweepActs, "{act}", "What sweeps did.");
        _broken = _meter.CreateCounter<long>(TelemetryNames.SweepsBroken, "{sweep}", "Sweeps that broke off.");
        _duration = _meter.CreateHistogram(TelemetryNames.SweepDuration, "s", "One whole sweep.", advice: Durations.Advice);
        _meter.CreateObservableGauge(TelemetryNames.Leads, () => _leads ? 1 : 0, description: "1 while this replica's worker leads.");
        Gauge(TelemetryNames.FleetIdentities, "{identity}", "Identities by where they stand.", f => f.States.Select(s => Of(s.Value, TelemetryNames.FleetState, s.Key)));
        Gauge(TelemetryNames.FleetCodes, "{code}", "Codes left in active sets.", f => f.Remaining.Select(r => Of(r.Value, TelemetryNames.Profile, r.Key)));
        Gauge(TelemetryNames.FleetOldestSet, "s", "Age of the oldest active set.", f => f.OldestSet is { } at ? [Of((_time.GetUtcNow() - at).TotalSeconds)] : []);
        Gauge(TelemetryNames.FleetOverdue, "{set}", "Active sets that should have been replaced.", f => [Of(f.Overdue)]);
        Gauge(TelemetryNames.FleetOwnerless, "{identity}", "Identities whose owner is gone or disabled.", f => [Of(f.Ownerless)]);
        Gauge(TelemetryNames.FleetUnproven, "{set}", "Active sets of which no code was proven, or not lately.", f => [Of(f.Unproven)]);
        Gauge(TelemetryNames.FleetApprovalsOpen, "{approval}", "Approvals that wait for a second person.", f => [Of(f.ApprovalsOpen)]);
        Gauge(TelemetryNames.FleetReviewsOpen, "{review}", "Uses that nobody has reviewed.", f => [Of(f.ReviewsOpen)]);
        Gauge(TelemetryNames.FleetDeadLetters, "{notice}", "Notices that were given up.", f => [Of(f.DeadLetters)]);
        Gauge(TelemetryNames.FleetUnreadable, "{document}", "Documents that are deleted or cannot be read.", f => [Of(f.Unreadable)]);
    }

    /// <summary>When the last whole sweep ended; null where this replica has made none.</summary>
    public DateTimeOffset? SweptAt { get; private set; }

    /// <summary>Identities of the last whole sweep, as counted; null where this replica does not lead.</summary>
    public FleetCount? Fleet => _fleet;

    /// <summary>This replica leads from now on, or no more.</summary>
    public void Lead(bool leads)
    {
        _leads = leads;
        _fleet = leads ? _fleet : null;
    }

    /// <summary>A sweep looked at an identity.</summary>
    public void Looked() => _looked.Add(1);

    /// <summary>A sweep did something.</summary>
    public void Did(SweepAct act) => _acts.Add(1, new KeyValuePair<string, object?>(TelemetryNames.SweepAct, act.Name()));

    /// <summary>A sweep broke off.</summary>
    public void Broke() => _broken.Add(1);

    /// <summary>A sweep is done. One that saw only the rest counts nothing of the fleet.</summary>
    public void Swept(SweepRun run, bool isWhole, TimeSpan took, DateTimeOffset at)
    {
        if (isWhole)
        {
            _duration.Record(took.TotalSeconds);
            (_fleet, SweptAt) = (run.Fleet, at);
        }
    }

    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, string unit, string description, Func<FleetCount, IEnumerable<Measurement<double>>> measure) =>
        _meter.CreateObservableGauge(name, () => _fleet is { } fleet ? measure(fleet) : [], unit, description);

    private static Measurement<double> Of(double value) => new(value);

    private static Measurement<double> Of(double value, string label, string of) => new(value, new KeyValuePair<string, object?>(label, of));
}
