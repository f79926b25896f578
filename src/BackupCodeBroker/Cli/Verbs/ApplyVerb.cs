using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Registry;
using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb apply -f</c>: registers and changes what a file says. What differs is shown first; where anything of that cannot be found out, or a mistake is in the
/// file, nothing is sent. It never retires or removes: what the file does not name stays as it is.
/// </summary>
internal static class ApplyVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var file = new Option<string>("--file", "-f") { Required = true, HelpName = "PATH", Description = "The file (YAML); - is standard input." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show what differs, and change nothing." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask before changing." };
        var reason = PlainText.Option("--reason", "Why identities change hands, where the file does not say.");
        reason.Required = false;
        var command = frame.Command(
            "apply",
            "Register and change identities as a file says, after showing what differs. Other owners are transfers: the codes of the old ones end.",
            "apply -f identities.yaml --dry-run");
        command.Add(file);
        command.Add(dryRun);
        command.Add(yes);
        command.Add(reason);
        frame.Run(command, Reach.Broker, (context, parsed, cancellation) =>
        {
            var (said, errors) = RegistryFile.Read(parsed.GetRequiredValue(file), context.Surroundings);
            return said is null
                ? Task.FromResult(Misread(context, errors))
                : RunAsync(context, said, parsed.GetValue(reason), parsed.GetValue(dryRun), parsed.GetValue(yes), cancellation);
        });
        return command;
    }

    private static Outcome Misread(CliContext context, IReadOnlyList<string> errors) => Outcome.Failed(
        ExitCode.Usage,
        context.Problem("bad-file", "the file has mistakes; nothing was sent") with { Errors = [.. errors.Select(e => new Broker.FieldError("file", e))] });

    private static async Task<Outcome> RunAsync(
        CliContext context, RegistryFile file, string? reason, bool dryRun, bool yes, CancellationToken cancellation)
    {
        var run = new RegistryRun(context, reason ?? file.Reason, cancellation);
        List<RegistryChange> changes = [];
        foreach (var entry in file.Entries)
        {
            changes.Add(await run.CompareAsync(entry));
        }

        if (changes.Exists(c => c.Problem is not null) || dryRun || !changes.Exists(c => c.IsDue))
        {
            return Shown(changes, dryRun);
        }

        if (!yes)
        {
            Show(Confirmation.Shown(context), changes);
        }

        if (Confirmation.Ask(context, Question(changes), yes) is { } declined)
        {
            return declined;
        }

        for (var i = 0; i < changes.Count; i++)
        {
            changes[i] = changes[i].IsDue ? await run.ApplyAsync(changes[i]) : changes[i];
        }

        return Shown(changes, dryRun: false);
    }

    private static string Question(List<RegistryChange> changes)
    {
        var transfers = changes.Count(c => c.Step == RegistryStep.Transfer);
        var question = string.Create(CultureInfo.InvariantCulture, $"Apply {changes.Count(c => c.IsDue)} changes?");
        return transfers == 0 ? question : string.Create(CultureInfo.InvariantCulture, $"{transfers} identities change hands, and their codes end. {question}");
    }

    private static Outcome Shown(List<RegistryChange> changes, bool dryRun)
    {
        var exit = changes.Exists(c => c.IsOpen) ? ExitCode.Unavailable : changes.Exists(c => c.Problem is not null) ? ExitCode.Refused : ExitCode.Done;
        var json = new JsonObject
        {
            ["dry_run"] = dryRun,
            ["applied"] = changes.Count(c => c.Applied),
            ["transferred"] = changes.Count(c => c.Transferred),
            ["failed"] = changes.Count(c => c.Problem is not null),
            ["unchanged"] = changes.Count(c => c.Step == RegistryStep.Unchanged),
            ["changes"] = new JsonArray([.. changes.Where(c => c.Step != RegistryStep.Unchanged).Select(c => (JsonNode)c.ToJson())]),
        };
        return new Outcome(exit, json, screen => Show(screen, changes)) { IsAnswer = true };
    }

    private static void Show(Screen screen, List<RegistryChange> changes)
    {
        var shown = changes.Where(c => c.Step != RegistryStep.Unchanged).ToList();
        if (shown.Count > 0)
        {
            screen.Rows(["identity", "change", "what", "outcome"], shown.Select(c => (IReadOnlyList<string?>)[c.Entry.Identity, c.Word, string.Join("; ", c.Fields), Words(c)]));
        }

        screen.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{shown.Count(c => c.IsDue)} to change, {changes.Count(c => c.Applied)} changed, {changes.Count(c => c.Problem is not null)} failed, {changes.Count - shown.Count} as they are."));
    }

    private static string Words(RegistryChange change) =>
        change.Problem is { } problem
            ? $"{(change.Transferred ? "transferred, its codes are ended; the rest NOT done" : "NOT done")}: {problem.Reason ?? problem.Code}: {problem.Detail}"
        : change.Applied ? "done"
        : "";
}
