using System.Diagnostics.Metrics;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.Vault;

/// <summary>Times one call to Vault, its retries included, and reports it when it is over; a retry is counted when it happens.</summary>
internal sealed class VaultTelemetry(VaultRequest request, TimeProvider time) : IDisposable
{
    private static readonly Meter Meter = new(TelemetryNames.Source);

    private static readonly Counter<long> Retries =
        Meter.CreateCounter<long>(TelemetryNames.VaultRetries, "{retry}", "Calls to Vault that were tried again.");

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private readonly long _start = time.GetTimestamp();
    private string _outcome = "cancelled";
    private int? _status;
    private string? _requestId;
    private string? _fault;

    /// <summary>Counts a retry.</summary>
    public static void Retried(VaultRequest request) =>
        Retries.Add(1, new KeyValuePair<string, object?>(TelemetryNames.VaultPath, request.Path.Template));

    /// <summary>Says what it came to.</summary>
    public void End(VaultReply reply)
    {
        _outcome = Outcome(reply);
        _status = reply.Status;
        _requestId = reply.RequestId is { Length: > 0 } id ? id : null;
        // Not in Vault's own words: they may name an identity.
        _fault = _outcome is "fault" or "unknown" ? Verdict.Fault(reply).Kind : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!EndedCall.IsWanted)
        {
            return;
        }

        var ended = new EndedCall(request.Method.Method, request.Path.Template, _startedAt, time.GetElapsedTime(_start), _outcome, _status, _requestId, _fault);
        if (request.Call.Ended is { } operation)
        {
            operation.Add(ended);
        }
        else
        {
            ended.Tell(request.Call.Parent);
        }
    }

    private string Outcome(VaultReply reply) => reply switch
    {
        { Status: 200 or 204 } => "ok",
        _ when Verdict.Denial(reply) is not null => "denied",
        { Status: 404 } when Verdict.Fault(reply) is VaultFault.Unexpected => "absent",
        { Status: 400 } when Verdict.IsConflict(reply) => "conflict",
        _ when request.Kind == CallClass.Write && !Verdict.CertainlyNotExecuted(reply, request) => "unknown",
        _ => "fault",
    };
}
