using System.CommandLine;
using System.Globalization;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Recovering;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb drill</c>: prove on a good day that a code would work on a bad one. It spends nothing.</summary>
internal static class DrillVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        var command = frame.Command(
            "drill",
            "Prove that a backup code would work, without spending it. It is asked for without being shown, or read as the first line of standard input.",
            "drill build-bot");
        command.Add(identity);
        frame.Run(command, Reach.Broker, (context, parsed, cancellation) => CodeInput.AskAsync(context, async code =>
            await context.Broker.DrillAsync(parsed.GetRequiredValue(identity), code, cancellation) switch
            {
                BrokerAnswer<Drilled>.Done done => Outcome.Done(done.Json, screen => screen.Line(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The code works. Nothing was spent: {done.Value.Remaining} codes of {done.Value.Identity} are left, proven at {done.Value.LastProvenAt}."))),
                var failed => failed.Failure(),
            }));
        return command;
    }
}
