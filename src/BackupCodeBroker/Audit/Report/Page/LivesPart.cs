using System.Globalization;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Audit.Report.Page;

/// <summary>
/// The life of each identity's code sets: closed, a line with marks on the period's axis; opened, each set's steps from left to right with how long lay between, and
/// a table with the ids. Bounded, and it says where it was cut.
/// </summary>
internal static class LivesPart
{
    private const int MostIdentities = 1_000;
    private const long MostCharacters = 2_400_000;
    private const int MostLinks = 30;
    private const int MostSteps = 100;
    private const int MostMarks = 60;

    /// <summary>Writes it.</summary>
    public static void Write(Markup html, Identities identities, TimeAxis axis)
    {
        var until = html.Length + MostCharacters;
        var shown = 0;
        using (html.Open("section", ("id", "lives")))
        {
            html.Element("h2", "Lives of the codes");
            html.Element(
                "p", "A line is the whole period. Open it for each set’s steps: who issued, opened, proved, spent and ended it.", ("class", "lead"));
            foreach (var (identity, sets) in identities.Lives.TakeWhile(_ => shown < MostIdentities && html.Length < until))
            {
                Identity(html, identity, sets, identities, axis);
                shown++;
            }

            if (identities.Lives.Count - shown is var more and > 0)
            {
                var sets = identities.Lives.Skip(shown).Sum(life => life.Sets.Count);
                html.Element(
                    "p", $"{Words.Count(more, "identity", "identities")} more with {Words.Count(sets, "set")}, none of them in a finding above: see bcb audit --json.",
                    ("class", "more"));
            }
        }
    }

    private static void Identity(Markup html, string identity, IReadOnlyList<SetLife> sets, Identities identities, TimeAxis axis)
    {
        var findings = identities.Findings.GetValueOrDefault(identity) ?? [];
        using (html.Open("details", ("class", "life"), ("id", identities.PlaceOf(identity)), ("data-row", "")))
        {
            using (html.Open("summary"))
            {
                html.Element("span", identity, ("class", "name"), ("data-name", ""));
                Line(html, sets, findings, axis);
                html.Element("span", State(sets), ("class", "state"));
                if (findings.Count > 0)
                {
                    html.Element("span", Words.Count(findings.Count, "finding"), ("class", "badge"));
                }
            }

            foreach (var set in sets)
            {
                Set(html, set);
            }
        }
    }

    private static string State(IReadOnlyList<SetLife> sets)
    {
        var last = sets.SelectMany(s => s.Events).MaxBy(e => e.At);
        return Words.Count(sets.Count, "set") + (last is null ? "" : $" · last {Words.Step(last.Step)} {Words.Minute(last.At)}");
    }

    private static void Line(Markup html, IReadOnlyList<SetLife> sets, List<Finding> findings, TimeAxis axis)
    {
        using (html.Open("svg", ("class", "line"), ("height", "22"), ("aria-hidden", "true")))
        {
            html.Empty("line", ("class", "axis"), ("x1", "0"), ("x2", "100%"), ("y1", "11"), ("y2", "11"));
            foreach (var link in sets.SelectMany(s => LifeChain.Of(s.Events)).Take(MostMarks))
            {
                var (from, to) = (axis.Place(link.First.At), axis.Place(link.Last.At));
                if (to - from > 0.5)
                {
                    html.Empty("line", ("class", "run"), ("x1", Markup.Percent(from)), ("x2", Markup.Percent(to)), ("y1", "11"), ("y2", "11"));
                }

                html.Empty("use", ("href", "#m-" + Mark(link.First.Step)), ("x", Markup.Percent(from)), ("y", "11"));
            }

            foreach (var finding in findings.Take(MostMarks))
            {
                html.Empty("use", ("href", "#m-finding"), ("x", Markup.Percent(axis.Place(finding.At))), ("y", "11"));
            }
        }
    }

    /// <summary>Shapes of the marks, once for the page.</summary>
    public static void Shapes(Markup html)
    {
        using (html.Open("svg", ("width", "0"), ("height", "0"), ("class", "shapes"), ("aria-hidden", "true")))
        using (html.Open("defs"))
        {
            html.Empty("circle", ("id", "m-step"), ("r", "3.5"));
            html.Empty("circle", ("id", "m-start"), ("r", "4"), ("class", "hollow"));
            html.Empty("rect", ("id", "m-end"), ("x", "-1.5"), ("y", "-7"), ("width", "3"), ("height", "14"));
            html.Empty("path", ("id", "m-bad"), ("d", "M-4-4L4 4M4-4L-4 4"), ("class", "cross"));
            html.Empty("path", ("id", "m-finding"), ("d", "M0-10L5-1H-5Z"), ("class", "alarm"));
        }
    }

    private static string Mark(LifeStep step) => step switch
    {
        LifeStep.Issued => "start",
        LifeStep.Replaced or LifeStep.Revoked => "end",
        _ when Words.IsBad(step) => "bad",
        _ => "step",
    };

    private static void Set(Markup html, SetLife set)
    {
        using (html.Open("div", ("class", "set")))
        {
            html.Element("h3", string.Create(CultureInfo.InvariantCulture, $"Generation {set.Generation}"));
            var links = LifeChain.Of(set.Events);
            using (html.Open("ol", ("class", "chain")))
            {
                for (var i = 0; i < Math.Min(links.Count, MostLinks); i++)
                {
                    Link(html, links[i], i == 0 ? null : links[i].First.At - links[i - 1].Last.At);
                }
            }

            Steps(html, set);
        }
    }

    private static void Link(Markup html, LifeChain link, TimeSpan? gap)
    {
        using (html.Open("li", ("class", Mark(link.First.Step))))
        {
            html.Element("span", gap is { } time && time > TimeSpan.Zero ? "+" + Words.Duration(time) : "", ("class", "gap"));
            html.Element("b", link.Text);
            html.Element("span", Words.Minute(link.First.At), ("class", "at"));
            html.Element("span", Words.Name(link.First.By) ?? "", ("class", "by"));
            if (link.First.Detail is { } detail)
            {
                html.Element("span", detail, ("class", "detail"));
            }
        }
    }

    private static void Steps(Markup html, SetLife set)
    {
        using (html.Open("details", ("class", "steps")))
        {
            html.Element("summary", $"{Words.Count(set.Events.Count, "step")} with ids");
            using (html.Open("div", ("class", "scroll"), ("tabindex", "0")))
            using (html.Open("table"))
            {
                Tables.Head(html, "time (UTC)", "step", "by", "from", "detail", "operation or request", "trace");
                foreach (var step in set.Events.Take(MostSteps))
                {
                    Tables.Row(
                        html, Words.Time(step.At), Words.Step(step.Step), Words.Name(step.By), step.By?.Address, step.Detail,
                        step.OperationId ?? step.RequestId, step.TraceId);
                }
            }

            if (set.Events.Count > MostSteps)
            {
                html.Element("p", $"{Words.Count(set.Events.Count - MostSteps, "step")} more: see bcb audit --json.", ("class", "more"));
            }

            if (set.EventsNotListed > 0)
            {
                html.Element("p", $"{Words.Count(set.EventsNotListed, "step")} more, which the report only counts: audit a shorter period.", ("class", "more"));
            }
        }
    }
}
