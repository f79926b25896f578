using System.CommandLine;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Reporting.Rendering;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb report</c>: which identities could not be recovered today, and why; how old codes are, how they ended. Exit 1 where one could not.</summary>
internal static class ReportVerb
{
    private const string StandardOutput = "-";

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var wanted = new Wanted();
        var csv = new Option<string?>("--csv") { HelpName = "FILE", Description = "Write it as CSV, one identity a line; - is standard output." };
        var html = new Option<string?>("--html") { HelpName = "FILE", Description = "Also write it as one page with charts that needs nothing else." };
        var command = frame.Command(
            "report",
            "Which identities could be recovered today and which not, how old their codes are, and how those before ended. Exit 1 where one could not be.",
            "report --label team=a --html report.html");
        wanted.AddTo(command);
        command.Add(csv);
        command.Add(html);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) =>
        {
            var files = new Files(parsed.GetValue(csv), parsed.GetValue(html));
            if (files.Csv == StandardOutput && parsed.GetValue(frame.Json))
            {
                return Outcome.Usage("--csv - and --json both write to standard output");
            }

            var reading = new ReportReading(context, wanted.Of(parsed));
            return await reading.ReadAsync(cancellation) is { } failure ? failure : Told(reading, files, context.Surroundings);
        });
        return command;
    }

    private static Outcome Told(ReportReading reading, Files files, CliSurroundings surroundings)
    {
        var report = reading.Report;
        try
        {
            files.Write(report, surroundings.Time.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Outcome.Usage(Screen.Clean(e.Message));
        }

        var exit = report.Count(Readiness.NotRecoverable) > 0 ? ExitCode.Refused : ExitCode.Done;
        return new Outcome(exit, reading.Json, screen => Show(screen, report, files, surroundings)) { IsAnswer = true };
    }

    private static void Show(Screen screen, FleetReport report, Files files, CliSurroundings surroundings)
    {
        if (files.Csv == StandardOutput && surroundings.OutIsTerminal)
        {
            ReportCsv.Show(surroundings.Out, report.Rows);
        }
        else if (files.Csv == StandardOutput)
        {
            ReportCsv.Write(surroundings.Out, report.Rows);
        }
        else
        {
            ReportText.Show(screen, report);
        }
    }

    /// <summary>Where it is written beside the screen.</summary>
    private sealed record Files(string? Csv, string? Html)
    {
        public void Write(FleetReport report, DateTimeOffset now)
        {
            if (Csv is { } csv and not StandardOutput)
            {
                using var file = new StreamWriter(csv, append: false);
                ReportCsv.Write(file, report.Rows);
            }

            if (Html is { } html)
            {
                using var file = new StreamWriter(html, append: false);
                ReportPage.Write(file, report, now);
            }
        }
    }

    /// <summary>Which identities are wanted: all that is given must hold.</summary>
    private sealed class Wanted
    {
        private readonly Option<string?> _owner = new("--owner") { HelpName = "ID", Description = "What this entity or group owns." };
        private readonly Option<string[]> _label = new("--label") { HelpName = "NAME=VALUE", Description = "What has this label; can be given several times." };
        private readonly Option<string?> _state = new("--state") { HelpName = "STATE", Description = "What stands so: active, suspended, expired, retired …" };
        private readonly Option<string?> _readiness = new("--readiness") { HelpName = "LEVEL", Description = "not-recoverable, at-risk, ready or retired." };
        private readonly Option<string?> _cause = new("--cause") { HelpName = "CAUSE", Description = "What has this cause: used-up, ownerless, low, overdue, never-proven …" };

        public void AddTo(Command command)
        {
            foreach (var option in new Option[] { _owner, _label, _state, _readiness, _cause })
            {
                command.Add(option);
            }
        }

        public IReadOnlyList<KeyValuePair<string, string>> Of(ParseResult parsed)
        {
            IEnumerable<(string Name, string? Value)> all =
            [
                ("owner", parsed.GetValue(_owner)),
                .. (parsed.GetValue(_label) ?? []).Select(label => ("label", (string?)label)),
                ("state", parsed.GetValue(_state)),
                ("readiness", parsed.GetValue(_readiness)),
                ("cause", parsed.GetValue(_cause)),
            ];
            return [.. all.Where(w => w.Value is not null).Select(w => KeyValuePair.Create(w.Name, w.Value!))];
        }
    }
}
