using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Notices;

/// <summary>One line in the broker's log for each notice, with its figures as attributes; identities under the names that telemetry gives them.</summary>
internal sealed partial class LogSink(ILogger<LogSink> logger, Pseudonyms pseudonyms) : INoticeSink
{
    private static readonly Task<SinkAnswer> Taken = Task.FromResult<SinkAnswer>(new SinkAnswer.Taken());

    public string Name => NoticeSettings.Log;

    public int Lanes => 1;

    public Task<SinkAnswer> TakeAsync(Notice notice, CancellationToken cancellation)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            var (entry, subject) = (notice.Entry, pseudonyms.Of(notice.Identity) ?? notice.Subject);
            LogNotice(
                entry.Notice, subject, entry.Generation, entry.Remaining, entry.Failures, entry.Cause, entry.By.EntityId, entry.By.DisplayName, entry.At, entry.OperationId, entry.Id);
        }

        return Taken;
    }

    [LoggerMessage(
        EventId = 110,
        EventName = TelemetryNames.NoticeEvent,
        Level = LogLevel.Information,
        Message = "notice {Notice} about {Subject}: generation {Generation}, remaining {Remaining}, failures {Failures}, cause {Cause}, by {ActorEntity} {ActorName} at {At:O}, operation {OperationId}, id {NoticeId}")]
    private partial void LogNotice(
        string notice, string subject, int? generation, int? remaining, int? failures, string? cause, string actorEntity, string actorName, DateTimeOffset at, string operationId, string noticeId);
}
