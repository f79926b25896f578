using System.Globalization;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Reporting.Rendering;

/// <summary>
/// The four questions that an auditor asks: where codes have been issued, who can get or use them, how old they are and when they were last rotated, and
/// whether they were ended after use or after a change of role.
/// </summary>
internal static class QuestionsPart
{
    private const int MostOwners = 12;

    /// <summary>Writes them.</summary>
    public static void Write(Markup html, FleetReport report)
    {
        if (report.Summary.Identities == 0)
        {
            return;
        }

        using (html.Open("section", ("id", "questions")))
        {
            html.Element("h2", "Four questions");
            using (html.Open("div", ("class", "panels")))
            {
                Panel(html, "Where have codes been issued?", () => Where(html, report));
                Panel(html, "Who can get or use them?", () => Who(html, report));
                Panel(html, "How old are they, and when were they last rotated?", () => Ages(html, report));
                Panel(html, "Were they ended after use, or after a change of role?", () => Ends(html, report));
            }
        }
    }

    private static void Panel(Markup html, string title, Action content)
    {
        using (html.Open("div", ("class", "panel")))
        {
            html.Element("h3", title);
            content();
        }
    }

    private static void Where(Markup html, FleetReport report)
    {
        var sets = report.Rows.Where(r => r.Active is not null).ToList();
        html.Element("p", $"{CauseWords.Number(sets.Count)} of {CauseWords.Number(report.Living)} identities hold codes, {CauseWords.Number(sets.Sum(r => r.Active!.Remaining))} codes in all.");
        Bars.Write(html, "Identities with codes, by profile", [.. sets.GroupBy(r => r.Profile == r.Active!.Kind ? r.Profile : $"{r.Profile} ({r.Active.Kind})").OrderByDescending(g => g.Count()).Take(MostOwners).Select(g => new Bar(g.Key, g.Count()))]);
        Bars.Write(html, "Issued and received", [.. Periods(report.Summary).SelectMany(p => new[] { new Bar($"issued, {p.Of}", p.Activity.Issued), new Bar($"received, {p.Of}", p.Activity.Received) })]);
    }

    private static void Who(Markup html, FleetReport report)
    {
        using (html.Open("p"))
        {
            html.Prose("Owners have codes made and receive them. Who else may issue, use or approve is Vault policy: `bcb who-can IDENTITY` tells.");
        }

        var owners = report.Rows.Where(r => r.Owner is not null && r.RetiredAt is null).GroupBy(r => r.Owner!.Id).OrderByDescending(g => g.Count()).ToList();
        Bars.Write(
            html,
            $"Identities by owner{(owners.Count > MostOwners ? $", the largest of {CauseWords.Number(owners.Count)}" : "")}",
            [.. owners.Take(MostOwners).Select(g => new Bar(CauseWords.Owner(g.First().Owner), g.Count(), g.Count(r => r.Readiness == Readiness.NotRecoverable)))],
            "not recoverable");
        html.Element("p", $"{CauseWords.Count(report.Rows.Sum(r => r.OpenApprovals), "request", "requests")} for approval without an answer, {CauseWords.Count(report.Rows.Sum(r => r.OpenReviews), "use", "uses")} that nobody has looked at.");
    }

    private static void Ages(Markup html, FleetReport report)
    {
        var summary = report.Summary;
        html.Element("p", summary.OldestIssuedAt is { } oldest
            ? $"The oldest were issued {CauseWords.Day(oldest)}, {CauseWords.Age(oldest, report.TakenUntil)} ago."
            : "No codes are in force.");
        Bars.Write(html, "Codes in force, by age", [.. summary.Ages.Select(a => new Bar(Band(a), a.Sets, a.Overdue))], "to be replaced");
        Bars.Write(html, "Rotated: new codes received in place of others", [.. Periods(summary).Select(p => new Bar(p.Of, p.Activity.Rotated))]);
    }

    private static void Ends(Markup html, FleetReport report)
    {
        var summary = report.Summary;
        var ended = summary.Ended.Values.Sum();
        html.Element("p", ended == 0
            ? "No codes have ended yet."
            : $"Of {CauseWords.Count(ended, "set", "sets")} that ended last, {CauseWords.Number(summary.EndedAfterUse)} had been used, {CauseWords.Number(summary.EndedAfterChange)} ended with a change of owner or role.");
        html.Element("p", $"Used and not replaced since: {CauseWords.Count(summary.UsedAndStanding, "set", "sets")}. Suspended after a change and waiting for an owner: {CauseWords.Number(Suspended(report))}.");
        Bars.Write(
            html,
            "How the last set of each identity ended",
            [.. SetEnd.All.Select(h => new Bar(CauseWords.Ending(h), summary.Ended.GetValueOrDefault(h), report.Rows.Count(r => r.Previous is { Used: > 0 } end && end.How == h)))],
            "after use",
            isBad: false);
    }

    private static int Suspended(FleetReport report) => report.Rows.Count(r => r.Active is not null && r.Suspension is { Cause: not "suspended" });

    private static (string Of, ReportActivity Activity)[] Periods(FleetSummary summary) =>
        [("7 days", summary.Last7Days), ("30 days", summary.Last30Days), ("90 days", summary.Last90Days)];

    private static string Band(AgeBand band) => band.ToDays is { } to
        ? string.Create(CultureInfo.InvariantCulture, $"{band.FromDays} to {to - 1} days") : string.Create(CultureInfo.InvariantCulture, $"{band.FromDays} days and more");
}
