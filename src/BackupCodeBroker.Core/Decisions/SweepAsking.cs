using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>When an owner is asked to claim new codes. The plaintext is made when they do, and not before.</summary>
public static class SweepAsking
{
    // However long before the end a profile asks: a set that has just been issued is not asked about.
    private const int LatestPartOfLife = 3;

    /// <summary>What there is to ask for.</summary>
    public static IEnumerable<string> Causes(CodeSet set, Profile profile, DateTimeOffset now)
    {
        if (IsOverdue(set, profile, now))
        {
            yield return SweepDecision.AskedForExpiry;
        }

        if (IsLow(set, profile))
        {
            yield return SweepDecision.AskedForFewLeft;
        }
    }

    /// <summary>Whether few codes are left: fewer than the profile asks at, of a set that was begun.</summary>
    public static bool IsLow(CodeSet set, Profile profile) => set.Remaining < profile.AskBelow && set.Remaining < set.Codes.Count;

    /// <summary>Whether the set should have been replaced by now.</summary>
    public static bool IsOverdue(CodeSet set, Profile? profile, DateTimeOffset now)
    {
        var ask = profile?.AskBeforeExpiry ?? TimeSpan.Zero;
        var latest = (set.ExpiresAt - set.IssuedAt) / LatestPartOfLife;
        return now >= set.ExpiresAt - (ask < latest ? ask : latest);
    }
}
