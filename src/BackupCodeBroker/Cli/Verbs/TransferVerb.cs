using System.CommandLine;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb transfer</c>: give an identity to another owner, or confirm the one it has.</summary>
internal static class TransferVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        var owner = new Option<string?>("--owner") { HelpName = "ID", Description = "Id of the new owner: a Vault entity, or a Vault group." };
        var confirm = new Option<bool>("--confirm")
        {
            Description = "Say that the registered owner is still the right one although it looks different: its codes work again.",
        };
        var reason = PlainText.Option("--reason", "Why, for the record.");
        var command = frame.Command(
            "transfer",
            "Give an identity to another owner. Its codes end with the old ownership; the new owner claims new ones.",
            "transfer build-bot --owner 7d2e3179-f69b-450c-7179-ac8ee8bd8ca9 --reason \"moved to team b\"");
        command.Add(identity);
        command.Add(owner);
        command.Add(confirm);
        command.Add(reason);
        command.Validators.Add(result =>
        {
            if (result.GetValue(owner) is null && !result.GetValue(confirm))
            {
                result.AddError("say whose it becomes (--owner ID), or that its owner is still the right one (--confirm)");
            }
        });
        frame.Run(command, Reach.Broker, (context, parsed, cancellation) =>
        {
            var (name, why) = (parsed.GetRequiredValue(identity), parsed.GetRequiredValue(reason));
            return parsed.GetValue(confirm)
                ? ConfirmAsync(context, name, parsed.GetValue(owner), why, cancellation)
                : TransferAsync(context, name, parsed.GetValue(owner)!, why, cancellation);
        });
        return command;
    }

    private static async Task<Outcome> TransferAsync(CliContext context, IdentityName name, string owner, string reason, CancellationToken cancellation) =>
        await context.Broker.TransferAsync(name, owner, reason, confirm: false, cancellation) switch
        {
            BrokerAnswer<Nothing>.Done done => Outcome.Done(Answer(name, owner, "transferred", done), screen =>
            {
                screen.Line($"{name} belongs to {owner}; the codes of the owner before are ended.");
                screen.Line($"New ones, by the new owner: bcb claim {name}");
            }),
            BrokerAnswer<Nothing>.Refused { Problem: { Code: "same-owner" } problem } => Outcome.Failed(ExitCode.Refused, problem with
            {
                Detail = $"{owner} already is the owner of {name}, and nothing was changed. To say that an owner who looks different is still the right one: "
                    + $"bcb transfer {name} --confirm --reason TEXT",
            }),
            var failed => failed.Failure(),
        };

    // Whom one confirms is read first where it was not said: an owner who changed meanwhile is not confirmed by accident.
    private static async Task<Outcome> ConfirmAsync(CliContext context, IdentityName name, string? owner, string reason, CancellationToken cancellation)
    {
        if (owner is null)
        {
            var standing = await context.Broker.StatusAsync(name, cancellation);
            if (standing is not BrokerAnswer<Standing>.Done { Value.Owner: { } registered })
            {
                return standing is BrokerAnswer<Standing>.Done
                    ? Outcome.Failed(ExitCode.Unavailable, context.Problem("no-answer", "the broker does not say who owns it"))
                    : standing.Failure();
            }

            owner = registered;
        }

        return await context.Broker.TransferAsync(name, owner, reason, confirm: true, cancellation) switch
        {
            BrokerAnswer<Nothing>.Done done => Outcome.Done(
                Answer(name, owner, "confirmed", done), screen => screen.Line($"{name}: its owner {owner} is confirmed, and its codes are as they were.")),
            var failed => failed.Failure(),
        };
    }

    private static JsonObject Answer(IdentityName name, string owner, string what, BrokerAnswer<Nothing>.Done done) =>
        new JsonObject { ["identity"] = name.Value, ["owner"] = owner, [what] = true }.With(done.Json);
}
