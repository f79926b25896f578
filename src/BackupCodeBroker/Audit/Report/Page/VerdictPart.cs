using System.Globalization;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Audit.Report.Page;

/// <summary>The top of the page: the verdict, what it is made of, and what was looked at.</summary>
internal static class VerdictPart
{
    /// <summary>Writes it.</summary>
    public static void Write(Markup html, AuditReport report, DateTimeOffset madeAt)
    {
        var unread = report.Sources.Sum(s => s.Unreadable);
        var tone = !report.Explained ? "bad" : unread > 0 ? "warn" : "good";
        using (html.Open("header", ("class", "verdict " + tone)))
        {
            html.Element("p", "BackupCodeBroker audit", ("class", "brand"));
            using (html.Open("h1"))
            {
                html.Element("span", tone == "good" ? "✓" : "!", ("class", "sign"), ("aria-hidden", "true"));
                html.Text(Headline(report));
            }

            Groups(html, report);
            if (unread > 0)
            {
                using (html.Open("p"))
                {
                    html.Element("a", $"{Words.Count(unread, "line")} could not be read", ("href", "#sources"));
                    html.Text(": what stood in them is not part of this verdict.");
                }
            }

            using (html.Open("p", ("class", "period")))
            {
                html.Text(Words.Period(report));
                html.Element("span", $"written {Words.Minute(madeAt)} UTC", ("class", "made"));
            }
        }

        Figures(html, report.Totals);
    }

    private static string Headline(AuditReport report)
    {
        if (!report.Explained)
        {
            return Words.Count(report.Findings.Count + report.FindingsNotListed, "thing is not explained", "things are not explained");
        }

        return report.Totals is { Requests: 0, Operations: 0 } ? "There was nothing to explain" : "Every access is explained";
    }

    private static void Groups(Markup html, AuditReport report)
    {
        if (report.Explained)
        {
            return;
        }

        using (html.Open("ul", ("class", "groups")))
        {
            foreach (var group in report.Findings.GroupBy(f => FindingWords.For(f.Kind).Group).OrderBy(g => g.Key))
            {
                using (html.Open("li"))
                {
                    html.Element("a", Words.GroupCount(group.Key, group.Count()), ("href", "#" + FindingsPart.IdOf(group.Key)));
                }
            }

            if (report.FindingsNotListed > 0)
            {
                html.Element("li", string.Create(CultureInfo.InvariantCulture, $"{report.FindingsNotListed:N0} more that the report does not list"));
            }
        }
    }

    private static void Figures(Markup html, AuditTotals totals)
    {
        using (html.Open("dl", ("class", "figures")))
        {
            Figure(html, totals.Requests, "requests in Vault’s log");
            Figure(html, totals.BrokerRequests, "concern the broker");
            Figure(html, totals.Explained, "of those explained");
            if (totals.ToKnow > 0)
            {
                Figure(html, totals.ToKnow, "changes to know of, and no findings");
            }

            Figure(html, totals.Operations, "operations on record");
            Figure(html, totals.OperationsFound, "of those found whole");
            if (totals.OperationsOutside > 0)
            {
                Figure(html, totals.OperationsOutside, "lie outside the log");
            }

            if (totals.PersonUsedMachineCode > 0)
            {
                Figure(html, totals.PersonUsedMachineCode, "machine codes spent by people");
            }
        }
    }

    private static void Figure(Markup html, long value, string text)
    {
        using (html.Open("div"))
        {
            html.Element("dt", text);
            html.Element("dd", value.ToString("N0", CultureInfo.InvariantCulture));
        }
    }
}
