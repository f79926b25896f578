using System.CommandLine;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli;

/// <summary>
/// What all verbs have in common: the global options, an example in the help, and one way out. A client verb is a function from a context
/// and its arguments to an <see cref="Outcome"/>; the frame makes the context, prints the outcome and gives the exit code.
/// </summary>
internal sealed class CliFrame(CliSurroundings surroundings)
{
    private readonly Dictionary<Command, string> _examples = [];

    /// <summary>The process.</summary>
    public CliSurroundings Surroundings { get; } = surroundings;

    /// <summary>The broker's address.</summary>
    public Option<string?> Address { get; } = Global("--address", "URL", "Address of the broker (else BCB_ADDR, else http://127.0.0.1:8400).");

    /// <summary>Vault's address.</summary>
    public Option<string?> VaultAddress { get; } =
        Global("--vault-address", "URL", "Address of Vault (else VAULT_ADDR, else http://127.0.0.1:8200).");

    /// <summary>Whether programs read the answer.</summary>
    public Option<bool> Json { get; } =
        new("--json") { Recursive = true, Description = "Print exactly one JSON document on standard output, for success and for failure." };

    /// <summary>The identity that a verb is about.</summary>
    public static Argument<IdentityName> Identity() => new("IDENTITY")
    {
        Description = "The identity's name.",
        CustomParser = result =>
        {
            if (!IdentityName.TryParse(result.Tokens[0].Value, out var name))
            {
                result.AddError("an identity is " + IdentityName.Grammar);
            }

            return name!;
        },
    };

    /// <summary>The example in a command's help, or null.</summary>
    public string? ExampleOf(Command command) => _examples.GetValueOrDefault(command);

    /// <summary>A command with an example of its use; <paramref name="example"/> begins after <c>bcb</c>.</summary>
    public Command Command(string name, string description, string example)
    {
        var command = new Command(name, description);
        _examples[command] = "bcb " + example;
        return command;
    }

    /// <summary>Makes a command run as a client verb.</summary>
    public void Run(
        Command command, Reach reach, Func<CliContext, ParseResult, CancellationToken, Task<Outcome>> verb, Option<string>? mount = null) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = new CliSettings(Surroundings, parsed.GetValue(Address), parsed.GetValue(VaultAddress))
            {
                AskMount = mount is null ? null : parsed.GetValue(mount),
            };
            if (!CliContext.TryCreate(settings, reach, out var context, out var error))
            {
                return Print(parsed, Outcome.Usage(error));
            }

            using (context)
            {
                return await PrintAsync(context.Problem, parsed, () => verb(context, parsed, cancellation), cancellation);
            }
        });

    /// <summary>Makes a command run as a client verb where an option says so, and without servers, token and context where it does not.</summary>
    public void RunWhere(Command command, Option<bool> says, Reach reach, Func<CliContext?, ParseResult, CancellationToken, Task<Outcome>> verb) =>
        command.SetAction(async (parsed, cancellation) =>
        {
            if (!parsed.GetValue(says))
            {
                return await PrintAsync(Problem.Local, parsed, () => verb(null, parsed, cancellation), cancellation);
            }

            if (!CliContext.TryCreate(new CliSettings(Surroundings, parsed.GetValue(Address), parsed.GetValue(VaultAddress)), reach, out var context, out var error))
            {
                return Print(parsed, Outcome.Usage(error));
            }

            using (context)
            {
                return await PrintAsync(context.Problem, parsed, () => verb(context, parsed, cancellation), cancellation);
            }
        });

    /// <summary>Makes a command run that reaches no server and needs no token.</summary>
    public void RunAlone(Command command, Func<ParseResult, CancellationToken, Outcome> verb) =>
        command.SetAction((parsed, cancellation) => PrintAsync(
            Problem.Local, parsed, () => Task.FromResult(verb(parsed, cancellation)), cancellation));

    /// <summary>Prints an outcome in the form that was asked for.</summary>
    public int Print(ParseResult parsed, Outcome outcome)
    {
        var done = outcome.IsAnswer;
        if (parsed.GetValue(Json))
        {
            JsonPrinter.Print(Surroundings.Out, outcome.Json);
        }
        else
        {
            outcome.Show(new Screen(
                done ? Surroundings.Out : Surroundings.Error,
                done ? Surroundings.OutIsTerminal : Surroundings.ErrorIsTerminal,
                Surroundings.Variable));
        }

        return (int)outcome.Exit;
    }

    private async Task<int> PrintAsync(Func<string, string, Problem> problem, ParseResult parsed, Func<Task<Outcome>> verb, CancellationToken cancellation)
    {
        try
        {
            return Print(parsed, await verb());
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Print(parsed, Outcome.Failed(
                ExitCode.Unavailable, problem("interrupted", "interrupted; what was sent may have been carried out")));
        }
        catch (Exception bug)
        {
            // The message could hold anything, so it stays inside; the type and the trace are enough to report it.
            return Print(parsed, Outcome.Failed(
                ExitCode.Unavailable, problem("bug", $"a fault in this program: {bug.GetType().Name} in {bug.TargetSite?.Name}")));
        }
    }

    private static Option<string?> Global(string name, string helpName, string description) =>
        new(name) { Recursive = true, HelpName = helpName, Description = description };
}
