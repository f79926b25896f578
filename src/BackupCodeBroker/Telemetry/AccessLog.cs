using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Telemetry;

/// <summary>The access record: one per operation, never sampled, identifiers only. It joins with Vault's audit log by trace id.</summary>
internal sealed partial class AccessLog(ILogger<AccessLog> logger)
{
    /// <summary>Writes the record of an operation that has ended.</summary>
    public void Write(OperationScope scope, string outcome, string? reason) => Access(
        scope.Id,
        scope.TraceId,
        scope.Operation.Name,
        scope.Identity?.Value,
        scope.Caller?.EntityId,
        scope.Caller?.Accessor,
        outcome,
        reason,
        scope.Generation,
        scope.ProfileDigest);

    [LoggerMessage(
        EventId = 100,
        EventName = TelemetryNames.AccessEvent,
        Level = LogLevel.Information,
        Message = "{Operation} {Identity} {Outcome} {Reason} operation {OperationId} trace {TraceId} entity {CallerEntity} accessor {CallerAccessor} generation {Generation} profile {ProfileDigest}")]
    private partial void Access(
        string operationId,
        string traceId,
        string operation,
        string? identity,
        string? callerEntity,
        string? callerAccessor,
        string outcome,
        string? reason,
        int? generation,
        string? profileDigest);
}
