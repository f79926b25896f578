using BackupCodeBroker.Audit;
using BackupCodeBroker.Core.Audit;
using Spectre.Console;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>A bar on standard error while files are read, where somebody watches; nothing anywhere else.</summary>
internal static class AuditProgress
{
    /// <summary>Runs with a bar; <paramref name="run"/> tells the bytes that it has read.</summary>
    public static AuditReport Over(CliSurroundings surroundings, IReadOnlyList<string> files, Func<Action<long>, AuditReport> run)
    {
        if (!surroundings.ErrorIsTerminal)
        {
            return run(_ => { });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(surroundings.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                var size = files.Where(f => f != AuditRun.StandardInput).Sum(f => new FileInfo(f).Length);
                var task = progress.AddTask("reading", maxValue: Math.Max(1, size));
                task.IsIndeterminate = files.Contains(AuditRun.StandardInput);
                return run(read => task.Increment(read));
            });
    }
}
