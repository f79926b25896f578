using System.Globalization;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.WhoCan;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// The answer of <c>bcb who-can</c> for people: one table, a row for each holder and grant; then what else there is to know, and last what could not be read.
/// Names of entities, policies and roles are somebody's choice and lose what could move a terminal, in <see cref="Screen"/>.
/// </summary>
internal static class WhoCanPage
{
    /// <summary>So many holders of one operation are shown; a document has all.</summary>
    private const int MostShown = 100;

    private const int MostNames = 3;

    /// <summary>Draws it.</summary>
    public static void Show(Screen screen, WhoCanTold told)
    {
        if (told.Identity is { } identity)
        {
            screen.Line($"{identity.Identity}: owner {(identity.Owner is null ? "not known" : $"{(told.OwnerIsGroup ? "group" : "entity")} {identity.Owner}")}");
            screen.Line();
        }

        screen.Rows(["operation", "who", "by", "log-in"], told.Answers.SelectMany(Rows));
        foreach (var answer in told.Answers)
        {
            Beside(screen, answer);
        }

        if (told.Standing is { } standing)
        {
            screen.Line();
            screen.Line($"Without {string.Join(", ", told.Without)}: {Sentence(standing.Outlook)}");
            screen.Rows(["identity", "could spend", "still", "could approve", "still", "who is left"], [Row(standing)]);
        }

        foreach (var circle in told.Circles)
        {
            screen.Line();
            screen.Warning("circle: " + Sentence(circle));
        }

        Remarks(screen, told.TooBroad, told.Unsure);
        screen.Line();
        screen.Line("Tokens that are live, or were made by hand, carry what nobody can list: they are not here.");
        if (told.Identity is not null)
        {
            ByCode(screen);
        }

        Gaps(screen, told.Gaps);
    }

    /// <summary>An identity without the log-ins.</summary>
    public static IReadOnlyList<string?> Row(RecoveryStanding standing) =>
    [
        standing.Identity.Identity,
        Number(standing.Consume.Before.Count),
        Number(standing.Consume.After.Count),
        Number(standing.Approve.Before.Count),
        Number(standing.Approve.After.Count),
        Some([.. standing.Consume.After.OrderBy(holder => holder.Kind).ThenBy(holder => holder.Name, StringComparer.Ordinal).Select(Who)]),
    ];

    /// <summary>What an outlook means.</summary>
    public static string Sentence(Outlook outlook) => outlook switch
    {
        Outlook.Kept => "somebody who could spend a code comes another way",
        Outlook.Perhaps => "perhaps: who is left comes by roles or tokens of which Vault does not say whom they let in",
        Outlook.ApprovalLost => "no approval is possible any more: three different people to ask, consent and spend are not left",
        Outlook.Lost => "nobody could spend a code: everybody who may comes through it",
        _ => "nobody may spend a code, log-in or not",
    };

    /// <summary>What a circle means.</summary>
    public static string Sentence(Circle circle) => circle.Kind switch
    {
        CircleKind.OwnEntity => "only the identity's own entity may spend its codes, and whoever needs them cannot log in as it. Let somebody else consume",
        CircleKind.LogIn => $"its codes restore {circle.LogIn}, and everybody who may spend or approve them comes through {circle.LogIn}. Let somebody consume who comes another way",
        _ => "its codes restore the Vault that keeps them. Keep another way in outside Vault",
    };

    /// <summary>What no token is needed for, so that no policy and no log-in decides it.</summary>
    public static void ByCode(Screen screen) =>
        screen.Line($"{string.Join(", ", Operation.All.Where(operation => !operation.IsAsked).Select(operation => operation.Name))} needs no token: whoever holds a live code may, where the profile hands something out.");

    /// <summary>Whose tokens the broker refuses, and of whom nothing can be said.</summary>
    public static void Remarks(Screen screen, IReadOnlyList<Remarked> tooBroad, IReadOnlyList<Remarked> unsure)
    {
        Remark(screen, tooBroad, "Too broad, so that the broker refuses them whatever they ask:", one => one.Stanzas.Count == 0 ? "root" : string.Join(", ", one.Stanzas.Select(Text)));
        Remark(screen, unsure, "Carry a policy that could not be read, and may be able to more or less:", one => string.Join(", ", one.Policies));
    }

    /// <summary>What could not be read.</summary>
    public static void Gaps(Screen screen, IReadOnlyList<AccessGap> gaps)
    {
        if (gaps.Count == 0)
        {
            return;
        }

        screen.Line();
        screen.Warning("INCOMPLETE: this could not be read, so others may be able to as well:");
        foreach (var gap in gaps)
        {
            screen.Line($"  {gap.About}{(gap.About.Length > 0 ? ": " : "")}{gap.Why.ReplaceLineEndings(" ")}");
            if (gap.Stanza is { } stanza)
            {
                screen.Line("    a policy of this token's holder would need: " + stanza);
            }
        }
    }

