using System.CommandLine;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb revoke</c>: end an identity's codes.</summary>
internal static class RevokeVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        var reason = PlainText.Option("--reason", "Why, for the record.");
        var command = frame.Command(
            "revoke",
            "End an identity's codes, the active ones and those that wait to be received. It cannot be undone; new ones can be issued.",
            "revoke build-bot --reason \"laptop stolen\"");
        command.Add(identity);
        command.Add(reason);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) =>
        {
            var name = parsed.GetRequiredValue(identity);
            return await context.Broker.RevokeAsync(name, parsed.GetRequiredValue(reason), cancellation) switch
            {
                BrokerAnswer<Nothing>.Done done => Outcome.Done(
                    new JsonObject { ["identity"] = name.Value, ["revoked"] = true }.With(done.Json),
                    screen => screen.Line($"The codes of {name} are ended.")),
                var failed => failed.Failure(),
            };
        });
        return command;
    }
}
