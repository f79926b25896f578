using System.CommandLine;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Scanning;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb scan</c>: look for backup codes where none should be. It needs no server and no token; with <c>--report</c> what it finds is told to the broker, which ends
/// the sets that the codes are of.
/// </summary>
internal static class ScanVerb
{
    private static readonly string[] SecretBeginnings = ["s.", "b.", "hvs.", "hvb."];

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Files and folders to look through; - is standard input.",
        };
        var report = new Option<bool>("--report")
        {
            Description = "Tell the broker each code that is found: it ends the set that the code is of. Needs the permission backup-codes-broker/leaks.",
        };
        var command = frame.Command(
            "scan",
            "Look for backup codes in files, folders and standard input, by their format and checksum alone. Places are shown, codes are not. "
            + "Links are not followed, and only what gzip packed is unpacked: the last line counts what was not looked into. "
            + "Exit 0: none; 1: there are some; 3: not everything could be looked at.",
            "scan . --report\n  git log -p --all | bcb scan -");
        command.Add(paths);
        command.Add(report);
        frame.RunWhere(command, report, Reach.Broker, (context, parsed, cancellation) =>
            ScanAsync(frame.Surroundings, context, parsed.GetValue(paths) ?? [], cancellation));
        return command;
    }

    private static async Task<Outcome> ScanAsync(CliSurroundings surroundings, CliContext? context, string[] paths, CancellationToken cancellation)
    {
        var missing = paths.Where(p => p != ScanRun.StandardInput && !Path.Exists(p)).Select(p => $"{Named(p)} does not exist").ToList();
        if (paths.Count(p => p == ScanRun.StandardInput) > 1)
        {
            missing.Add("standard input can be read once");
        }

        if (missing.Count > 0)
        {
            return Outcome.Usage(string.Join("; ", missing));
        }

        using var codes = new FoundCodes();
        var found = ScanProgress.Over(surroundings, told => new ScanRun(codes, surroundings.Input, told).Run(paths, cancellation));
        var reported = context is null ? null : await LeakReports.SendAsync(context, codes.All, cancellation);
        return ScanText.Of(found, reported);
    }

    // Whoever pastes a secret in place of a path should not have it repeated.
    private static string Named(string path) =>
        SecretBeginnings.Any(b => path.StartsWith(b, StringComparison.OrdinalIgnoreCase)) ? "[hidden]" : Screen.Clean(ScanWords.Path(path));
}
