using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Worker;

/// <summary>Says in the log what the sweep is doing, at a bounded rate. A short one without changes is no news.</summary>
internal sealed partial class SweepNews(ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private long _begun;
    private long _told;
    private bool _isNews = true;
    private (int, int, int) _trouble;

    /// <summary>A sweep begins.</summary>
    public void Begin(SweepCursor from, int rest, int all)
    {
        (_begun, _told) = (time.GetTimestamp(), time.GetTimestamp());
        // The first of a leader is always told of.
        if (_isNews)
        {
            LogBegin(from.Sweep, rest, all);
        }
    }

    /// <summary>A page is done.</summary>
    public void Progress(SweepTally tally, int all)
    {
        if (time.GetElapsedTime(_told) >= Pause)
        {
            _told = time.GetTimestamp();
            _isNews = true;
            LogProgress(tally.Seen, all, tally.Changes);
        }
    }

    /// <summary>The sweep is done.</summary>
    public void End(SweepTally tally)
    {
        var trouble = (tally.Unread, tally.Unreachable, tally.Failed);
        if (_isNews || tally.Changes > 0 || trouble != _trouble)
        {
            LogEnd(tally.Seen, time.GetElapsedTime(_begun).TotalSeconds, tally.Changes > 0 ? tally.Words() : "nothing to change", tally.Unread, tally.Unreachable, tally.Failed);
        }

        (_isNews, _trouble) = (false, trouble);
    }

    [LoggerMessage(EventId = 40, Level = LogLevel.Information, Message = "sweep {Number}: {Rest} of {All} identities to look at")]
    private partial void LogBegin(long number, int rest, int all);

    [LoggerMessage(EventId = 41, Level = LogLevel.Information, Message = "sweep: {Seen} of {All} identities seen, {Changes} changes made")]
    private partial void LogProgress(int seen, int all, int changes);

    [LoggerMessage(EventId = 42, Level = LogLevel.Information, Message = "sweep done: {Seen} identities in {Seconds:F1} s, {Changes}; {Unread} without a readable document, {Unreachable} that cannot be reached, {Failed} left for the next")]
    private partial void LogEnd(int seen, double seconds, string changes, int unread, int unreachable, int failed);
}
