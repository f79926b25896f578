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
    public void Raise(AlarmKind kind, string identity) => RaiseFor(kind, _pseudonyms.Of(identity)!);

    /// <summary>Raises an alarm about the whole deployment.</summary>
    public void Raise(AlarmKind kind) => RaiseFor(kind, "all identities");

    /// <summary>Raises an alarm about names that are nobody's: a stranger's words, which the log does not repeat.</summary>
    public void RaiseOfUnknown(AlarmKind kind) => RaiseFor(kind, "names that nobody registered");

    public void Dispose() => _meter.Dispose();

    private void RaiseFor(AlarmKind kind, string whom)
    {
        var name = Name(kind);
        _counter.Add(1, new KeyValuePair<string, object?>(TelemetryNames.AlarmKind, name));
        LogAlarm(name, whom);
    }

    private static string Name(AlarmKind kind) => kind switch
    {
        AlarmKind.IdentityOvergranted => "identity-overgranted",
        AlarmKind.Intercepted => "intercepted",
        AlarmKind.PendingLapsed => "pending-lapsed",
        AlarmKind.SetDisabled => "set-disabled",
        AlarmKind.DocumentUnreadable => "document-unreadable",
        AlarmKind.NoticesGivenUp => "notices-given-up",
        AlarmKind.TakenNotActivated => "taken-not-activated",
        AlarmKind.StorageRestored => "storage-restored",
        AlarmKind.CodeLeaked => "code-leaked",
        AlarmKind.RecoverHammered => "recover-hammered",
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

    /// <summary>A wrap was opened, and nobody activated what was in it.</summary>
    TakenNotActivated,

    /// <summary>A code that could be used was found where others can read it.</summary>
    CodeLeaked,

    /// <summary>Strangers keep the attempts at a name's recovery used up.</summary>
    RecoverHammered,

    /// <summary>Storage was set back: every set is void until it is issued anew under a higher epoch.</summary>
    StorageRestored,
}
