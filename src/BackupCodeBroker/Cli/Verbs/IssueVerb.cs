using System.CommandLine;
using BackupCodeBroker.Cli.Broker;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb issue</c>: make codes and leave them, wrapped, in Vault for whoever receives them.</summary>
internal static class IssueVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        var command = frame.Command(
            "issue",
            "Make new codes and print the wrapping token to retrieve them with. What is active stays so until they are received.",
            "issue build-bot");
        command.Add(identity);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) =>
            await context.Broker.IssueAsync(parsed.GetRequiredValue(identity), cancellation) switch
            {
                BrokerAnswer<Issued>.Done done => Outcome.Done(done.Json, screen => Show(screen, done.Value)),
                var failed => failed.Failure(),
            });
        return command;
    }

    private static void Show(Terminal.Screen screen, Issued issued)
    {
        screen.Line($"{issued.Count} codes for {issued.Identity} are waiting in Vault (generation {issued.Generation}).");
        screen.Fields(
            ("wrapping token", issued.Wrapping.Token.Reveal()),
            ("accessor", issued.Wrapping.Accessor),
            ("valid for", $"{issued.Wrapping.Ttl} s, from {issued.Wrapping.CreationTime}"),
            ("codes expire", issued.ExpiresAt));
        screen.Warning("The wrapping token is a secret: whoever opens it first gets the codes, once. Hand it to the recipient alone.");
        screen.Line($"The recipient runs   bcb retrieve {issued.Identity}   and enters it when asked. Nobody can use the codes before that.");
    }
}
