using System.Globalization;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Audit.Report.Page;

/// <summary>What the period shows beside findings and lives: rotations, changes that end codes, notices, sources, and lines that could not be read.</summary>
internal static class TablesPart
{
    private const int MostRows = 1_000;
    private const int MostNotices = 300;

    /// <summary>Changes that end codes.</summary>
    public static void Changes(Markup html, AuditReport report) => Tables.Section(
        html, "changes", "Changes that end codes", "From the change until codes of before were first refused, suspended, revoked or replaced", report.Changes, MostRows,
        ["changed (UTC)", "identity", "change", "by", "ended (UTC)", "took"],
        change =>
        {
            using (html.Open("tr", ("data-row", "")))
            {
                Cell(html, change.ChangedAt);
                html.Element("td", change.Identity, ("data-name", ""));
                html.Element("td", change.Change);
                html.Element("td", Words.Name(change.By));
                Cell(html, change.EndedAt);
                html.Element("td", change.EndedAt is { } at ? Words.Duration(at - change.ChangedAt) : "not seen to end", ("class", change.EndedAt is null ? "open" : null));
            }
        });

    /// <summary>Rotations.</summary>
    public static void Rotations(Markup html, AuditReport report) => Tables.Section(
        html, "rotations", "Rotations", "How often each identity’s codes were replaced in the period", report.Rotations, MostRows,
        ["identity", "issued", "activated", "consumed", "last activated (UTC)", "longest gap"],
        rotation =>
        {
            using (html.Open("tr", ("data-row", "")))
            {
                html.Element("td", rotation.Identity, ("data-name", ""));
                Cell(html, rotation.Issues);
                Cell(html, rotation.Activations);
                Cell(html, rotation.Consumptions);
                Cell(html, rotation.LastActivated);
                html.Element("td", rotation.LongestGap is { } gap ? Words.Duration(gap) : "–");
            }
        });

    /// <summary>Notices.</summary>
    public static void Notices(Markup html, AuditReport report) => Tables.Section(
        html, "notices", "To know", "Explained, or beside the question, and still worth reading", report.Notices, MostNotices,
        ["time (UTC)", "what", "identity", "stands at"],
        notice =>
        {
            using (html.Open("tr"))
            {
                Cell(html, notice.At);
                html.Element("td", notice.What, ("class", "prose"));
                html.Element("td", notice.Identity);
                html.Element("td", notice.Place);
            }
        });

    /// <summary>What was read.</summary>
    public static void Sources(Markup html, AuditReport report) => Tables.Section(
        html, "sources", "What was read", "In the order given; a verdict is about these files and no others", report.Sources, MostRows,
        ["file", "kind", "lines", "unreadable", "from (UTC)", "to (UTC)"],
        source =>
        {
            using (html.Open("tr"))
            {
                html.Element("td", source.Name);
                html.Element("td", source.Kind);
                Cell(html, source.Lines);
                Cell(html, source.Unreadable);
                Cell(html, source.First);
                Cell(html, source.Last);
            }
        });

    /// <summary>Lines that could not be read.</summary>
    public static void Unreadable(Markup html, AuditReport report) => Tables.Section(
        html, "unreadable", "Lines that could not be read", "Their place; what stood in them is unknown to this report", report.Unreadable, MostRows,
        ["file", "line", "byte", "why"],
        line =>
        {
            using (html.Open("tr"))
            {
                html.Element("td", line.Source);
                Cell(html, line.Line);
                Cell(html, line.Offset);
                html.Element("td", line.Why, ("class", "prose"));
            }
        });

    /// <summary>Operations by name and outcome.</summary>
    public static void Outcomes(Markup html, AuditReport report) => Tables.Section(
        html, "outcomes", "Operations by outcome", "From the broker’s records", [.. report.Totals.ByOutcome.OrderBy(o => o.Key, StringComparer.Ordinal)], MostRows,
        ["operation and outcome", "times"],
        outcome =>
        {
            using (html.Open("tr"))
            {
                html.Element("td", outcome.Key);
                Cell(html, outcome.Value);
            }
        });

    private static void Cell(Markup html, long number) => html.Element("td", number.ToString("N0", CultureInfo.InvariantCulture), ("class", "count"));

    private static void Cell(Markup html, DateTimeOffset? time)
    {
        using (html.Open("td", ("class", "time")))
        {
            html.Time(time);
        }
    }
}
