using System.Diagnostics;
using System.Diagnostics.Metrics;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <summary>
/// The span and the measurements of one call to Vault: path template, status, Vault's id of the request, outcome. No name, no token.
/// The span is made when the call is over, with the times that it had: Vault is sent the operation's ids, so nothing needs the call's own before then,
/// and a span that is current while the connection works would be one more context for every continuation to carry.
/// </summary>
internal sealed class VaultTelemetry : IDisposable
{
    private static readonly ActivitySource Source = new(TelemetryNames.Source);
    private static readonly Meter Meter = new(TelemetryNames.Source);

    private static readonly Histogram<double> Duration =
        Meter.CreateHistogram(TelemetryNames.VaultCallDuration, "s", "One call to Vault, its retries included.", advice: Durations.Advice);

    private static readonly Counter<long> Retries =
        Meter.CreateCounter<long>(TelemetryNames.VaultRetries, "{retry}", "Calls to Vault that were tried again.");

    private readonly VaultRequest _request;
    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;
    private readonly long _start = Stopwatch.GetTimestamp();
    private string _outcome = "cancelled";
    private int? _status;
    private string? _requestId;
    private string? _error;

    private VaultTelemetry(VaultRequest request) => _request = request;

    /// <summary>The call begins; disposing of it says that it is over.</summary>
    public static VaultTelemetry Start(VaultRequest request) => new(request);

    /// <summary>Counts a retry.</summary>
    public static void Retried(VaultRequest request) =>
        Retries.Add(1, new KeyValuePair<string, object?>(TelemetryNames.VaultPath, request.Path.Template));

    /// <summary>Says what it came to.</summary>
    public void End(VaultReply reply)
    {
        _outcome = Outcome(reply);
        (_status, _requestId) = (reply.Status, reply.RequestId);
        if (_outcome is "fault" or "unknown")
        {
            // Not in Vault's own words: they may name an identity.
            _error = Verdict.Fault(reply).Kind;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var took = Stopwatch.GetElapsedTime(_start);
        // The measurement points at the span that is current.
        using var span = Span(took);
        Duration.Record(
            took.TotalSeconds,
            new KeyValuePair<string, object?>(TelemetryNames.VaultPath, _request.Path.Template),
            new KeyValuePair<string, object?>(TelemetryNames.VaultOutcome, _outcome));
    }

    private Activity? Span(TimeSpan took)
    {
        var span = Source.StartActivity(TelemetryNames.VaultCallSpan, ActivityKind.Client, _request.Call.Parent, startTime: _startedAt);
        if (span is null)
        {
            return null;
        }

        span.SetEndTime(_startedAt.UtcDateTime + took);
        span.AddTag(TelemetryNames.HttpMethod, _request.Method.Method);
        span.AddTag(TelemetryNames.VaultPath, _request.Path.Template);
        if (_status is { } status)
        {
            span.AddTag(TelemetryNames.VaultStatus, status);
        }

        if (_requestId is { Length: > 0 } id)
        {
            span.AddTag(TelemetryNames.VaultRequestId, id);
        }

        if (_error is { } error)
        {
            span.SetStatus(ActivityStatusCode.Error, error);
        }

        return span.AddTag(TelemetryNames.VaultOutcome, _outcome);
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
