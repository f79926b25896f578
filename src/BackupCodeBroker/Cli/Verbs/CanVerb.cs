using System.CommandLine;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb can</c>: may this token do it, and if not, what is missing. It asks Vault directly about the very paths that the broker would ask,
/// so it needs no broker, and leaves no denial in anybody's log.
/// </summary>
internal static class CanVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var operation = new Argument<string>("OPERATION") { Description = "One of: " + string.Join(", ", Operation.All.Where(o => o.IsAsked).Select(o => o.Name)) + "." };
        var target = new Argument<string?>("IDENTITY")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "The identity; for 'lockdown' the prefix of a pattern, or nothing for everything; for operations over all identities nothing.",
        };
        var mount = new Option<string>("--mount")
        {
            HelpName = "PATH",
            Description = "The broker's authorisation mount.",
            DefaultValueFactory = _ => new VaultSettings().AskMount,
        };
        var command = frame.Command("can", "Ask Vault whether this token may do an operation, and what is missing if not.", "can consume build-bot");
        command.Add(operation);
        command.Add(target);
        command.Add(mount);
        frame.Run(
            command,
            Reach.Vault,
            (context, parsed, cancellation) =>
                AskedOperation.TryRead(parsed.GetRequiredValue(operation), parsed.GetValue(target), out var asked, out var error)
                    ? AskAsync(context, asked, cancellation)
                    : Task.FromResult(Outcome.Usage(error)),
            mount);
        return command;
    }

    private static async Task<Outcome> AskAsync(CliContext context, AskedOperation asked, CancellationToken cancellation)
    {
        var vault = context.Vault;
        var plain = vault.AskPath(asked.Operation.Name, asked.Target);
        var owned = asked.Operation.CanBeOwned ? vault.AskPath(asked.Operation.Name, Operation.Owned) : null;
        var probe = vault.AskPath(Operation.Probe, Operation.Probe);
        string[] paths = owned is null ? [plain, probe] : [plain, owned, probe];
        return await vault.CapabilitiesSelfAsync(context.Token.ForVault, paths, context.Call(cancellation)) switch
        {
            VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>.Ok ok =>
                Judge(context, asked, plain, owned, path => ok.Value[path], probe),
            VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>.Denied denied => Outcome.Failed(
                ExitCode.Refused, VaultWords.Denied(context, denied.Why, denied.Path, "update")),
            VaultAnswer<IReadOnlyDictionary<string, IReadOnlyList<string>>>.Faulted faulted => Outcome.Failed(
                ExitCode.Unavailable, context.Problem("vault", faulted.Fault.Describe())),
            _ => Outcome.Failed(ExitCode.Unavailable, context.Problem("vault", "Vault does not know how to tell a token's capabilities")),
        };
    }

    private static Outcome Judge(
        CliContext context, AskedOperation asked, string plain, string? owned, Func<string, IReadOnlyList<string>> capabilities, string probe)
    {
        if (!capabilities(probe).All(c => c == "deny"))
        {
            return Verdict(ExitCode.Refused, asked, "too-broad", plain, context.Problem(
                "too-broad", $"this token is granted too much, so the broker refuses it: it may even use {probe}, which nobody grants on purpose") with
            { Path = probe, Stanza = PolicyStanza.Granting(plain, "read") });
        }

        if (Grants(capabilities(plain)))
        {
            return Yes(asked, "granted", plain, $"Yes: this token may {asked}.");
        }

        if (owned is not null && Grants(capabilities(owned)))
        {
            return Yes(asked, "granted-as-owner", owned, $"Yes, as owner: this token may {asked} as long as its entity owns the identity.");
        }

        return Verdict(ExitCode.Refused, asked, "not-granted", plain, context.Problem("not-granted", $"this token may not {asked}") with
        { Path = plain, Stanza = PolicyStanza.Granting(plain, "read") });
    }

    private static bool Grants(IReadOnlyList<string> capabilities) => capabilities.Any(c => c is "read" or "root");

    private static Outcome Yes(AskedOperation asked, string verdict, string path, string line) =>
        Outcome.Done(asked.ToJson(verdict, path), (Screen screen) => screen.Line(line));

    private static Outcome Verdict(ExitCode exit, AskedOperation asked, string verdict, string path, Broker.Problem problem)
    {
        var failed = Outcome.Failed(exit, problem);
        return failed with { Json = asked.ToJson(verdict, path).With(failed.Json) };
    }
}
