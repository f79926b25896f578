using System.Diagnostics.Metrics;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Worker;

namespace BackupCodeBroker.Features.Lockdowns;

/// <summary>
/// Lockdowns in force and how far they got, as the leader's last whole sweep counted it; other replicas say nothing. Labels are mode and stage: which
/// lockdown it is tells its story.
/// </summary>
internal sealed class LockdownMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly WorkerMetrics _worker;
    private volatile IReadOnlyList<ModeFigures>? _counted;

    public LockdownMetrics(IMeterFactory meters, WorkerMetrics worker)
    {
        (_meter, _worker) = (meters.Create(TelemetryNames.Source), worker);
        _meter.CreateObservableGauge(TelemetryNames.Lockdowns, InForce, "{lockdown}", "Lockdowns in force.");
        _meter.CreateObservableGauge(TelemetryNames.LockdownIdentities, Identities, "{identity}", "Identities that lockdowns in force hit, and how far that got.");
    }

    /// <summary>A whole sweep has counted.</summary>
    public void Counted(IReadOnlyCollection<LockdownStory> stories) => _counted = [.. Modes.Select(mode => ModeFigures.Of(mode, stories))];

    public void Dispose() => _meter.Dispose();

    private static readonly string[] Modes = [Core.Documents.Lockdown.Freeze, Core.Documents.Lockdown.Void];

    // Only the leader's figures are of now.
    private IReadOnlyList<ModeFigures> Figures => _worker.Fleet is null ? [] : _counted ?? [];

    private IEnumerable<Measurement<long>> InForce() => Figures.Select(f => Of(f.InForce, f.Mode));

    private IEnumerable<Measurement<long>> Identities() =>
        Figures.SelectMany(f => new[] { Of(f.Matched, f.Mode, "matched"), Of(f.Ended, f.Mode, "ended"), Of(f.Reissued, f.Mode, "reissued") });

    private static Measurement<long> Of(long value, string mode, string? stage = null) => stage is null
        ? new(value, new KeyValuePair<string, object?>(TelemetryNames.LockdownMode, mode))
        : new(value, new KeyValuePair<string, object?>(TelemetryNames.LockdownMode, mode), new KeyValuePair<string, object?>(TelemetryNames.LockdownStage, stage));

    private sealed record ModeFigures(string Mode, int InForce, int Matched, int Ended, int Reissued)
    {
        public static ModeFigures Of(string mode, IReadOnlyCollection<LockdownStory> stories)
        {
            var inForce = stories.Where(s => s.Lift is null && s.Lockdown.Mode == mode).ToList();
            var progress = inForce.Select(s => s.Progress).OfType<LockdownProgress>().ToList();
            return new ModeFigures(mode, inForce.Count, progress.Sum(p => p.Matched), progress.Sum(p => p.Ended), progress.Sum(p => p.Reissued));
        }
    }
}
