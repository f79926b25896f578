using System.CommandLine;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Retrieving;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb claim</c>: issue and retrieve in one, for whoever is both; the wrapping token never leaves the program.</summary>
internal static class ClaimVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        var outFile = RetrieveVerb.OutFile();
        var sheet = RetrieveVerb.Sheet();
        var command = frame.Command(
            "claim",
            "Issue new codes to yourself: issue, retrieve and activate in one. Older codes stop working once the new ones are yours.",
            "claim build-bot --out build-bot.codes");
        command.Add(identity);
        command.Add(outFile);
        command.Add(sheet);
        RetrieveVerb.OneOf(command, outFile, sheet);
        frame.Run(command, Reach.Broker | Reach.Vault, (context, parsed, cancellation) => RetrieveVerb.WithFileAsync(
            parsed.GetValue(outFile), parsed.GetValue(sheet), file => ClaimAsync(context, parsed.GetRequiredValue(identity), file, cancellation)));
        return command;
    }

    private static async Task<Outcome> ClaimAsync(CliContext context, IdentityName identity, CodeFile? file, CancellationToken cancellation)
    {
        var answer = await context.Broker.IssueAsync(identity, cancellation);
        if (answer is not BrokerAnswer<Issued>.Done { Value: var issued })
        {
            return answer.Failure();
        }

        return VaultToken.TryParse(issued.Wrapping.Token.Reveal(), out _) is { } wrapping
            ? await new Retrieval(context, identity, Announcement.Of(issued), file).RunAsync(wrapping, cancellation)
            : Outcome.Failed(ExitCode.Unavailable, context.Problem("unexpected-answer", "the broker's answer holds no wrapping token"));
    }
}
