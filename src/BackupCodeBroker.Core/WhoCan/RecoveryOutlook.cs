using BackupCodeBroker.Core.Operations;

namespace BackupCodeBroker.Core.WhoCan;

/// <summary>What is known of an identity for this.</summary>
/// <param name="Identity">Its name.</param>
/// <param name="Owner">Its owner's id, entity or group.</param>
/// <param name="Entity">Its own entity's id, where it has one.</param>
public sealed record IdentityAccess(string Identity, string? Owner, string? Entity);

/// <summary>Whether an identity's codes could be spent while log-ins are down.</summary>
public enum Outlook
{
    /// <summary>Somebody who could spend one comes another way.</summary>
    Kept,

    /// <summary>Perhaps: those who are left come by roles, or tokens, of which it is not said whom they let in.</summary>
    Perhaps,

    /// <summary>Only where the identity's profile asks for no approval: no three different people are left to ask, to consent and to spend.</summary>
    ApprovalLost,

    /// <summary>Nobody who could spend one comes another way.</summary>
    Lost,

    /// <summary>Nobody could spend one before either.</summary>
    Nobody,
}

/// <summary>Those who could do one thing, before and while the log-ins are down.</summary>
public sealed record HoldersLeft(IReadOnlySet<Holder> Before, IReadOnlySet<Holder> After, IReadOnlySet<Holder> CertainAfter);

/// <summary>Where an identity stands.</summary>
public sealed record RecoveryStanding(IdentityAccess Identity, Outlook Outlook, HoldersLeft Consume, HoldersLeft Approve);

/// <summary>
/// Looks what is left of an identity's recovery while some log-ins are down. A recovery needs somebody to spend the code and, where the profile asks for
/// approval, two more, all different: one who asks and one who consents, and that is never the identity's own entity. A way leads through the auth mount of an
/// entity's alias; tokens that are live meanwhile are not counted, nor is <c>recover</c>, which needs no log-in.
/// </summary>
public sealed class RecoveryOutlook(AccessEvaluator evaluator, IReadOnlySet<string> down)
{
    // As many as have to be different: more of one kind make no difference.
    private const int Needed = 3;

    private readonly Dictionary<string, HoldersLeft> _shared = new(StringComparer.Ordinal);

    /// <summary>Looks.</summary>
    public RecoveryStanding Of(IdentityAccess identity)
    {
        var consume = Left(new AccessQuestion(Operation.Consume, identity.Identity) { Owner = identity.Owner });
        var approve = Left(new AccessQuestion(Operation.Approve, identity.Identity) { Owner = identity.Owner });
        return new RecoveryStanding(identity, Judge(identity, consume, approve), consume, approve);
    }

    private static Outlook Judge(IdentityAccess identity, HoldersLeft consume, HoldersLeft approve) =>
        consume.Before.Count == 0 ? Outlook.Nobody
        : consume.After.Count == 0 ? Outlook.Lost
        : AreThree(identity, consume.Before, approve.Before) && !AreThree(identity, consume.After, approve.After) ? Outlook.ApprovalLost
        : consume.CertainAfter.Count == 0 ? Outlook.Perhaps
        : Outlook.Kept;

    private static bool AreThree(IdentityAccess identity, IReadOnlySet<Holder> consume, IReadOnlySet<Holder> approve)
    {
        var (spenders, askers) = (Persons(consume), Persons(approve));
        var consenters = Persons(approve.Where(holder => holder.Id != identity.Entity));
        return spenders.Any(spender => askers.Any(asker => asker != spender && consenters.Any(consenter => consenter != spender && consenter != asker)));
    }

    // Whoever logs in by a role can be as many people as there have to be.
    private static List<string> Persons(IEnumerable<Holder> holders) =>
    [
        .. holders.SelectMany(holder => holder.Kind == HolderKind.Entity ? [holder.Id] : Enumerable.Range(1, Needed).Select(number => $"{holder.Id} {number}")).Take(Needed),
    ];

    // Identities whose names the same policies reach have the same people; owners are added one by one.
    private HoldersLeft Left(AccessQuestion question)
    {
        var reaches = evaluator.ByName(question);
        var key = string.Join(',', reaches.Select(reach => reach.Number));
        if (!_shared.TryGetValue(key, out var shared))
        {
            _shared[key] = shared = Counted(reaches.SelectMany(evaluator.CasesOf));
        }

        var owners = evaluator.AsOwner(question).Select(one => one.Case).ToList();
        if (owners.Count == 0)
        {
            return shared;
        }

        var more = Counted(owners);
        return new HoldersLeft(Both(shared.Before, more.Before), Both(shared.After, more.After), Both(shared.CertainAfter, more.CertainAfter));
    }

    private HoldersLeft Counted(IEnumerable<TokenCase> cases)
    {
        var before = new HashSet<Holder>();
        var after = new HashSet<Holder>();
        var certain = new HashSet<Holder>();
        foreach (var one in cases.Where(one => one.LogIn is not null && !one.Holder.IsDisabled && one.Reach.CanIntroduceItself))
        {
            before.Add(one.Holder);
            if (!down.Contains(one.LogIn!))
            {
                after.Add(one.Holder);
                if (one.Choice.IsCertain)
                {
                    certain.Add(one.Holder);
                }
            }
        }

        return new HoldersLeft(before, after, certain);
    }

    private static HashSet<Holder> Both(IReadOnlySet<Holder> one, IReadOnlySet<Holder> other) => [.. one, .. other];
}
