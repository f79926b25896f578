using System.CommandLine;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;
using Spectre.Console;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>Looks at a lockdown until nothing is left to end: a bar where somebody watches, else a line whenever something has changed.</summary>
internal static class LockdownWatching
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>The option that asks for it.</summary>
    public static Option<bool> Option() => new("--watch") { Description = "Go on looking until nothing is left to end." };

    /// <summary>Looks once, or until it is complete; the last answer. No answer in between is waited out.</summary>
    public static Task<BrokerAnswer<LockdownStanding>> RunAsync(CliContext context, string id, bool watch, CancellationToken cancellation)
    {
        if (!watch)
        {
            return context.Broker.LockdownAsync(id, cancellation);
        }

        if (!context.Surroundings.ErrorIsTerminal)
        {
            string? last = null;
            return WatchAsync(context, id, (mode, figures) =>
            {
                if (LockdownText.Figures(mode, figures) is var line && line != last)
                {
                    context.Note(last = line);
                }
            }, cancellation);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Surroundings.Error) });
        return console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(progress =>
        {
            var task = progress.AddTask("the worker has not counted yet");
            task.IsIndeterminate = true;
            return WatchAsync(context, id, (mode, figures) =>
            {
                task.IsIndeterminate = false;
                task.MaxValue = Math.Max(1, figures.Matched);
                task.Value = mode == "void" ? figures.Ended : figures.Matched;
                task.Description = Markup.Escape(Screen.Clean(LockdownText.Figures(mode, figures)));
            }, cancellation);
        });
    }

    private static async Task<BrokerAnswer<LockdownStanding>> WatchAsync(
        CliContext context, string id, Action<string, LockdownFigures> show, CancellationToken cancellation)
    {
        while (true)
        {
            var answer = await Repeating.UntilSettledAsync(() => context.Broker.LockdownAsync(id, cancellation), context.Surroundings, cancellation);
            if (answer is not BrokerAnswer<LockdownStanding>.Done { Value: var standing })
            {
                return answer;
            }

            if (standing.Progress is { } progress)
            {
                show(standing.Mode, progress);
            }

            if (standing.Progress is { Complete: true } || !standing.InForce)
            {
                return answer;
            }

            await context.Surroundings.Pause(Pause, cancellation);
        }
    }
}
