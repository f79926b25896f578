using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Report;

/// <summary>
/// The report on a terminal: the verdict first, then what is not explained, then what is known. Nothing is said by colour alone, prose is folded at 80
/// columns, and ids, paths and commands are not.
/// </summary>
internal static class AuditText
{
    private const int Width = 80;
    private const int SetsInFull = 12;
    private const int StepsOfSet = 12;
    private const int Listed = 50;

    /// <summary>Draws it.</summary>
    public static void Show(Screen screen, AuditReport report)
    {
        if (report.Explained)
        {
            screen.Line(Words.Verdict(report));
        }
        else
        {
            screen.Warning(Words.Verdict(report));
        }

        screen.Line("period: " + Words.Period(report));
        var number = 0;
        foreach (var finding in report.Findings)
        {
            Show(screen, ++number, finding);
        }

        Sets(screen, report.Sets);
        Rotations(screen, report.Rotations);
        Changes(screen, report.Changes);
        Notices(screen, report.Notices);
        Totals(screen, report);
        Sources(screen, report);
    }

    private static void Show(Screen screen, int number, Finding finding)
    {
        var words = FindingWords.For(finding.Kind);
        screen.Line();
        Folded(screen, $"{number}. ", $"{words.Title} ({Words.Kind(finding.Kind)}).");
        Folded(screen, "   ", finding.What);
        Field(screen, "when", Words.Time(finding.At) + " UTC");
        if (finding.Last is { } last)
        {
            Field(screen, "to", $"{Words.Time(last)} UTC, {Words.Count(finding.Requests, "request")}");
        }

        if (Words.Who(finding.Who) is { } who)
        {
            Folded(screen, "   who        ", who);
        }

        List<(string Name, string? Value)> fields =
        [
            ("codes of", Words.Set(finding.Identity, finding.Generation)),
            .. finding.Paths.Select((path, i) => (i == 0 ? "what" : "", (string?)path)),
            ("stands at", finding.Place),
            .. finding.RequestIds.Select((id, i) => (i == 0 ? "request" : "", (string?)id)),
            ("operation", finding.OperationId),
            ("trace", finding.TraceId),
        ];
        foreach (var (name, value) in fields.Where(f => !string.IsNullOrEmpty(f.Value)))
        {
            Field(screen, name, value!);
        }

        Folded(screen, "   to do      ", words.Advice);
    }

    private static void Field(Screen screen, string name, string value) => screen.Line($"   {name,-10} {value}");

    private static void Sets(Screen screen, IReadOnlyList<SetLife> sets)
    {
        if (sets.Count == 0)
        {
            return;
        }

        screen.Line();
        if (sets.Count > SetsInFull)
        {
            Folded(screen, "", $"Lives of {Words.Count(sets.Count, "code set")} of "
                + $"{Words.Count(sets.Select(s => s.Identity).Distinct().Count(), "identity", "identities")}: see --json, or --html FILE.");
            return;
        }

        screen.Line("Lives of code sets");
        foreach (var set in sets)
        {
            screen.Line("  " + Words.Set(set.Identity, set.Generation));
            foreach (var one in LifeChain.Of(set.Events).Take(StepsOfSet))
            {
                screen.Line($"    {Words.Time(one.First.At)}  {one.Text}{(Words.Name(one.First.By) is { } name ? " by " + name : "")}");
            }

            var rest = LifeChain.Of(set.Events).Skip(StepsOfSet).Sum(one => one.Count) + set.EventsNotListed;
            if (rest > 0)
            {
                screen.Line($"    and {Words.Count(rest, "step")} more");
            }
        }
    }

