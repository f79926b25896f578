using System.Diagnostics;
using System.Diagnostics.Metrics;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <summary>The span and the measurements of one call to Vault: path template, status, Vault's id of the request, outcome. No name, no token.</summary>
internal sealed class VaultTelemetry : IDisposable
{
    private static readonly ActivitySource Source = new(TelemetryNames.Source);
    private static readonly Meter Meter = new(TelemetryNames.Source);

    private static readonly Histogram<double> Duration =
        Meter.CreateHistogram(TelemetryNames.VaultCallDuration, "s", "One call to Vault, its retries included.", advice: Durations.Advice);

    private static readonly Counter<long> Retries =
        Meter.CreateCounter<long>(TelemetryNames.VaultRetries, "{retry}", "Calls to Vault that were tried again.");

    private readonly VaultRequest _request;
    private readonly Activity? _activity;
    private readonly TimeProvider _time;
    private readonly long _start;
    private string _outcome = "cancelled";

    private VaultTelemetry(VaultRequest request, TimeProvider time)
    {
        (_request, _time, _start) = (request, time, time.GetTimestamp());
        _activity = Source.StartActivity(TelemetryNames.VaultCallSpan, ActivityKind.Client, request.Call.Parent);
        _activity?.AddTag(TelemetryNames.HttpMethod, request.Method.Method);
        _activity?.AddTag(TelemetryNames.VaultPath, request.Path.Template);
    }

    /// <summary>Starts the span; disposing of it ends it.</summary>
    public static VaultTelemetry Start(VaultRequest request, TimeProvider time) => new(request, time);

    /// <summary>Counts a retry.</summary>
    public static void Retried(VaultRequest request) =>
        Retries.Add(1, new KeyValuePair<string, object?>(TelemetryNames.VaultPath, request.Path.Template));

    /// <summary>Says what it came to.</summary>
    public void End(VaultReply reply)
    {
        _outcome = Outcome(reply);
        if (_activity is null)
        {
            return;
        }

        _activity.AddTag(TelemetryNames.VaultStatus, reply.Status);
        if (reply.RequestId is { Length: > 0 } id)
        {
            _activity.AddTag(TelemetryNames.VaultRequestId, id);
        }

        if (_outcome is "fault" or "unknown")
        {
            // Not in Vault's own words: they may name an identity.
            _activity.SetStatus(ActivityStatusCode.Error, Verdict.Fault(reply).Kind);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _activity?.AddTag(TelemetryNames.VaultOutcome, _outcome);
        // Before the span ends: a measurement points at the span that is current.
        Duration.Record(
            _time.GetElapsedTime(_start).TotalSeconds,
            new KeyValuePair<string, object?>(TelemetryNames.VaultPath, _request.Path.Template),
            new KeyValuePair<string, object?>(TelemetryNames.VaultOutcome, _outcome));
        _activity?.Dispose();
    }

    private string Outcome(VaultReply reply) => reply switch
    {
        { Status: 200 or 204 } => "ok",
        _ when Verdict.Denial(reply) is not null => "denied",
        { Status: 404 } when Verdict.Fault(reply) is VaultFault.Unexpected => "absent",
        { Status: 400 } when Verdict.IsConflict(reply) => "conflict",
        _ when _request.Kind == CallClass.Write && !Verdict.CertainlyNotExecuted(reply, _request) => "unknown",
        _ => "fault",
    };
}
