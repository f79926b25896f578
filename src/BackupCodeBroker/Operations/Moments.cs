namespace BackupCodeBroker.Operations;

/// <summary>The time as it is stored.</summary>
internal static class Moments
{
    /// <summary>Now, UTC, in whole milliseconds: what is stored and what is answered are the same time.</summary>
    public static DateTimeOffset Moment(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
