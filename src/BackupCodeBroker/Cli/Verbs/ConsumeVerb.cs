using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Recovering;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb consume</c>: spend one code for one purpose. A typo is found here, by the checksum, and costs nobody anything. A lost answer is asked
/// for again under the same idempotency key, which can never spend a second code.
/// </summary>
internal static class ConsumeVerb
{
    private const int MaxKey = 128;

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        var purpose = PlainText.Option("--purpose", "What the code is spent for, for the record.");
        var key = new Option<string?>("--idempotency-key")
        {
            HelpName = "KEY",
            Description = "The key of an earlier attempt whose answer was lost; else a new one is made.",
        };
        key.Validators.Add(result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (text.Length is 0 or > MaxKey || text.Any(c => c is < '!' or > '~'))
            {
                result.AddError($"--idempotency-key has 1 to {MaxKey} printable ASCII characters without spaces");
            }
        });
        var command = frame.Command(
            "consume",
            "Spend one backup code. It is asked for without being shown, or read as the first line of standard input.",
            "consume build-bot --purpose \"restore access after lost key, ticket 4711\"");
        command.Add(identity);
        command.Add(purpose);
        command.Add(key);
        frame.Run(command, Reach.Broker, (context, parsed, cancellation) => ConsumeAsync(
            context, parsed.GetRequiredValue(identity), parsed.GetRequiredValue(purpose), parsed.GetValue(key) ?? NewKey(), cancellation));
        return command;
    }

    private static Task<Outcome> ConsumeAsync(
        CliContext context, IdentityName identity, string purpose, string key, CancellationToken cancellation) =>
        CodeInput.AskAsync(context, code => SpendAsync(context, identity, code, purpose, key, cancellation));

    private static async Task<Outcome> SpendAsync(
        CliContext context, IdentityName identity, BackupCode code, string purpose, string key, CancellationToken cancellation)
    {
        context.Note($"Idempotency key {key} (with it the same request can be repeated, should its answer get lost)");
        try
        {
            return await Repeating.UntilSettledAsync(
                () => context.Broker.ConsumeAsync(identity, code, purpose, key, cancellation), context.Surroundings, cancellation) switch
            {
                BrokerAnswer<Consumed>.Done done => Outcome.Done(
                    new JsonObject { ["idempotency_key"] = key }.With(done.Json), screen => Show(screen, done.Value)),
                BrokerAnswer<Consumed>.Unavailable { MayBeDone: true } open => Unsettled(open.Problem, key),
                var refused => refused.Failure(),
            };
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Unsettled(context.Problem("interrupted", "interrupted before the answer came"), key);
        }
    }

    private static Outcome Unsettled(Problem problem, string key) => Outcome.Failed(ExitCode.Unavailable, problem with
    {
        Detail = $"{problem.Detail.TrimEnd('.')}. Whether the code was spent is not known. Repeat the same command with --idempotency-key {key} "
            + "and the same code: it is spent once at most",
        IdempotencyKey = key,
    });

    private static void Show(Screen screen, Consumed consumed)
    {
        screen.Line($"Consumed one code of {consumed.Identity}; {consumed.Remaining} left.");
        screen.Fields(("at", consumed.ConsumedAt), ("assurance", consumed.Assurance));
        foreach (var warning in consumed.Warnings ?? [])
        {
            screen.Warning("warning: " + warning);
        }
    }

    private static string NewKey() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
