using System.Globalization;
using BackupCodeBroker.Scanning;
using Spectre.Console;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>How far a scan is, on standard error, where somebody watches. How much there is to look at is not known before it was looked at.</summary>
internal static class ScanProgress
{
    private const double Mega = 1024 * 1024;

    /// <summary>Runs with it; <paramref name="run"/> tells the files and bytes that it has looked at.</summary>
    public static ScanReport Over(CliSurroundings surroundings, Func<Action<long, long>, ScanReport> run)
    {
        if (!surroundings.ErrorIsTerminal)
        {
            return run((_, _) => { });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(surroundings.Error) });
        return console.Status().Start("looking", status => run((files, bytes) =>
            status.Status(string.Create(CultureInfo.InvariantCulture, $"looked at {files:N0} files, {bytes / Mega:N0} MiB"))));
    }
}
