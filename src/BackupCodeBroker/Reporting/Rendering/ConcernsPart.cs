using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Reporting.Rendering;

/// <summary>Who could not be recovered, and who soon could not: why, who answers for it, and what sets it right.</summary>
internal static class ConcernsPart
{
    private const int MostOfGroup = 100;

    /// <summary>Where a group of a section stands.</summary>
    public static string IdOf(ReadinessCause? cause, string section) => section + "-" + (cause?.Name() ?? "other");

    /// <summary>Who could not.</summary>
    public static void NotRecoverable(Markup html, FleetReport report) => Write(
        html, "not-recoverable", "Could not be recovered today", "The worst first. Nobody could get back in with a code of these.", report.NotRecoverable, report.TakenUntil);

    /// <summary>Who could, with something to see to.</summary>
    public static void AtRisk(Markup html, FleetReport report) => Write(
        html, "at-risk", "At risk", "These could be recovered today. See to them before they cannot.", report.AtRisk, report.TakenUntil);

    private static void Write(Markup html, string id, string title, string lead, IReadOnlyList<ReportRow> rows, DateTimeOffset at)
    {
        if (rows.Count == 0)
        {
            return;
        }

        using (html.Open("section", ("id", id), ("class", "concerns")))
        {
            html.Element("h2", title);
            html.Element("p", lead, ("class", "lead"));
            foreach (var group in rows.GroupBy(FleetReport.Worst))
            {
                var count = group.Count();
                html.Element("h3", $"{CauseWords.Heading(group.Key)} · {CauseWords.Number(count)}", ("id", IdOf(group.Key, id)));
                Group(html, group.Take(MostOfGroup), at);
                if (count > MostOfGroup)
                {
                    var which = group.Key is { } cause ? $"--cause {cause.Name()} " : "";
                    html.Element("p", $"{CauseWords.Number(count - MostOfGroup)} more: bcb report {which}--csv FILE", ("class", "more"));
                }
            }
        }
    }

    private static void Group(Markup html, IEnumerable<ReportRow> rows, DateTimeOffset at)
    {
        using (html.Open("ul", ("class", "cards")))
        {
            foreach (var row in rows)
            {
                using (html.Open("li"))
                {
                    Name(html, row);
                    html.Element("span", CauseWords.Capital(CauseWords.Why(row)), ("class", "why"));
                    Owner(html, row, at);
                    using (html.Open("span", ("class", "todo")))
                    {
                        html.Prose(CauseWords.Remedy(row));
                    }
                }
            }
        }
    }

    private static void Name(Markup html, ReportRow row)
    {
        using (html.Open("span", ("class", "who")))
        {
            html.Element("span", row.Identity, ("class", "name"));
            if (row.ExternalId is { } external)
            {
                html.Element("span", external, ("class", "detail"));
            }
        }
    }

    private static void Owner(Markup html, ReportRow row, DateTimeOffset at)
    {
        using (html.Open("span", ("class", "detail")))
        {
            html.Text(row.Owner is null ? "owner unknown" : "owner " + CauseWords.Owner(row.Owner));
            html.Text(row.LastConsumedAt is { } used ? $"; last used {CauseWords.Day(used)}, {CauseWords.Age(used, at)} ago" : "");
        }
    }
}
