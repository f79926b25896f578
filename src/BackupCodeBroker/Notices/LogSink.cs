using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Notices;

/// <summary>One line in the broker's log for each notice, with its figures as attributes; identities under the names that telemetry gives them.</summary>
internal sealed class LogSink(ILogger<LogSink> logger, Pseudonyms pseudonyms) : INoticeSink
{
    private static readonly EventId Event = new(110, TelemetryNames.NoticeEvent);
    private static readonly Func<NoticeLine, Exception?, string> Words = static (line, _) => line.ToString();
    private static readonly Task<SinkAnswer> Taken = Task.FromResult<SinkAnswer>(new SinkAnswer.Taken());

    public string Name => NoticeSettings.Log;

    public int Lanes => 1;

    public Task<SinkAnswer> TakeAsync(Notice notice, CancellationToken cancellation)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            logger.Log(LogLevel.Information, Event, new NoticeLine(notice, pseudonyms.Of(notice.Identity) ?? notice.Subject), null, Words);
        }

        return Taken;
    }
}
