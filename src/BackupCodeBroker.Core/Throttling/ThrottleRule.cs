namespace BackupCodeBroker.Core.Throttling;

/// <summary>
/// So many attempts in so much time, all at once if need be, each of which comes back after its share of the time: the generic cell rate algorithm (ITU-T
/// I.371). What is kept of a source of attempts is one moment, the one at which it would have all of them again.
/// </summary>
/// <param name="Attempts">How many, at least 1.</param>
/// <param name="Per">In how much time.</param>
public sealed record ThrottleRule(int Attempts, TimeSpan Per)
{
    private TimeSpan Share => Per / Attempts;

    /// <summary>Takes one attempt.</summary>
    /// <param name="full">When the source has all attempts again; the past where it has.</param>
    /// <param name="now">The time, on the same clock.</param>
    /// <returns>When it has all again after this, and how long it has to wait where it has none left: then nothing was taken.</returns>
    public (TimeSpan Full, TimeSpan Wait) Take(TimeSpan full, TimeSpan now)
    {
        var next = (full > now ? full : now) + Share;
        var wait = next - Per - now;
        return wait > TimeSpan.Zero ? (full, wait) : (next, TimeSpan.Zero);
    }

    /// <summary>Gives an attempt back.</summary>
    public TimeSpan Back(TimeSpan full) => full - Share;
}
