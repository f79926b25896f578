using System.CommandLine;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb retire</c>: end an identity for good.</summary>
internal static class RetireVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        var reason = PlainText.Option("--reason", "Why, for the record.");
        var command = frame.Command(
            "retire",
            "End an identity for good: its codes, and its way to new ones. It cannot be undone, and its name is not to be had again.",
            "retire build-bot --reason \"the pipeline is gone\"");
        command.Add(identity);
        command.Add(reason);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(identity);
            return await context.Broker.RetireAsync(name, parsed.GetRequiredValue(reason), cancellation) switch
            {
                BrokerAnswer<Nothing>.Done done => Outcome.Done(
                    new JsonObject { ["identity"] = name.Value, ["retired"] = true }.With(done.Json), screen => screen.Line($"{name} is retired.")),
                var failed => failed.Failure(),
            };
        });
        return command;
    }
}
