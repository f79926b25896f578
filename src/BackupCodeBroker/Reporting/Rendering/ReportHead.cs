using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Reporting.Rendering;

/// <summary>The top of the page: the verdict, what it is made of, as of when, and the fleet as one bar.</summary>
internal static class ReportHead
{
    private static readonly (string Level, string Class)[] Parts =
        [(Readiness.NotRecoverable, "lost"), (Readiness.AtRisk, "risk"), (Readiness.Ready, "ready"), (Readiness.Retired, "retired")];

    /// <summary>Writes it.</summary>
    public static void Write(Markup html, FleetReport report, DateTimeOffset madeAt)
    {
        var tone = report.Count(Readiness.NotRecoverable) > 0 ? "bad" : report.Count(Readiness.AtRisk) > 0 || report.Living == 0 ? "warn" : "good";
        using (html.Open("header", ("class", "verdict " + tone)))
        {
            html.Element("p", "BackupCodeBroker report", ("class", "brand"));
            using (html.Open("h1"))
            {
                html.Element("span", tone == "good" ? "✓" : "!", ("class", "sign"), ("aria-hidden", "true"));
                html.Text(report.Verdict);
            }

            Reasons(html, report);
            using (html.Open("p", ("class", "period")))
            {
                html.Text($"as of {CauseWords.Minute(report.TakenAt)}{Until(report)} UTC");
                html.Text(report.IsFleet ? ", the whole fleet" : ", what its reader may see");
                html.Text(report.About.Length > 0 ? ", of " + report.About : "");
                html.Text(report.Unreadable > 0 ? $"; {CauseWords.Documents(report.Unreadable)} could not be read and listed as such" : "");
                html.Element("span", $"written {CauseWords.Minute(madeAt)} UTC", ("class", "made"));
            }
        }

        Bar(html, report);
    }

    private static void Reasons(Markup html, FleetReport report)
    {
        if (report.NotRecoverable.Count == 0)
        {
            return;
        }

        using (html.Open("ul", ("class", "groups")))
        {
            foreach (var group in report.NotRecoverable.GroupBy(FleetReport.Worst).OrderByDescending(g => g.Count()).ThenBy(g => g.Key))
            {
                using (html.Open("li"))
                {
                    html.Element("a", $"{CauseWords.Heading(group.Key)}: {CauseWords.Number(group.Count())}", ("href", "#" + ConcernsPart.IdOf(group.Key, "not-recoverable")));
                }
            }
        }
    }

    private static void Bar(Markup html, FleetReport report)
    {
        if (report.Summary.Identities == 0)
        {
            return;
        }

        using (html.Open("figure", ("class", "fleet")))
        {
            using (html.Open("svg", ("width", "100%"), ("height", "26"), ("role", "img"), ("aria-label", "Identities by readiness")))
            {
                var at = 0.0;
                foreach (var (level, kind) in Parts)
                {
                    var width = 100.0 * report.Count(level) / report.Summary.Identities;
                    if (width > 0)
                    {
                        html.Empty("rect", ("class", kind), ("x", Markup.Percent(at)), ("width", Markup.Percent(Math.Max(width, 0.4))), ("y", "0"), ("height", "26"));
                    }

                    at += width;
                }
            }

            using (html.Open("dl", ("class", "figures")))
            {
                foreach (var (level, kind) in Parts)
                {
                    using (html.Open("div", ("class", "level " + kind)))
                    {
                        html.Element("dt", CauseWords.Level(level));
                        html.Element("dd", CauseWords.Number(report.Count(level)));
                    }
                }
            }
        }
    }

    private static string Until(FleetReport report) =>
        CauseWords.Minute(report.TakenUntil) is var until && until != CauseWords.Minute(report.TakenAt) ? " to " + until : "";
}
