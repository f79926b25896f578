using System.Globalization;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Reports;

namespace BackupCodeBroker.Reporting.Rendering;

/// <summary>The report on a terminal: the verdict and who could not be recovered first, then who soon could not, then the fleet in figures. It fits 80 columns.</summary>
internal static class ReportText
{
    // Beyond these a page or a file reads better than a terminal.
    private const int MostLost = 50, MostAtRisk = 20;
    private const int Width = 80;
    private const int LongestName = 26;
    private const string Indent = "  ";

    /// <summary>Draws it.</summary>
    public static void Show(Screen screen, FleetReport report)
    {
        if (report.Count(Readiness.NotRecoverable) > 0)
        {
            screen.Warning(report.Verdict);
        }
        else
        {
            screen.Line(report.Verdict);
        }

        screen.Line($"as of {Second(report.TakenAt)} UTC{Until(report)}" + (report.IsFleet ? "" : ", of what you may see") + (report.About.Length > 0 ? "; " + report.About : ""));
        if (report.Unreadable > 0)
        {
            screen.Warning($"{CauseWords.Documents(report.Unreadable)} could not be read, and listed as not recoverable");
        }

        Listed(screen, "Could not be recovered today:", report.NotRecoverable, MostLost, Readiness.NotRecoverable);
        Listed(screen, "Could be, but see to it:", report.AtRisk, MostAtRisk, Readiness.AtRisk);
        Figures(screen, report);
    }

    private static void Listed(Screen screen, string title, IReadOnlyList<ReportRow> rows, int most, string level)
    {
        if (rows.Count == 0)
        {
            return;
        }

        screen.Line();
        screen.Line(title);
        var name = Math.Min(LongestName, rows.Take(most).Max(r => r.Identity.Length));
        foreach (var row in rows.Take(most))
        {
            Entry(screen, row, name);
        }

        if (rows.Count > most)
        {
            screen.Line($"{Indent}{CauseWords.Number(rows.Count - most)} more: bcb report --readiness {level} --csv FILE");
        }
    }

    // A name that is longer than its column stands alone; what follows is folded beside it.
    private static void Entry(Screen screen, ReportRow row, int column)
    {
        var lines = Fold(CauseWords.Why(row) + OwnerOf(row), Width - column - 2 * Indent.Length).ToList();
        var isLong = row.Identity.Length > column;
        if (isLong)
        {
            screen.Line(Indent + row.Identity);
        }

        for (var i = 0; i < lines.Count; i++)
        {
            screen.Line(Indent + (i == 0 && !isLong ? row.Identity : "").PadRight(column) + Indent + lines[i]);
        }
    }

    private static string OwnerOf(ReportRow row) => row.Owner is null ? "" : $" [owner {CauseWords.Owner(row.Owner)}]";

    private static void Figures(Screen screen, FleetReport report)
    {
        var summary = report.Summary;
        if (summary.Identities == 0)
        {
            return;
        }

        screen.Line();
        Folded(
            screen,
            ("identities", string.Join(", ", Readiness.Levels.Where(l => report.Count(l) > 0).Select(l => $"{CauseWords.Number(report.Count(l))} {CauseWords.Level(l)}"))),
            ("ages of codes", string.Join(", ", summary.Ages.Where(a => a.Sets > 0).Select(a => $"{CauseWords.Number(a.Sets)} of {Band(a)}"))),
            ("oldest codes", summary.OldestIssuedAt is { } oldest ? $"issued {CauseWords.Day(oldest)}, {CauseWords.Age(oldest, report.TakenUntil)} ago" : null),
            ("last 30 days", Activity(summary.Last30Days)),
            ("last 90 days", Activity(summary.Last90Days)),
            ("sets before ended", string.Join(", ", SetEnd.All.Where(summary.Ended.ContainsKey).Select(h => $"{CauseWords.Number(summary.Ended[h])} {CauseWords.Ending(h)}"))),
            ("of those", summary.Ended.Count == 0 ? null : $"{CauseWords.Number(summary.EndedAfterUse)} after use, {CauseWords.Number(summary.EndedAfterChange)} with a change of owner or role"),
            ("used, not replaced", summary.UsedAndStanding > 0 ? CauseWords.Number(summary.UsedAndStanding) : null));
        screen.Line("Who may issue, use or approve them is Vault policy: bcb who-can IDENTITY");
    }

    private static void Folded(Screen screen, params (string Name, string? Value)[] fields)
    {
        var given = fields.Where(f => !string.IsNullOrEmpty(f.Value)).ToList();
        var column = given.Max(f => f.Name.Length);
        foreach (var (name, value) in given)
        {
            var lines = Fold(value!, Width - column - Indent.Length).ToList();
            for (var i = 0; i < lines.Count; i++)
            {
                screen.Line((i == 0 ? name : "").PadRight(column) + Indent + lines[i]);
            }
        }
    }

    private static string Activity(ReportActivity activity) => string.Create(
        CultureInfo.InvariantCulture, $"{activity.Issued:N0} issued, {activity.Rotated:N0} rotated, {activity.Used:N0} used, {activity.Ended:N0} ended");

    private static string Band(AgeBand band) => band.ToDays is { } to
        ? string.Create(CultureInfo.InvariantCulture, $"{band.FromDays}-{to} d") : string.Create(CultureInfo.InvariantCulture, $"{band.FromDays} d and more");

    private static string Until(FleetReport report) => report.TakenUntil > report.TakenAt ? $" to {Second(report.TakenUntil)}" : "";

    private static string Second(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Fold(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line += line.Length > 0 ? " " + word : word;
        }

        yield return line;
    }
}
