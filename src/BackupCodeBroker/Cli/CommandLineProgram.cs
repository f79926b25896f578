using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Verbs;

namespace BackupCodeBroker.Cli;

/// <summary>
/// The command line: <c>bcb</c> is server and client in one, as <c>vault</c> is. Every verb has its own file in <c>Verbs/</c>. Two rules hold
/// for all: no secret is ever an argument (and one that was passed by mistake is not repeated in the error), and the exit code says whether
/// it was done (0), refused (1), asked wrongly (2) or could not be settled (3).
/// </summary>
internal static class CommandLineProgram
{
    private const string Description =
        "Backup codes as governed credentials beside HashiCorp Vault: issued to their owner, received once, consumed once.";

    // Shorter arguments are no tokens or codes.
    private const int ShortestSecret = 16;

    private static readonly string[] SecretBeginnings = ["BCB1", "s.", "b.", "hvs.", "hvb."];

    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs a command line; <paramref name="servers"/> make the verbs that other features bring.</summary>
    public static Task<int> RunAsync(IReadOnlyList<string> arguments, CliSurroundings surroundings, params IReadOnlyList<Func<CliFrame, Command>> servers)
    {
        var frame = new CliFrame(surroundings);
        var parsed = Root(frame, servers).Parse(arguments is ["help"] ? ["--help"] : arguments, Parsing);
        if (parsed.Action is ParseErrorAction)
        {
            return Task.FromResult(frame.Print(parsed, Misread(parsed)));
        }

        return parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = surroundings.Out,
            Error = surroundings.Error,
            // A server finishes what runs and gives its token back before it ends.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
        });
    }

    /// <summary>The whole command line.</summary>
    public static RootCommand Root(CliFrame frame, IReadOnlyList<Func<CliFrame, Command>> servers)
    {
        var root = new RootCommand(Description) { frame.Address, frame.VaultAddress, frame.Json };
        IEnumerable<Command> verbs =
        [
            .. servers.Select(make => make(frame)),
            RegisterVerb.Create(frame),
            IssueVerb.Create(frame),
            RetrieveVerb.Create(frame),
            ClaimVerb.Create(frame),
            ConsumeVerb.Create(frame),
            RecoverVerb.Create(frame),
            DrillVerb.Create(frame),
            StatusVerb.Create(frame),
            ListVerb.Create(frame),
            RevokeVerb.Create(frame),
            ApproveVerb.Create(frame),
            TransferVerb.Create(frame),
            RetireVerb.Create(frame),
            OffboardVerb.Create(frame),
            ApplyVerb.Create(frame),
            LockdownVerb.Create(frame),
            CanVerb.Create(frame),
            WhoCanVerb.Create(frame),
            HealthVerb.Create(frame),
            ReportVerb.Create(frame),
            AuditVerb.Create(frame),
            ScanVerb.Create(frame),
            BootstrapVerb.Create(frame),
            DoctorVerb.Create(frame),
            DevVaultVerb.Create(frame),
        ];
        foreach (var verb in verbs)
        {
            root.Add(verb);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExample((HelpAction)help.Action!, frame);
        return root;
    }

    private static Outcome Misread(ParseResult parsed)
    {
        var secrets = parsed.Tokens.Select(t => t.Value).Where(LooksSecret).ToList();
        var hidden = secrets.Count > 0 ? "; codes and tokens are never arguments: they are asked for, or read from standard input" : "";
        var detail = string.Join("; ", parsed.Errors.Select(e => Hide(e.Message.TrimEnd('.'), secrets)).Distinct()) + hidden;
        var name = NameOf(parsed.CommandResult);
        return Outcome.Failed(ExitCode.Usage, Problem.Local("usage", $"{detail} (see {name} --help)"));
    }

    private static string NameOf(CommandResult result) =>
        result.Command is RootCommand ? "bcb" : result.Parent is CommandResult parent ? $"{NameOf(parent)} {result.Command.Name}" : "bcb " + result.Command.Name;

    private static string Hide(string message, List<string> secrets) =>
        secrets.Aggregate(message, (text, secret) => text.Replace(secret, "[hidden]", StringComparison.Ordinal));

    // Anything long that is not plainly an option is kept out of error messages: too much hidden is only inconvenient.
    private static bool LooksSecret(string argument) =>
        argument.Length >= ShortestSecret && !argument.StartsWith("--", StringComparison.Ordinal)
        || SecretBeginnings.Any(beginning => argument.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));

    private sealed class HelpWithExample(HelpAction usual, CliFrame frame) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var exit = usual.Invoke(parseResult);
            if (frame.ExampleOf(parseResult.CommandResult.Command) is { } example)
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Example:");
                output.WriteLine("  " + example);
                output.WriteLine();
            }

            return exit;
        }
    }
}
