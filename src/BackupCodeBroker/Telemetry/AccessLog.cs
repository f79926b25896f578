using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Telemetry;

/// <summary>
/// Where access records go: one per operation, never sampled, identifiers only. As an event of the log (and so over OTLP, under the operation's span,
/// which has to be current) and as a line of the access file, where one is configured. The file alone keeps names where pseudonyms are configured.
/// </summary>
internal sealed class AccessLog(ILoggerFactory loggers, Replica replica, Pseudonyms pseudonyms, AccessFile? file = null)
{
    private static readonly EventId Event = new(100, TelemetryNames.AccessEvent);
    private static readonly Func<AccessEntry, Exception?, string> Line = static (entry, _) => entry.ToString();

    private readonly ILogger _logger = loggers.CreateLogger(TelemetryNames.AccessCategory);

    /// <summary>How telemetry names an identity.</summary>
    public string? Shown(string? identity) => pseudonyms.Of(identity);

    /// <summary>Writes a record; the broker's own work is of no interest to whoever watches the console.</summary>
    public void Write(AccessRecord record, bool ownWork = false)
    {
        record = record with { Replica = replica.Name };
        file?.Write(record);
        var level = ownWork ? LogLevel.Debug : LogLevel.Information;
        if (_logger.IsEnabled(level))
        {
            _logger.Log(level, Event, new AccessEntry(record, Shown(record.Identity)), null, Line);
        }
    }
}
