using System.CommandLine;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Retrieving;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb retrieve</c>: receive the codes that a wrapping token stands for, or find out that somebody else did.</summary>
internal static class RetrieveVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        var outFile = OutFile();
        var sheet = Sheet();
        var command = frame.Command(
            "retrieve",
            "Receive codes that were issued: checks that nobody saw them before you, then activates and shows them. The wrapping token is asked for "
            + "without being shown, or read as the first line of standard input.",
            "retrieve build-bot --out build-bot.codes");
        command.Add(identity);
        command.Add(outFile);
        command.Add(sheet);
        OneOf(command, outFile, sheet);
        frame.Run(command, Reach.Broker | Reach.Vault, (context, parsed, cancellation) =>
            WithFileAsync(parsed.GetValue(outFile), parsed.GetValue(sheet), file => RetrieveAsync(context, parsed.GetRequiredValue(identity), file, cancellation)));
        return command;
    }

    /// <summary>Where codes go, if not to the screen.</summary>
    public static Option<string?> OutFile() => new("--out")
    {
        HelpName = "FILE",
        Description = "Write the codes to a new file that only you can read, instead of showing them.",
    };

    /// <summary>Where a page of codes goes that is meant for paper.</summary>
    public static Option<string?> Sheet() => new("--sheet")
    {
        HelpName = "FILE.html",
        Description = "Write the codes as one page to be printed, into a new file that only you can read, instead of showing them.",
    };

    /// <summary>Codes are in one place: where they are in two, one of them is forgotten.</summary>
    public static void OneOf(Command command, Option<string?> outFile, Option<string?> sheet) => command.Validators.Add(result =>
    {
        if (result.GetResult(outFile) is not null && result.GetResult(sheet) is not null)
        {
            result.AddError("--out and --sheet do not go together: codes should be in one place");
        }
    });

    /// <summary>Makes the file first, when there is still nothing to lose.</summary>
    public static async Task<Outcome> WithFileAsync(string? outFile, string? sheet, Func<CodeFile?, Task<Outcome>> receive)
    {
        if ((outFile ?? sheet) is not { } path)
        {
            return await receive(null);
        }

        using var file = CodeFile.TryCreate(path, sheet is null ? CodeForms.Lines : CodeForms.Sheet, out var error);
        return file is null ? Outcome.Usage(error) : await receive(file);
    }

    private static async Task<Outcome> RetrieveAsync(CliContext context, IdentityName identity, CodeFile? file, CancellationToken cancellation)
    {
        var input = new SecretPrompt(context.Surroundings).Ask("wrapping token", VaultToken.MaxLength);
        if (input is not SecretInput.Given given)
        {
            return Outcome.Usage(((SecretInput.Missing)input).Why);
        }

        if (VaultToken.TryParse(given.Secret.Reveal(), out var malformed) is not { } wrapping)
        {
            return Outcome.Usage($"that is not a wrapping token: {malformed}");
        }

        if (!wrapping.IsKeptForm)
        {
            return Outcome.Usage("that is not a wrapping token: it begins with s. or hvs. and is longer; the waiting codes are untouched");
        }

        if (wrapping.SameAs(context.Token.ForVault))
        {
            return Outcome.Usage("that is your own token, not the wrapping token");
        }

        return await context.Broker.StatusAsync(identity, cancellation) switch
        {
            BrokerAnswer<Standing>.Done { Value.Pending: { } pending } done => await new Retrieval(
                context, identity, Announcement.Of(pending, done.At ?? context.Surroundings.Time.GetUtcNow()), file).RunAsync(wrapping, cancellation),
            BrokerAnswer<Standing>.Done done => NothingWaits(context, identity, done.Value),
            var failed => failed.Failure(),
        };
    }

    private static Outcome NothingWaits(CliContext context, IdentityName identity, Standing standing) => Outcome.Failed(
        ExitCode.Refused,
        context.Problem(
            "nothing-pending",
            $"no codes of {identity} wait to be received: they lapsed, were ended, or were received already"
            + (standing.ActivatedAt is { } at
                ? $" (generation {standing.Generation} was activated at {at}; if that was neither you nor a colleague, somebody has taken it: "
                    + $"run bcb revoke {identity} now, and tell your security team)"
                : "")
            + ". The wrap was not opened. Ask for new codes with bcb issue"));
}
