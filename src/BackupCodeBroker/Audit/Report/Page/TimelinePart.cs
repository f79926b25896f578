using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Audit.Report.Page;

/// <summary>
/// The whole period at one look: how much happened, as bars, and when each finding was, as numbered flags that lead to it. It is drawn in percent of the width, so
/// it needs no script, and it says nothing that is not said in words below.
/// </summary>
internal static class TimelinePart
{
    private const int Bins = 120;
    private const int MostOnNarrow = 6;

    // Of a page as wide as it gets; a narrow one shows the poles alone where there are many.
    private const double PixelsInPercent = 10.5;
    private const double Base = 92;
    private const double Tallest = 52;
    private const double FlagTop = 4;

    /// <summary>Writes it.</summary>
    public static void Write(Markup html, AuditReport report, TimeAxis axis)
    {
        var (good, bad) = Density(report, axis);
        using (html.Open("figure", ("class", "timeline")))
        {
            using (html.Open("svg", ("width", "100%"), ("height", "116"), ("role", "group"), ("aria-label", "Timeline of the period")))
            {
                html.Empty("line", ("class", "axis"), ("x1", "0"), ("x2", "100%"), ("y1", Markup.Number(Base)), ("y2", Markup.Number(Base)));
                Ticks(html, axis);
                Bars(html, good, bad);
                Flags(html, report.Findings, axis);
            }

            using (html.Open("figcaption"))
            {
                html.Element("span", "steps of codes’ lives", ("class", "key key-good"));
                html.Element("span", "refused or failed", ("class", "key key-bad"));
                if (report.Findings.Count > 0)
                {
                    html.Element("span", "findings, by number", ("class", "key key-flag"));
                }

                html.Element("span", $"a bar is {Words.Duration(axis.Length / Bins)}; times are UTC");
            }
        }
    }

    private static (int[] Good, int[] Bad) Density(AuditReport report, TimeAxis axis)
    {
        var (good, bad) = (new int[Bins], new int[Bins]);
        foreach (var step in report.Sets.SelectMany(s => s.Events))
        {
            var bin = Math.Min(Bins - 1, (int)(axis.Share(step.At) * Bins));
            (Words.IsBad(step.Step) ? bad : good)[bin]++;
        }

        return (good, bad);
    }

    private static void Bars(Markup html, int[] good, int[] bad)
    {
        // The square root keeps a single step visible beside a busy hour.
        var top = Math.Sqrt(Enumerable.Range(0, Bins).Max(bin => Math.Max(1, good[bin] + bad[bin])));
        var width = Markup.Percent(TimeAxis.Place(0.78 / Bins) - TimeAxis.Place(0));
        for (var bin = 0; bin < Bins; bin++)
        {
            if (good[bin] + bad[bin] is var all and > 0)
            {
                var x = Markup.Percent(TimeAxis.Place((double)bin / Bins));
                var height = Math.Max(3, Math.Sqrt(all) / top * Tallest);
                var badHeight = bad[bin] == 0 ? 0 : Math.Max(2, height * bad[bin] / all);
                Bar(html, "bar", x, width, Base - height, height - badHeight, good[bin]);
                Bar(html, "bar refused", x, width, Base - badHeight, badHeight, bad[bin]);
            }
        }
    }

    private static void Bar(Markup html, string kind, string x, string width, double y, double height, int count)
    {
        if (count > 0)
        {
            html.Empty("rect", ("class", kind), ("x", x), ("width", width), ("y", Markup.Number(y)), ("height", Markup.Number(height)));
        }
    }

    private static void Ticks(Markup html, TimeAxis axis)
    {
        var odd = false;
        foreach (var (at, text) in axis.Ticks())
        {
            var place = axis.Place(at);
            using (html.Open("g", ("class", odd ? "tick odd" : "tick")))
            {
                html.Empty("line", ("x1", Markup.Percent(place)), ("x2", Markup.Percent(place)), ("y1", Markup.Number(Base)), ("y2", Markup.Number(Base + 5)));
                var anchor = place < 4 ? "start" : place > 96 ? "end" : "middle";
                html.Element("text", text, ("x", Markup.Percent(place)), ("y", Markup.Number(Base + 19)), ("text-anchor", anchor));
            }

            odd = !odd;
        }
    }

    private static void Flags(Markup html, IReadOnlyList<Finding> findings, TimeAxis axis)
    {
        var listed = FindingsPart.Listed(findings);
        var flags = Placed(findings, axis);
        var kind = flags.Count > MostOnNarrow ? "flag crowded" : "flag";
        foreach (var flag in flags)
        {
            var place = Markup.Percent(flag.Place);
            html.Empty("line", ("class", "pole"), ("x1", place), ("x2", place), ("y1", Markup.Number(FlagTop)), ("y2", Markup.Number(Base)));
            var first = Enumerable.Range(flag.First, flag.Last - flag.First + 1).FirstOrDefault(listed.Contains);
            using (html.Open("svg", ("x", place), ("overflow", "visible")))
            using (html.Open(
                "a", ("href", first == 0 ? "#findings" : "#" + FindingsPart.IdOf(first)), ("class", kind), ("aria-label", Spoken(flag, findings[flag.First - 1]))))
            {
                html.Empty(
                    "rect", ("x", Markup.Number(-flag.Width / 2)), ("y", Markup.Number(FlagTop)), ("width", Markup.Number(flag.Width)), ("height", "20"), ("rx", "3"));
                html.Element("text", flag.Label, ("y", Markup.Number(FlagTop + 14.5)), ("text-anchor", "middle"));
            }
        }
    }

    // Findings come in the order of time, so those that share a flag have numbers that follow each other.
    private static List<Flag> Placed(IReadOnlyList<Finding> findings, TimeAxis axis)
    {
        var apart = (Flag.WidthOf($"{findings.Count}–{findings.Count}") + 3) / PixelsInPercent;
        List<Flag> flags = [];
        for (var number = 1; number <= findings.Count; number++)
        {
            var place = axis.Place(findings[number - 1].At);
            if (flags.Count > 0 && place - flags[^1].Place < apart)
            {
                flags[^1] = flags[^1] with { Last = number };
            }
            else
            {
                flags.Add(new Flag(place, number, number));
            }
        }

        return flags;
    }

    private static string Spoken(Flag flag, Finding first) => flag.First == flag.Last
        ? $"Finding {flag.Label}: {FindingWords.For(first.Kind).Title}, {Words.Minute(first.At)}"
        : $"Findings {flag.Label}, from {Words.Minute(first.At)}";

    private sealed record Flag(double Place, int First, int Last)
    {
        public string Label => First == Last ? Markup.Number(First) : $"{First}–{Last}";

        public double Width => WidthOf(Label);

        public static double WidthOf(string label) => 10 + (label.Length * 7.5);
    }
}
