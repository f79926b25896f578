using System.Diagnostics.Metrics;

namespace BackupCodeBroker.Telemetry;

/// <summary>What a person should look at: a log line at error level and a counter, both by kind.</summary>
internal sealed partial class Alarms : IDisposable
{
    private readonly ILogger<Alarms> _logger;
    private readonly Meter _meter;
    private readonly Counter<long> _counter;
    private readonly Pseudonyms _pseudonyms;

    public Alarms(ILogger<Alarms> logger, IMeterFactory meters, Pseudonyms pseudonyms)
    {
        (_logger, _pseudonyms) = (logger, pseudonyms);
        _meter = meters.Create(TelemetryNames.Source);
        _counter = _meter.CreateCounter<long>(TelemetryNames.Alarms);
    }

    /// <summary>Raises an alarm about an identity.</summary>
    public void Raise(AlarmKind kind, string identity)
    {
        var name = Name(kind);
        _counter.Add(1, new KeyValuePair<string, object?>(TelemetryNames.AlarmKind, name));
        LogAlarm(name, _pseudonyms.Of(identity)!);
    }

    public void Dispose() => _meter.Dispose();

    private static string Name(AlarmKind kind) => kind switch
    {
        AlarmKind.IdentityOvergranted => "identity-overgranted",
        AlarmKind.Intercepted => "intercepted",
        AlarmKind.PendingLapsed => "pending-lapsed",
        AlarmKind.SetDisabled => "set-disabled",
        AlarmKind.DocumentUnreadable => "document-unreadable",
        AlarmKind.NoticesGivenUp => "notices-given-up",
        _ => "activation-guessed",
    };

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "ALARM {Alarm} for {Identity}")]
    private partial void LogAlarm(string alarm, string identity);
}

/// <summary>Kinds of alarms.</summary>
internal enum AlarmKind
{
    /// <summary>Somebody gave an identity's alias entity a policy.</summary>
    IdentityOvergranted,

    /// <summary>A recipient reports that codes were intercepted.</summary>
    Intercepted,

    /// <summary>A pending set was activated too late.</summary>
    PendingLapsed,

    /// <summary>Wrong secrets disabled a set.</summary>
    SetDisabled,

    /// <summary>Wrong activation secrets ended a pending set.</summary>
    ActivationGuessed,

    /// <summary>An identity's document cannot be read by this version.</summary>
    DocumentUnreadable,

    /// <summary>Notices were given up: nobody was told of what happened.</summary>
    NoticesGivenUp,
}
