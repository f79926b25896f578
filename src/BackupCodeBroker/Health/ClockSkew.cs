namespace BackupCodeBroker.Health;

/// <summary>
/// How far Vault's clock is ahead of this machine's, as bounds that are certain: the answer's time is cut to the second, and it was taken at some
/// moment between sending and receiving. Only what lies outside both is called skew, so that a slow network accuses no clock.
/// </summary>
/// <param name="Least">At least so far ahead; negative where it is behind.</param>
/// <param name="Most">At most so far ahead.</param>
internal readonly record struct ClockSkew(TimeSpan Least, TimeSpan Most)
{
    /// <summary>Above this a person should know.</summary>
    public static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(5);

    /// <summary>Above this deadlines of wraps and lifetimes of codes are off by more than anybody reckons with.</summary>
    public static readonly TimeSpan Harmful = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Resolution = TimeSpan.FromSeconds(1);

    /// <summary>What is certain whatever the bounds say of the rest: zero where the clocks may agree.</summary>
    public TimeSpan Certain => Least > TimeSpan.Zero ? Least : Most < TimeSpan.Zero ? Most : TimeSpan.Zero;

    /// <summary>The middle of the bounds.</summary>
    public TimeSpan Estimate => (Least + Most) / 2;

    /// <summary>From one answer.</summary>
    /// <param name="sent">This machine's time before asking.</param>
    /// <param name="received">And after the answer.</param>
    /// <param name="vaultSecond">Vault's time in the answer.</param>
    public static ClockSkew Of(DateTimeOffset sent, DateTimeOffset received, DateTimeOffset vaultSecond) =>
        new(vaultSecond - received, vaultSecond + Resolution - sent);

    /// <summary>With one more answer. Where the two exclude each other a clock was set meanwhile, and the newer one counts.</summary>
    public ClockSkew With(ClockSkew newer)
    {
        var (least, most) = (Least > newer.Least ? Least : newer.Least, Most < newer.Most ? Most : newer.Most);
        return least <= most ? new ClockSkew(least, most) : newer;
    }
}
