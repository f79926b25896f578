using System.Globalization;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Scanning;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// A scan's findings for people and programs: one line each, <c>file:line:column</c> first, as compilers and editors have it. Whoever finds something is told so by the
/// exit code, whatever else went wrong; only a report that should be repeated comes before it.
/// </summary>
internal static class ScanText
{
    private const double Mega = 1024 * 1024;

    /// <summary>The outcome.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="reported">What the broker said of it; null where it was not told.</param>
    public static Outcome Of(ScanReport report, LeaksReported? reported) =>
        new(Exit(report, reported), Json(report, reported), screen => Show(screen, report, reported)) { IsAnswer = true };

    private static ExitCode Exit(ScanReport report, LeaksReported? reported) =>
        reported is { Repeat: true } || (reported is not null && report.NotKept > 0) ? ExitCode.Unavailable
        : report.Finds.Count > 0 ? ExitCode.Refused
        : report.IsComplete ? ExitCode.Done
        : ExitCode.Unavailable;

    private static JsonObject Json(ScanReport report, LeaksReported? reported)
    {
        var json = new JsonObject
        {
            ["complete"] = report.IsComplete,
            ["findings"] = new JsonArray([.. report.Finds.Select(Json)]),
            ["unlisted_findings"] = report.Unlisted,
            ["different_codes"] = report.Different,
            ["files"] = report.Files,
            ["bytes"] = report.Bytes,
            ["unreadable"] = new JsonArray([.. report.Unreadable.Select(u => (JsonNode)new JsonObject { ["file"] = u.Path, ["why"] = u.Why })]),
            ["unlisted_unreadable"] = report.UnlistedUnreadable,
            ["packed_not_unpacked"] = report.Packed,
            ["links_not_followed"] = report.Links,
            ["git_objects_not_read"] = new JsonArray([.. report.ObjectStores.Select(o => (JsonNode)o)]),
        };
        if (reported is not null)
        {
            json["reported"] = reported.Done;
            json["not_reported"] = report.Different + report.NotKept - reported.Done;
        }

        if (reported?.Problem is { } problem)
        {
            json["error"] = problem.ToJson();
        }

        return json;
    }

    private static JsonNode Json(Find find) => new JsonObject
    {
        ["file"] = find.Path,
        ["in"] = find.Line == 0 ? "name" : "content",
        ["line"] = find.Line == 0 ? null : find.Line,
        ["column"] = find.Line == 0 ? null : find.Column,
        ["kind"] = find.Kind.Name(),
        ["selector"] = find.Selector,
        ["masked"] = Masked(find),
    };

    private static void Show(Screen screen, ScanReport report, LeaksReported? reported)
    {
        foreach (var find in report.Finds)
        {
            screen.Line(find.Line == 0
                ? $"{find.Path}: {Masked(find)} in the name"
                : string.Create(CultureInfo.InvariantCulture, $"{find.Path}:{find.Line}:{find.Column}: {Masked(find)}"));
        }

        foreach (var (path, why) in report.Unreadable)
        {
            screen.Warning($"{path}: {why}");
        }

        foreach (var store in report.ObjectStores)
        {
            screen.Warning($"{store}: git's packed objects are not looked into; git log -p --all | bcb scan - does that");
        }

        screen.Line(Summary(report));
        Told(screen, report, reported);
    }

    private static void Told(Screen screen, ScanReport report, LeaksReported? reported)
    {
        if (reported is null)
        {
            if (report.Finds.Count > 0)
            {
                screen.Line("Whoever can read them can use them: report them (bcb scan … --report), which ends their sets, and have new ones issued.");
            }

            return;
        }

        screen.Line($"Reported {reported.Done} of {report.Different} codes."
            + (reported.Done > 0 ? " Those that were in use have been ended; the broker does not say which those were." : ""));
        if (report.NotKept > 0)
        {
            screen.Line($"{Count(report.NotKept, "find")} more {(report.NotKept == 1 ? "was" : "were")} NOT reported: there are too many. Take away what was reported and scan again.");
        }

        if (reported.Problem is { } problem)
        {
            screen.Problem(reported.Repeat ? ExitCode.Unavailable : ExitCode.Refused, problem);
        }
    }

    private static string Summary(ScanReport report)
    {
        var found = report.Finds.Count + report.Unlisted;
        var what = found == 0 ? "No backup codes" : string.Create(
            CultureInfo.InvariantCulture,
            $"{Count(found, "place")} with backup codes ({report.Different} different){(report.Unlisted > 0 ? $", of which {report.Finds.Count} are listed" : "")}");
        var unread = report.Unreadable.Count + report.UnlistedUnreadable;
        return string.Create(CultureInfo.InvariantCulture, $"{what} in {Count(report.Files, "file")}, {report.Bytes / Mega:F1} MiB.")
            + (unread > 0 ? $" {Count(unread, "file or folder", "files or folders")} could not be read." : "")
            + (Skipped(report) is { Count: > 0 } skipped ? $" Not looked into: {string.Join(", ", skipped)}." : "");
    }

    // Nobody is to take "none" for more than was looked at.
    private static List<string> Skipped(ScanReport report) =>
    [
        .. report.Links > 0 ? [$"{Count(report.Links, "symbolic link")} (not followed)"] : Array.Empty<string>(),
        .. report.Packed > 0 ? [$"{Count(report.Packed, "packed file")} (zip, xz and the like)"] : Array.Empty<string>(),
        .. report.ObjectStores.Count > 0 ? [Count(report.ObjectStores.Count, "folder of git objects", "folders of git objects")] : Array.Empty<string>(),
    ];

    private static string Masked(Find find) => ScanWords.Masked(find.Selector, find.Kind);

    private static string Count(long number, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : many ?? one + "s")}");
}
