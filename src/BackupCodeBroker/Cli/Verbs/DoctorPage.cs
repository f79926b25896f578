using System.Globalization;
using System.Text;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Doctor;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// A doctor's report for people, at 80 columns: what is well in a line each, then what could not be seen, then hints, warnings and errors, so that
/// the worst stands last, next to the prompt. Commands and stanzas are never folded.
/// </summary>
internal static class DoctorPage
{
    private const int Width = 80;
    private const int Indent = 4;

    /// <summary>Draws it.</summary>
    public static void Show(Screen screen, DoctorReport report, DoctorOptions options)
    {
        screen.Line($"bcb doctor {options.Version}: Vault at {options.Vault.Address}");
        screen.Line();
        var width = report.Checks.Max(check => check.Id.Length);
        foreach (var alike in report.Checks.Where(check => check.Result is CheckResult.Ok).GroupBy(check => (check.Id, check.Result)))
        {
            Fine(screen, alike.Key.Id, Abouts(alike), ((CheckResult.Ok)alike.Key.Result).Saw, width);
        }

        Unseen(screen, report);
        foreach (var severity in new[] { Severity.Hint, Severity.Warning, Severity.Error })
        {
            foreach (var alike in report.Checks
                .Where(check => check.Result is CheckResult.Finding finding && finding.Severity == severity)
                .GroupBy(check => (check.Id, check.Result)))
            {
                Finding(screen, alike.Key.Id, Abouts(alike), (CheckResult.Finding)alike.Key.Result);
            }
        }

        screen.Line();
        screen.Line(Summary(report));
    }

    // What is said of several things in the same words is said once.
    private static string Abouts(IEnumerable<CheckReport> alike)
    {
        var abouts = alike.Select(check => check.About).Where(about => about.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        var kind = abouts.Count > 1 && abouts[0].LastIndexOf(' ') is var at and > 0 ? abouts[0][..(at + 1)] : "";
        return kind.Length > 0 && abouts.TrueForAll(about => about.StartsWith(kind, StringComparison.Ordinal))
            ? kind + string.Join(", ", abouts.Select(about => about[kind.Length..]))
            : string.Join(", ", abouts);
    }

    private static void Fine(Screen screen, string id, string about, string saw, int width)
    {
        var start = $"ok  {id.PadRight(width)}  ";
        var text = about.Length > 0 && saw.Length > 0 ? $"{about}: {saw}" : about + saw;
        var lines = Wrapped(text, Width - start.Length).ToList();
        screen.Line((start + (lines.Count > 0 ? lines[0] : "")).TrimEnd());
        foreach (var line in lines.Skip(1))
        {
            screen.Line(new string(' ', start.Length) + line);
        }
    }

    // One cause often hides many checks: they stand together under it.
    private static void Unseen(Screen screen, DoctorReport report)
    {
        var unseen = report.Checks.Where(check => check.Result is CheckResult.NotChecked)
            .GroupBy(check => (CheckResult.NotChecked)check.Result);
        foreach (var cause in unseen)
        {
            screen.Line();
            screen.Line($"not checked: {cause.Key.Why}");
            Prose(screen, string.Join(", ", cause.Select(check => check.About.StartsWith("policy ", StringComparison.Ordinal) ? $"{check.Id} ({check.About})" : check.Id).Distinct()));
            if (cause.Key.Stanza is { } stanza)
            {
                Prose(screen, "a policy of this token's holder would need:");
                screen.Line(new string(' ', 2 * Indent) + stanza);
            }
        }
    }

    private static void Finding(Screen screen, string id, string about, CheckResult.Finding finding)
    {
        screen.Line();
        foreach (var line in Wrapped($"{DoctorDocument.Word(finding)}: {id}{(about.Length > 0 ? $" - {about}" : "")}", Width))
        {
            if (finding.Severity == Severity.Hint)
            {
                screen.Line(line);
            }
            else
            {
                screen.Warning(line);
            }
        }

        Prose(screen, $"{Sentence(finding.What)} {Sentence(finding.Why)}");
        Prose(screen, $"Fix: {finding.Fix.Words}{(finding.Fix.Commands.Count > 0 ? ":" : ".")}");
        foreach (var command in finding.Fix.Commands)
        {
            screen.Line(new string(' ', 2 * Indent) + command);
        }
    }

    // A name at the beginning stays as it is written.
    private static string Sentence(string text)
    {
        var first = text.Split(' ')[0].TrimEnd(':', ',');
        var begin = first.All(char.IsAsciiLetterLower) && first.Length > 0 ? $"{char.ToUpperInvariant(text[0])}{text[1..]}" : text;
        return begin.TrimEnd('.') + ".";
    }

    private static void Prose(Screen screen, string text)
    {
        foreach (var line in Wrapped(text, Width - Indent))
        {
            screen.Line(new string(' ', Indent) + line);
        }
    }

    private static IEnumerable<string> Wrapped(string text, int width)
    {
        var line = new StringBuilder();
        foreach (var word in Screen.Clean(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        if (line.Length > 0)
        {
            yield return line.ToString();
        }
    }

    private static string Summary(DoctorReport report)
    {
        var unseen = report.Count<CheckResult.NotChecked>();
        string[] counts =
        [
            Count(report.Count<CheckResult.Ok>(), "ok", "ok"),
            Count(report.Count(Severity.Error), "error", "errors"),
            Count(report.Count(Severity.Warning), "warning", "warnings"),
            Count(report.Count(Severity.Hint), "hint", "hints"),
            unseen > 0 ? Count(unseen, "not checked", "not checked") : "everything was looked at",
        ];
        return string.Join(", ", counts) + ".";
    }

    private static string Count(int number, string one, string more) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : more)}");
}
