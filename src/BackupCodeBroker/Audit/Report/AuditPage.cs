using BackupCodeBroker.Audit.Report.Page;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Audit.Report;

/// <summary>
/// The report as one page that stands alone: it loads nothing, asks nobody and works without scripts, in the dark, in a narrow window and on paper. The verdict and
/// what is not explained come first, since that is what it is opened for; then lives, changes, rotations, and what was read. Every text of it was
/// written by others, attackers among them: <see cref="Markup"/> is the only way onto the page. It is bounded, and where it was cut it says so.
/// </summary>
internal static class AuditPage
{
    private static readonly PageShell Shell = new("audit-page");

    private static readonly (string Id, string Text, Func<AuditReport, bool> Has)[] Contents =
    [
        ("findings", "Findings", r => !r.Explained),
        ("lives", "Lives", r => r.Sets.Count > 0),
        ("changes", "Changes", r => r.Changes.Count > 0),
        ("rotations", "Rotations", r => r.Rotations.Count > 0),
        ("notices", "To know", r => r.Notices.Count > 0),
        ("outcomes", "Operations", r => r.Totals.ByOutcome.Count > 0),
        ("sources", "What was read", r => r.Sources.Count > 0),
        ("unreadable", "Unreadable lines", r => r.Unreadable.Count > 0),
    ];

    /// <summary>Writes the page.</summary>
    public static void Write(TextWriter writer, AuditReport report, DateTimeOffset madeAt)
    {
        var html = new Markup(writer);
        html.Constant("<!DOCTYPE html>\n");
        using (html.Open("html", ("lang", "en")))
        {
            Shell.WriteHead(html, Words.Verdict(report));
            using (html.Open("body"))
            {
                Body(html, report, madeAt);
            }
        }
    }

    private static void Body(Markup html, AuditReport report, DateTimeOffset madeAt)
    {
        var identities = new Identities(report);
        var axis = TimeAxis.Of(report);
        LivesPart.Shapes(html);
        using (html.Open("main"))
        {
            VerdictPart.Write(html, report, madeAt);
            if (axis is not null)
            {
                TimelinePart.Write(html, report, axis);
            }

            FindingsPart.Write(html, report, identities);
            Navigation(html, report);
            if (axis is not null && report.Sets.Count > 0)
            {
                LivesPart.Write(html, identities, axis);
            }

            TablesPart.Changes(html, report);
            TablesPart.Rotations(html, report);
            TablesPart.Notices(html, report);
            TablesPart.Outcomes(html, report);
            TablesPart.Sources(html, report);
            TablesPart.Unreadable(html, report);
        }

        Shell.WriteScript(html);
    }

    private static void Navigation(Markup html, AuditReport report)
    {
        using (html.Open("nav", ("aria-label", "Parts of the report")))
        {
            foreach (var (id, text, has) in Contents)
            {
                if (has(report))
                {
                    html.Element("a", text, ("href", "#" + id));
                }
            }

            // Shown by the script: without it there is nothing that could search.
            using (html.Open("label", ("id", "find"), ("hidden", "")))
            {
                html.Text("Identity ");
                html.Empty("input", ("type", "search"), ("autocomplete", "off"), ("spellcheck", "false"));
                html.Element("span", "", ("aria-live", "polite"));
            }
        }
    }
}
