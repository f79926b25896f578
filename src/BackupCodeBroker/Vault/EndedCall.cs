using System.Diagnostics;
using System.Diagnostics.Metrics;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Vault;

/// <summary>A call to Vault that is over, as a span and a measurement tell it: path template, status, Vault's id of the request, outcome. No name, no token.</summary>
internal readonly record struct EndedCall(
    string Method, string Path, DateTimeOffset StartedAt, TimeSpan Took, string Outcome, int? Status, string? RequestId, string? Fault)
{
    private static readonly ActivitySource Source = new(TelemetryNames.Source);
    private static readonly Meter Meter = new(TelemetryNames.Source);

    private static readonly Histogram<double> Duration =
        Meter.CreateHistogram(TelemetryNames.VaultCallDuration, "s", "One call to Vault, its retries included.", advice: Durations.Advice);

    /// <summary>Whether anybody listens.</summary>
    public static bool IsWanted => Source.HasListeners() || Duration.Enabled;

    /// <summary>Tells it, as a child of this span.</summary>
    public void Tell(ActivityContext parent)
    {
        using var activity = Source.StartActivity(TelemetryNames.VaultCallSpan, ActivityKind.Client, parent, startTime: StartedAt);
        if (activity is not null)
        {
            Describe(activity);
        }

        // Before the span is let go of: a measurement points at the span that is current.
        Duration.Record(
            Took.TotalSeconds,
            new KeyValuePair<string, object?>(TelemetryNames.VaultPath, Path),
            new KeyValuePair<string, object?>(TelemetryNames.VaultOutcome, Outcome));
    }

    private void Describe(Activity activity)
    {
        activity.AddTag(TelemetryNames.HttpMethod, Method);
        activity.AddTag(TelemetryNames.VaultPath, Path);
        if (Status is { } status)
        {
            activity.AddTag(TelemetryNames.VaultStatus, status);
        }

        if (RequestId is not null)
        {
            activity.AddTag(TelemetryNames.VaultRequestId, RequestId);
        }

        activity.AddTag(TelemetryNames.VaultOutcome, Outcome);
        if (Fault is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error, Fault);
        }

        activity.SetEndTime((StartedAt + Took).UtcDateTime);
    }
}
