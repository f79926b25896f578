using System.Diagnostics.Metrics;
using BackupCodeBroker.Access;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Health;

/// <summary>Whether the broker serves, beside which Vault, and how the clocks stand. Observed when somebody collects, from the last look.</summary>
internal sealed class HealthMetrics : IDisposable
{
    private readonly Meter _meter;
    private volatile VaultNode? _node;
    private ClockSkew? _skew;

    public HealthMetrics(IMeterFactory meters, Deployment deployment)
    {
        _meter = meters.Create(TelemetryNames.Source);
        _meter.CreateObservableGauge(TelemetryNames.Ready, () => deployment.State is DeploymentState.Ready ? 1 : 0);
        _meter.CreateObservableGauge(TelemetryNames.VaultInfo, Vault);
        _meter.CreateObservableGauge(TelemetryNames.VaultClockSkew, Skew, "s");
    }

    /// <summary>Takes note of what a look found.</summary>
    public void Saw(VaultNode? node, ClockSkew? skew)
    {
        lock (_meter)
        {
            (_node, _skew) = (node ?? _node, skew);
        }
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Vault() => _node is not { } node
        ? []
        : [new Measurement<int>(
            1,
            new KeyValuePair<string, object?>(TelemetryNames.VaultVersion, node.Health.Version),
            new KeyValuePair<string, object?>(TelemetryNames.VaultCluster, node.Health.ClusterId))];

    // Nothing is said while Vault does not answer: an old figure would look like a new one.
    private IEnumerable<Measurement<double>> Skew()
    {
        lock (_meter)
        {
            return _skew is { } skew ? [new Measurement<double>(skew.Certain.TotalSeconds)] : [];
        }
    }
}
