using BackupCodeBroker.Pages;

namespace BackupCodeBroker.Reporting.Rendering;

/// <summary>
/// The report as one page that stands alone, in the dark, in a narrow window and on paper. Who could not be recovered today, and why, is at its top: that is
/// what it is opened for. Then who soon could not, the four questions that an auditor asks, and every identity. Names and owners were chosen by others:
/// <see cref="Markup"/> is the only way onto the page. It is bounded, and where it was cut it says so.
/// </summary>
internal static class ReportPage
{
    private static readonly PageShell Shell = new("report-page");

    private static readonly (string Id, string Text, Func<FleetReport, bool> Has)[] Contents =
    [
        ("not-recoverable", "Could not be recovered", r => r.NotRecoverable.Count > 0),
        ("at-risk", "At risk", r => r.AtRisk.Count > 0),
        ("questions", "Four questions", r => r.Rows.Count > 0),
        ("identities", "All identities", r => r.Rows.Count > 0),
    ];

    /// <summary>Writes the page.</summary>
    public static void Write(TextWriter writer, FleetReport report, DateTimeOffset madeAt)
    {
        var html = new Markup(writer);
        html.Constant("<!DOCTYPE html>\n");
        using (html.Open("html", ("lang", "en")))
        {
            Shell.WriteHead(html, report.Verdict);
            using (html.Open("body"))
            {
                using (html.Open("main"))
                {
                    ReportHead.Write(html, report, madeAt);
                    Navigation(html, report);
                    ConcernsPart.NotRecoverable(html, report);
                    ConcernsPart.AtRisk(html, report);
                    QuestionsPart.Write(html, report);
                    IdentitiesPart.Write(html, report);
                }

                Shell.WriteScript(html);
            }
        }
    }

    private static void Navigation(Markup html, FleetReport report)
    {
        using (html.Open("nav", ("aria-label", "Parts of the report")))
        {
            foreach (var (id, text, _) in Contents.Where(c => c.Has(report)))
            {
                html.Element("a", text, ("href", "#" + id));
            }
        }
    }
}
