using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Reporting.Rendering;

/// <summary>Every identity, one line each, with a search.</summary>
internal static class IdentitiesPart
{
    // With more, a browser takes seconds; the figures above are of all.
    private const int Most = 5_000;

    private static readonly string[] Heads = ["Identity", "Readiness", "Codes left", "Age", "Ends", "Issued", "Received", "Rotated", "Proven", "Last used", "Set before", "Owner", "Profile"];

    /// <summary>Writes them.</summary>
    public static void Write(Markup html, FleetReport report)
    {
        if (report.Rows.Count == 0)
        {
            return;
        }

        using (html.Open("section", ("id", "identities")))
        {
            html.Element("h2", "All identities");
            // Shown by the script: without it there is nothing that could search.
            using (html.Open("label", ("id", "find"), ("hidden", "")))
            {
                html.Text("Find ");
                html.Empty("input", ("type", "search"), ("autocomplete", "off"), ("spellcheck", "false"), ("placeholder", "name, owner, readiness"));
                html.Element("span", "", ("aria-live", "polite"));
            }

            using (html.Open("div", ("class", "scroll"), ("tabindex", "0")))
            using (html.Open("table", ("class", "all")))
            {
                html.Element("caption", "Times are days in UTC; point at one for the minute. Rotated: when these codes took the place of others.");
                Head(html);
                foreach (var row in report.Rows.Take(Most))
                {
                    Row(html, row, report.TakenUntil);
                }
            }

            if (report.Rows.Count > Most)
            {
                html.Element("p", $"{CauseWords.Number(report.Rows.Count - Most)} identities more: bcb report --csv FILE", ("class", "more"));
            }
        }
    }

    private static void Head(Markup html)
    {
        using (html.Open("thead"))
        using (html.Open("tr"))
        {
            foreach (var head in Heads)
            {
                html.Element("th", head, ("scope", "col"));
            }
        }
    }

    private static void Row(Markup html, ReportRow row, DateTimeOffset at)
    {
        using (html.Open("tr", ("data-row", "")))
        {
            using (html.Open("td"))
            {
                html.Element("span", row.Identity, ("class", "name"));
                if (row.ExternalId is { } external)
                {
                    html.Element("span", external, ("class", "detail"));
                }
            }

            using (html.Open("td"))
            {
                html.Element("span", CauseWords.Level(row.Readiness), ("class", "level " + Kind(row.Readiness)));
                html.Element("span", string.Join(", ", row.Causes), ("class", "detail"));
            }

            html.Element("td", row.Active is { } set ? $"{CauseWords.Number(set.Remaining)} of {CauseWords.Number(set.Count)}" : "–", ("class", "count"));
            html.Element("td", CauseWords.Age(row.Active?.IssuedAt, at), ("class", "count"));
            Cell(html, row.Active?.ExpiresAt, null);
            Cell(html, row.Active?.IssuedAt, row.Active?.IssuedBy);
            Cell(html, row.Active?.ActivatedAt, row.Active?.ActivatedBy);
            Cell(html, row.LastRotatedAt, null);
            Cell(html, row.LastProvenAt, null);
            Cell(html, row.LastConsumedAt, row.LastConsumedBy);
            Cell(html, row.Previous?.EndedAt, row.Previous is { } end ? $"{CauseWords.Ending(end.How)}, {CauseWords.Number(end.Used)} used" : null);
            html.Element("td", CauseWords.Owner(row.Owner) + (row.Owner?.State is { } state ? $" ({state})" : ""));
            html.Element("td", row.Profile ?? "–");
        }
    }

    private static void Cell(Markup html, DateTimeOffset? time, string? detail)
    {
        using (html.Open("td", ("class", "time")))
        {
            html.Day(time);
            if (detail is { Length: > 0 })
            {
                html.Element("span", detail, ("class", "detail"));
            }
        }
    }

    private static string Kind(string readiness) => readiness switch
    {
        Readiness.NotRecoverable => "lost",
        Readiness.AtRisk => "risk",
        Readiness.Ready => "ready",
        _ => "retired",
    };
}