    private static void Rotations(Screen screen, IReadOnlyList<Rotation> rotations)
    {
        if (rotations.Count == 0)
        {
            return;
        }

        screen.Line();
        screen.Line("Rotations in the period");
        screen.Rows(
            ["identity", "issued", "activated", "consumed", "last activated", "longest gap"],
            rotations.Take(Listed).Select(IReadOnlyList<string?> (r) =>
            [
                r.Identity, Number(r.Issues), Number(r.Activations), Number(r.Consumptions),
                r.LastActivated is { } at ? Words.Minute(at) : "-", r.LongestGap is { } gap ? Words.Duration(gap) : "-",
            ]));
        More(screen, rotations.Count);
    }

    private static void Changes(Screen screen, IReadOnlyList<ChangeEnding> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        screen.Line();
        screen.Line("Changes that end codes, and how long that took");
        foreach (var change in changes.Take(Listed))
        {
            var by = Words.Name(change.By) is { } name ? " by " + name : "";
            var ended = change.EndedAt is { } at ? $"ended after {Words.Duration(at - change.ChangedAt)}" : "NOT SEEN TO END";
            screen.Line($"  {Words.Time(change.ChangedAt)}  {change.Identity}");
            Folded(screen, "    ", $"{change.Change}{by}: {ended}");
        }

        More(screen, changes.Count);
    }

    private static void Notices(Screen screen, IReadOnlyList<Notice> notices)
    {
        if (notices.Count == 0)
        {
            return;
        }

        screen.Line();
        screen.Line("To know");
        foreach (var notice in notices.Take(Listed))
        {
            var about = string.Join(", ", new[] { notice.At is { } at ? Words.Time(at) : null, notice.Identity, notice.Place }.OfType<string>());
            Folded(screen, "  - ", notice.What + (about.Length > 0 ? $" ({about})" : ""));
        }

        More(screen, notices.Count);
    }

    private static void Totals(Screen screen, AuditReport report)
    {
        var totals = report.Totals;
        screen.Line();
        screen.Fields(
            ("requests", $"{Number(totals.Requests)}, of them {Number(totals.BrokerRequests)} concern the broker and {Number(totals.Explained)} are explained"),
            ("", totals.ToKnow > 0 ? $"{Number(totals.ToKnow)} of the others are changes to know of, and no findings" : null),
            ("operations", $"{Number(totals.Operations)}, of them {Number(totals.OperationsFound)} found whole in Vault's log"),
            ("", totals.OperationsOutside > 0 ? $"{Number(totals.OperationsOutside)} lie outside what the log covers" : null),
            ("by people", totals.PersonUsedMachineCode > 0 ? $"{Words.Count(totals.PersonUsedMachineCode, "code")} of machines spent by people" : null));
        if (totals.ByOutcome.Count > 0)
        {
            var outcomes = totals.ByOutcome.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key} {Number(o.Value)}");
            Folded(screen, "outcomes     ", string.Join(", ", outcomes));
        }
    }

    private static void Sources(Screen screen, AuditReport report)
    {
        screen.Line();
        screen.Rows(
            ["read", "kind", "lines", "unread", "from", "to"],
            report.Sources.Take(Listed).Select(IReadOnlyList<string?> (s) =>
                [s.Name, s.Kind, Number(s.Lines), Number(s.Unreadable), Words.Day(s.First), Words.Day(s.Last)]));
        More(screen, report.Sources.Count);
        foreach (var line in report.Unreadable.Take(Listed))
        {
            Folded(screen, "  ", $"{line.Source}:{Number(line.Line)} (byte {Number(line.Offset)}) could not be read: {line.Why}");
        }

        More(screen, report.Unreadable.Count);
    }

    private static void More(Screen screen, int count)
    {
        if (count > Listed)
        {
            screen.Line($"  and {Number(count - Listed)} more: see --json");
        }
    }

    private static string Number(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    // The first line begins with the lead, the others are indented as far.
    private static void Folded(Screen screen, string lead, string text)
    {
        var line = lead;
        var empty = true;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!empty && line.Length + 1 + word.Length > Width)
            {
                screen.Line(line);
                line = new string(' ', lead.Length);
                empty = true;
            }

            line += (empty ? "" : " ") + word;
            empty = false;
        }

        screen.Line(line);
    }
}
