namespace BackupCodeBroker.Cli.Retrieving;

/// <summary>A sign that somebody else may have seen the codes: the word that the broker is told, and what a person is told.</summary>
internal sealed record Suspicion(string Reason, string Words)
{
    /// <summary>The wrap is gone before its time.</summary>
    public static Suspicion Gone { get; } = new(
        "wrap-gone", "The wrapping token does not open anything any more, although its time is not over: somebody has opened it before you.");

    /// <summary>It is another wrap than the broker made.</summary>
    public static Suspicion Rewrapped { get; } = new(
        "creation-time-differs",
        "What this wrapping token opens was not wrapped when the broker wrapped your codes: somebody may have opened them, looked, and wrapped "
        + "them again (or this is not the token that belongs to this issue).");

    /// <summary>It was there a moment ago.</summary>
    public static Suspicion Snatched { get; } = new(
        "unwrap-refused", "The wrapping token was good a moment ago and could not be opened just now: somebody opened it in between.");

    /// <summary>It holds something else.</summary>
    public static Suspicion Foreign(string what) => new(
        "content-differs", $"What was inside is not what the broker put there: {what}. Somebody has put something else in its place.");
}
