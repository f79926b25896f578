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
    private volatile IReadOnlyList<LockdownStory>? _stories;

    public LockdownMetrics(IMeterFactory meters, WorkerMetrics worker)
    {
        (_meter, _worker) = (meters.Create(TelemetryNames.Source), worker);
        _meter.CreateObservableGauge(TelemetryNames.Lockdowns, InForce, "{lockdown}", "Lockdowns in force.");
        _meter.CreateObservableGauge(TelemetryNames.LockdownIdentities, Identities, "{identity}", "Identities that lockdowns in force hit, and how far that got.");
    }

    /// <summary>A whole sweep has counted.</summary>
    public void Counted(IEnumerable<LockdownStory> stories) => _stories = [.. stories.Where(s => s.Lift is null)];

    public void Dispose() => _meter.Dispose();

    private static readonly string[] Modes = [Core.Documents.Lockdown.Freeze, Core.Documents.Lockdown.Void];

    // Only the leader's figures are of now.
    private IReadOnlyList<LockdownStory>? Stories => _worker.Fleet is null ? null : _stories;

    private IEnumerable<Measurement<long>> InForce() => Stories is not { } stories
        ? []
        : Modes.Select(mode => Of(stories.Count(s => s.Lockdown.Mode == mode), mode));

    private IEnumerable<Measurement<long>> Identities() => Stories is not { } stories
        ? []
        : from mode in Modes
          let progress = stories.Where(s => s.Lockdown.Mode == mode).Select(s => s.Progress).OfType<LockdownProgress>().ToList()
          from stage in new[] { ("matched", progress.Sum(p => p.Matched)), ("ended", progress.Sum(p => p.Ended)), ("reissued", progress.Sum(p => p.Reissued)) }
          select Of(stage.Item2, mode, stage.Item1);

    private static Measurement<long> Of(long value, string mode, string? stage = null) => stage is null
        ? new(value, new KeyValuePair<string, object?>(TelemetryNames.LockdownMode, mode))
        : new(value, new KeyValuePair<string, object?>(TelemetryNames.LockdownMode, mode), new KeyValuePair<string, object?>(TelemetryNames.LockdownStage, stage));
}
