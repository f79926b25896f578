using System.CommandLine;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb lockdown</c>: an incident, from its declaration to its end.</summary>
internal static class LockdownVerb
{
    private const int PageLimit = 50;
    private const int MaxLockdowns = 2_000;
    private const int MaxPages = 1_000;

    /// <summary>The verb with its parts.</summary>
    public static Command Create(CliFrame frame)
    {
        var command = frame.Command(
            "lockdown",
            "Stop codes from working, many at once: declare a lockdown, see how far it got, lift it.",
            "lockdown declare --freeze --identities 'team-a.*' --reason \"stolen laptop\" --dry-run");
        command.Add(LockdownDeclaration.Create(frame));
        command.Add(Status(frame));
        command.Add(List(frame));
        command.Add(Lift(frame));
        return command;
    }

    /// <summary>The lockdown that a part is about.</summary>
    private static Argument<string> Id() => new("ID")
    {
        Description = "The lockdown's id, as its declaration and the list show it.",
        CustomParser = result =>
        {
            if (!LockdownId.IsId(result.Tokens[0].Value))
            {
                result.AddError("that is not the id of a lockdown");
            }

            return result.Tokens[0].Value;
        },
    };

    private static Command Status(CliFrame frame)
    {
        var (id, watch, evidence) = (Id(), LockdownWatching.Option(), LockdownEvidence.Option());
        var command = frame.Command("status", "Show a lockdown: who, why, how far it got, and who has no new codes yet.", "lockdown status 20270131120000-5f2a9c0b17de --watch");
        command.Add(id);
        command.Add(watch);
        command.Add(evidence);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) =>
        {
            using var file = LockdownEvidence.TryBegin(parsed.GetValue(evidence), out var error);
            if (error.Length > 0)
            {
                return Outcome.Usage(error);
            }

            var answer = await LockdownWatching.RunAsync(context, parsed.GetRequiredValue(id), parsed.GetValue(watch), cancellation);
            if (answer is not BrokerAnswer<LockdownStanding>.Done done)
            {
                return answer.Failure();
            }

            if (file is not null && await file.WriteAsync(context, done.Json, done.Value, cancellation) is { } unwritten)
            {
                return unwritten;
            }

            return Outcome.Done(done.Json, screen =>
            {
                LockdownText.Show(screen, done.Value);
                file?.Show(screen);
            });
        });
        return command;
    }

    private static Command List(CliFrame frame)
    {
        var identities = new Option<string?>("--identities") { HelpName = "PATTERN", Description = "Only those about names that begin alike: 'team-a.*'; asked as the permission to declare such a one." };
        identities.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && NamePattern.TryParse(text) is null)
            {
                result.AddError("--identities is a name, or the beginning of names and one * at its end");
            }
        });
        var command = frame.Command("list", "List lockdowns, the newest first: those in force and those of before.", "lockdown list --identities 'team-a.*'");
        command.Add(identities);
        frame.Run(command, Reach.Broker, (context, parsed, cancellation) => ReadAsync(context.Broker, parsed.GetValue(identities), cancellation));
        return command;
    }

    private static async Task<Outcome> ReadAsync(BrokerApi broker, string? identities, CancellationToken cancellation)
    {
        List<LockdownStanding> all = [];
        var documents = new JsonArray();
        string? before = null;
        for (var pages = 1; ; pages++)
        {
            var answer = await broker.LockdownsAsync(identities, before, PageLimit, cancellation);
            if (answer is not BrokerAnswer<LockdownPage>.Done page)
            {
                return answer.Failure();
            }

            all.AddRange(page.Value.Lockdowns);
            foreach (var one in page.Json["lockdowns"]!.AsArray())
            {
                documents.Add(one?.DeepClone());
            }

            // A page that leads back is the last. One may be empty: of many about other names some are looked at.
            if (!LockdownId.IsId(page.Value.Next) || all.Count >= MaxLockdowns || pages >= MaxPages
                || before is not null && string.CompareOrdinal(page.Value.Next, before) >= 0)
            {
                page.Json["lockdowns"] = documents;
                return Outcome.Done(page.Json, screen => LockdownText.Show(screen, all));
            }

            before = page.Value.Next;
        }
    }

    private static Command Lift(CliFrame frame)
    {
        var id = Id();
        var reason = PlainText.Option("--reason", "Why, for the record.");
        var command = frame.Command(
            "lift",
            "Lift a lockdown: a freeze at any time; a void one once all that it is over is ended, and nothing of that comes back.",
            "lockdown lift 20270131120000-5f2a9c0b17de --reason \"laptop found\"");
        command.Add(id);
        command.Add(reason);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) =>
        {
            var lockdown = parsed.GetRequiredValue(id);
            return await Repeating.UntilSettledAsync(
                () => context.Broker.LiftLockdownAsync(lockdown, parsed.GetRequiredValue(reason), cancellation), context.Surroundings, cancellation) switch
            {
                BrokerAnswer<Nothing>.Done done => Outcome.Done(
                    new JsonObject { ["id"] = lockdown, ["lifted"] = true }.With(done.Json), screen => screen.Line($"Lockdown {lockdown} is lifted.")),
                var failed => failed.Failure(),
            };
        });
        return command;
    }
}
