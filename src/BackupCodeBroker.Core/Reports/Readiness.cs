using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Core.Reports;

/// <summary>
/// Whether an identity could be recovered at one moment, by somebody who holds a code of it, and why not. It asks of the set what a consume asks
/// (<see cref="SetStanding"/>), so that no report says <c>ready</c> of what a consume refuses; the report and the fleet's metrics are counted from it.
/// </summary>
/// <param name="Level">One of <see cref="Levels"/>.</param>
/// <param name="Causes">Why, the worst first; each once.</param>
public sealed record Readiness(string Level, IReadOnlyList<ReadinessCause> Causes)
{
    /// <summary>It could be recovered, and nothing is to be seen to.</summary>
    public const string Ready = "ready";

    /// <summary>It could be recovered today; something is to be seen to before it cannot.</summary>
    public const string AtRisk = "at-risk";

    /// <summary>It could not be recovered.</summary>
    public const string NotRecoverable = "not-recoverable";

    /// <summary>It was ended for good, and nobody means to recover it.</summary>
    public const string Retired = "retired";

    /// <summary>Every level, the worst first.</summary>
    public static IReadOnlyList<string> Levels { get; } = [NotRecoverable, AtRisk, Ready, Retired];

    /// <summary>Whether something is a cause.</summary>
    public bool Has(ReadinessCause cause) => Causes.Contains(cause);

    /// <summary>Of a document that says nothing.</summary>
    /// <param name="removed">Whether it was deleted; else it cannot be read.</param>
    public static Readiness OfNothing(bool removed) => new(NotRecoverable, [removed ? ReadinessCause.Removed : ReadinessCause.Unreadable]);

    /// <summary>Decides.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="around">What was seen beside it.</param>
    /// <param name="profile">Its profile; null where configuration has it no longer.</param>
    /// <param name="people">Who of owner and entity was looked up; of the others nothing is said.</param>
    public static Readiness Of(IdentityDocument document, Surroundings around, Profile? profile, PeopleSeen people)
    {
        if (document.RetiredAt is not null)
        {
            return new Readiness(Retired, []);
        }

        ReadinessCause[] causes = [.. WhyNot(document, around, profile, people).Distinct().Order()];
        return new Readiness(causes.Length == 0 ? Ready : causes[0].Blocks() ? NotRecoverable : AtRisk, causes);
    }

    private static IEnumerable<ReadinessCause> WhyNot(IdentityDocument document, Surroundings around, Profile? profile, PeopleSeen people)
    {
        if (people.HasFlag(PeopleSeen.Owner) && (around.Owner is null || around.Owner.Disabled))
        {
            yield return ReadinessCause.Ownerless;
        }

        if (profile is null)
        {
            yield return ReadinessCause.NoProfile;
        }

        foreach (var cause in document.Active is { } set ? OfSet(document, set, around, profile, people) : OfNoSet(document, around))
        {
            yield return cause;
        }
    }

    private static IEnumerable<ReadinessCause> OfNoSet(IdentityDocument document, Surroundings around)
    {
        yield return document.Ended is not null ? ReadinessCause.Ended
            : document.Pending is { } pending && around.Now <= pending.Delivery.Deadline ? ReadinessCause.NotReceived
            : ReadinessCause.NoCodes;
        if (document.Suspension is not null)
        {
            yield return ReadinessCause.Suspended;
        }
    }

    private static IEnumerable<ReadinessCause> OfSet(IdentityDocument document, CodeSet set, Surroundings around, Profile? profile, PeopleSeen people)
    {
        if (ReadinessCauses.Of(SetStanding.OfSet(document, set, around)) is { } standing)
        {
            yield return standing;
        }

        if (people == PeopleSeen.Both && ReadinessCauses.Of(SetStanding.OfPeople(document, set, around)) is { } personal)
        {
            yield return personal;
        }

        if (document.Reviews.Count >= OpenReview.Max && NeedsReview(set, profile))
        {
            yield return ReadinessCause.ReviewsOverdue;
        }

        foreach (var cause in OfCodes(document, set, around.Now, profile))
        {
            yield return cause;
        }
    }

    private static IEnumerable<ReadinessCause> OfCodes(IdentityDocument document, CodeSet set, DateTimeOffset now, Profile? profile)
    {
        if (set.Remaining == 0)
        {
            yield return ReadinessCause.UsedUp;
        }
        else if (profile is not null && SweepAsking.IsLow(set, profile))
        {
            yield return ReadinessCause.Low;
        }

        if (set.Remaining == 0 || SweepAsking.IsOverdue(set, profile, now))
        {
            yield return ReadinessCause.Overdue;
        }

        if (profile is not null && now >= set.IssuedAt + profile.Lifetime && now < set.ExpiresAt)
        {
            yield return ReadinessCause.Stale;
        }

        if (Proving.IsUnproven(document, profile, now))
        {
            yield return Proving.OfActive(document) is null ? ReadinessCause.NeverProven : ReadinessCause.ProofOld;
        }
    }

    // As a use is refused: a use that has to be looked at is one too many where as many wait as are kept.
    private static bool NeedsReview(CodeSet set, Profile? profile) =>
        set.BreakGlass || profile is { BreakGlass: true } || set.Approvals.Concat(profile?.Approvals ?? []).Any(UsesOf(profile).Contains);

    private static IReadOnlyList<string> UsesOf(Profile? profile) => profile is null or { Recovery: RecoveryForm.None } ? ["consume"] : ["consume", "recover"];
}

/// <summary>Who was looked up in Vault beside an identity's document.</summary>
[Flags]
public enum PeopleSeen
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>The owner.</summary>
    Owner = 1,

    /// <summary>The identity's entity.</summary>
    Entity = 2,

    /// <summary>Both.</summary>
    Both = Owner | Entity,
}