    /// <summary>Says how many were left out.</summary>
    public static void More(Screen screen, int left)
    {
        if (left > 0)
        {
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"and {left} more: --json has all"));
        }
    }

    private static IEnumerable<IReadOnlyList<string?>> Rows(WhoCanAnswer answer)
    {
        var name = answer.Question.Operation.Name;
        if (!answer.Question.Operation.IsAsked)
        {
            return [[name, "whoever holds a live code", "the code, where the profile hands something out", "none needed"]];
        }

        if (answer.Holders.Count == 0)
        {
            return [[name, "nobody", "", ""]];
        }

        IReadOnlyList<string?>[] more = answer.Holders.Count > MostShown ? [[name, string.Create(CultureInfo.InvariantCulture, $"and {answer.Holders.Count - MostShown} more (--json has all)"), "", ""]] : [];
        return answer.Holders.Take(MostShown)
            .SelectMany(holder => holder.Ways.GroupBy(By).Select(same => (IReadOnlyList<string?>)[name, Who(holder.Holder), same.Key, Some([.. same.Select(Through).Distinct(StringComparer.Ordinal)])]))
            .Concat(more);
    }

    private static string Who(Holder holder)
    {
        var name = Screen.Clean(holder.Name) is { Length: > 0 } clean ? clean : holder.Id;
        return holder.Kind switch
        {
            HolderKind.LogIn => $"whoever logs in by {Words(holder)}",
            HolderKind.ExternalGroup => $"whoever is in {name} at log-in",
            _ => name,
        };
    }

    // The id of a log-in is its path and what gives the policies.
    private static string Words(Holder holder) => holder.Id[(holder.Id.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static string By(Way way) => string.Join(
        ", ",
        way.Grant.Stanzas.Select(stanza => $"{Text(stanza)}{(way.Given.FirstOrDefault(given => given.Policy == stanza.Policy)?.Givers is { Count: > 0 } givers ? $" from {string.Join(", ", givers)}" : "")}"));

    private static string Text(GrantingStanza stanza) => $"{stanza.Policy}: path \"{stanza.Path}\"";

    private static string Through(Way way) => way.LogIn is null ? "no log-in"
        : $"{(way.IsCertain ? "" : "perhaps ")}{way.LogIn}{(way.Role is { } role ? $", {role.Word} {role.Name}" : "")}";

    private static void Beside(Screen screen, WhoCanAnswer answer)
    {
        var name = answer.Question.Operation.Name;
        Names(screen, $"{name}, if they were not disabled", answer.Disabled);
        Names(screen, $"{name}, if their tokens could read auth/token/lookup-self and use sys/capabilities-self, which the broker needs", answer.CannotAsk);
        foreach (var one in answer.DependingOnWho.Take(MostShown))
        {
            screen.Line($"{name}, depending on who logs in: {Who(one.Holder)} at {string.Join(", ", one.LogIns)}, by {string.Join(", ", one.Stanzas.Select(Text))}");
        }

        var loose = answer.Policies.Where(policy => !policy.IsGiven).Select(policy => policy.Stanza.Policy + (policy.IsOwners ? " (its owner's)" : "")).Distinct(StringComparer.Ordinal).ToList();
        if (loose.Count > 0)
        {
            screen.Line($"{name}, any token made by hand with: {Some(loose, MostShown)}");
        }
    }

    private static void Names(Screen screen, string what, IReadOnlyList<Holder> holders)
    {
        if (holders.Count > 0)
        {
            screen.Line($"{what}: {Some([.. holders.Select(Who)], MostShown)}");
        }
    }

    private static void Remark(Screen screen, IReadOnlyList<Remarked> remarked, string what, Func<Remarked, string> why)
    {
        if (remarked.Count == 0)
        {
            return;
        }

        screen.Line();
        screen.Line(what);
        foreach (var one in remarked.Take(MostShown))
        {
            screen.Line($"  {Who(one.Holder)}: {why(one)} ({(one.LogIns.Count == 0 ? "no log-in" : string.Join(", ", one.LogIns))})");
        }

        More(screen, remarked.Count - MostShown);
    }

    private static string Some(IReadOnlyList<string> names, int most = MostNames) => names.Count <= most
        ? string.Join("; ", names)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join("; ", names.Take(most))}; and {names.Count - most} more");

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
