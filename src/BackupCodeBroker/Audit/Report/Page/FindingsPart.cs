using System.Globalization;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Audit.Report.Page;

/// <summary>What is not explained, the gravest kind first; its numbers are those of the timeline, and those of the list in <c>--json</c>.</summary>
internal static class FindingsPart
{
    // For each group, so that one cannot push the others off the page.
    private const int MostListed = 100;
    private const long MostCharacters = 400_000;

    // More than these would be scrolled past: from here on a finding is a line until it is opened.
    private const int MostOpen = 8;
    private const int MostOfList = 8;

    /// <summary>Where a group stands.</summary>
    public static string IdOf(FindingGroup group) => "group-" + group.ToString().ToLowerInvariant();

    /// <summary>Where a finding stands.</summary>
    public static string IdOf(int number) => "f" + Markup.Number(number);

    /// <summary>Numbers of the findings that stand on the page.</summary>
    public static IReadOnlySet<int> Listed(IReadOnlyList<Finding> findings) =>
        findings.Select((finding, i) => (finding.Kind, Number: i + 1)).GroupBy(f => FindingWords.For(f.Kind).Group).SelectMany(g => g.Take(MostListed)).Select(f => f.Number).ToHashSet();

    /// <summary>Writes it.</summary>
    public static void Write(Markup html, AuditReport report, Identities identities)
    {
        if (report.Explained)
        {
            return;
        }

        using (html.Open("section", ("id", "findings"), ("class", "findings")))
        {
            var groups = report.Findings.Select((finding, i) => (finding, i + 1))
                .GroupBy(f => FindingWords.For(f.finding.Kind).Group).OrderBy(g => g.Key);
            foreach (var group in groups)
            {
                html.Element("h2", Words.GroupTitle(group.Key), ("id", IdOf(group.Key)));
                Group(html, [.. group], report.Sources, identities);
            }

            if (report.FindingsNotListed > 0)
            {
                html.Element("p", $"{Words.Count(report.FindingsNotListed, "finding")} more, which the report only counts: audit a shorter period.", ("class", "more"));
            }
        }
    }

    private static void Group(Markup html, List<(Finding Finding, int Number)> group, IReadOnlyList<AuditSource> sources, Identities identities)
    {
        var until = html.Length + MostCharacters;
        var shown = 0;
        foreach (var (finding, number) in group.TakeWhile(_ => shown < MostListed && html.Length < until))
        {
            Card(html, finding, number, shown < MostOpen, sources, identities);
            shown++;
        }

        if (group.Count > shown)
        {
            html.Element("p", $"{Words.Count(group.Count - shown, "finding")} more of these: see bcb audit --json.", ("class", "more"));
        }
    }

    private static void Card(Markup html, Finding finding, int number, bool open, IReadOnlyList<AuditSource> sources, Identities identities)
    {
        var words = FindingWords.For(finding.Kind);
        using (html.Open("details", ("id", IdOf(number)), ("class", "finding"), ("open", open ? "" : null)))
        {
            using (html.Open("summary"))
            {
                using (html.Open("h3"))
                {
                    html.Element("span", Markup.Number(number), ("class", "number"));
                    html.Text(" " + words.Title);
                }

                html.Element("span", string.Join(" · ", new[] { finding.Identity, Words.Name(finding.Who), Words.Minute(finding.At) }.OfType<string>()), ("class", "brief"));
            }

            html.Element("p", finding.What, ("class", "what"));
            using (html.Open("div", ("class", "facts")))
            {
                using (html.Open("dl"))
                {
                    Facts(html, finding, identities);
                }

                using (html.Open("dl"))
                {
                    Evidence(html, finding);
                }
            }

            using (html.Open("p", ("class", "todo")))
            {
                html.Element("strong", "What to do");
                html.Text(" ");
                html.Prose(words.Advice);
            }

            Commands(html, [.. LookUp.For(finding, sources)]);
        }
    }

    private static void Facts(Markup html, Finding finding, Identities identities)
    {
        using (Fact(html, "when"))
        {
            html.Time(finding.At);
            html.Text(" UTC");
        }

        if (Words.Who(finding.Who) is { } who)
        {
            using (Fact(html, "who"))
            {
                html.Element("b", who);
            }
        }

        if (Words.Set(finding.Identity, finding.Generation) is { } set)
        {
            using (Fact(html, "codes of"))
            {
                html.Element(identities.LinkTo(finding.Identity!) is null ? "span" : "a", set, ("href", identities.LinkTo(finding.Identity!)));
            }
        }

        Several(html, finding.Requests > 1 ? $"{finding.Requests.ToString("N0", CultureInfo.InvariantCulture)} requests" : "what", finding.Paths);
    }

    private static void Evidence(Markup html, Finding finding)
    {
        One(html, "stands at", finding.Place);
        Several(html, "request", finding.RequestIds);
        One(html, "operation", finding.OperationId);
        One(html, "trace", finding.TraceId);
    }

    private static Markup.Scope Fact(Markup html, string name)
    {
        html.Element("dt", name);
        return html.Open("dd");
    }

    private static void One(Markup html, string name, string? value) => Several(html, name, value is null ? [] : [value]);

    private static void Several(Markup html, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        using (Fact(html, name))
        {
            foreach (var value in values.Take(MostOfList))
            {
                html.Element("code", value);
            }

            if (values.Count > MostOfList)
            {
                html.Element("span", $"and {Words.Count(values.Count - MostOfList, "other", "others")}");
            }
        }
    }

    private static void Commands(Markup html, List<(string Shows, string Command)> commands)
    {
        if (commands.Count == 0)
        {
            return;
        }

        using (html.Open("details", ("class", "lookup")))
        {
            html.Element("summary", "See for yourself");
            foreach (var (shows, command) in commands)
            {
                html.Element("p", shows);
                html.Element("pre", command);
            }
        }
    }
}
