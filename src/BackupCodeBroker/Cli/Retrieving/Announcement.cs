using System.Globalization;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Cli.Retrieving;

/// <summary>What the broker itself says about the wrap, to hold against what is found at Vault.</summary>
/// <param name="Generation">The pending set.</param>
/// <param name="CreationTime">Vault's text about the wrap, compared as text.</param>
/// <param name="IsOver">Whether the wrap's own time was over when the broker said so: then its absence means nothing.</param>
internal sealed record Announcement(int Generation, string CreationTime, bool IsOver)
{
    /// <summary>From an identity's status; the broker's clock counts, as the user's may be wrong.</summary>
    public static Announcement Of(PendingStanding pending, DateTimeOffset now) =>
        new(pending.Generation, pending.CreationTime, pending.Deadline is { } deadline && now >= deadline - Profile.ActivationGrace);

    /// <summary>
    /// Whether a wrap was made before the one announced. Who opened the announced wrap and wrapped again did so afterwards, so an older one is another
    /// issue's and no theft. Where the times cannot be told apart it is not older.
    /// </summary>
    public bool IsAfter(string creationTime) =>
        DateTimeOffset.TryParse(creationTime, CultureInfo.InvariantCulture, out var other)
        && DateTimeOffset.TryParse(CreationTime, CultureInfo.InvariantCulture, out var own)
        && other < own;

    /// <summary>From the answer that the wrapping token came in.</summary>
    public static Announcement Of(Issued issued) => new(issued.Generation, issued.Wrapping.CreationTime, IsOver: false);
}
