using System.CommandLine;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli;
using BackupCodeBroker.Dev;
using BackupCodeBroker.Server;

namespace BackupCodeBroker.Tests.Cli;

/// <summary>The command line with everything around it in the test's hands.</summary>
internal sealed class CliRun
{
    public const string Token = "s.CANARYcallersOWNtoken000001";

    /// <summary>The verbs that the program adds to those of the command line.</summary>
    public static IReadOnlyList<Func<CliFrame, Command>> Servers { get; } = [frame => ServerCommand.Create(frame.Command), DemoCommand.Create];

    public FakeServer Broker { get; } = new();

    public FakeServer Vault { get; } = new();

    public Dictionary<string, string> Environment { get; } = new() { ["VAULT_TOKEN"] = Token };

    public string Home { get; set; } = "/nonexistent";

    public string Input { get; set; } = "";

    /// <summary>Keys that are typed, where standard input is a terminal.</summary>
    public string? Typed { get; set; }

    public bool Terminal { get; set; }

    public List<TimeSpan> Pauses { get; } = [];

    public string Out { get; private set; } = "";

    public string Error { get; private set; } = "";

    /// <summary>What stood on standard error when the terminal was told not to echo; null where it was not told.</summary>
    public string? ShownBeforeEchoStopped { get; private set; }

    public string Everything => Out + Error;

    /// <summary>Standard output as the one JSON document that it has to be.</summary>
    public JsonObject Json => JsonNode.Parse(Out)!.AsObject();

    public async Task<int> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader(Input);
        using var keys = new StringReader(Typed ?? "");
        var surroundings = new CliSurroundings
        {
            Out = output,
            Error = error,
            In = input,
            OutIsTerminal = Terminal,
            ErrorIsTerminal = Terminal,
            ReadKey = Typed is null ? null : () => Key(keys.Read()),
            TakeTerminal = () =>
            {
                ShownBeforeEchoStopped = error.ToString();
                return null;
            },
            Variable = name => Environment.GetValueOrDefault(name),
            Home = Home,
            Pause = (pause, _) =>
            {
                Pauses.Add(pause);
                return Task.CompletedTask;
            },
            BrokerHandler = () => Broker,
            VaultHandler = () => Vault,
        };
        var exit = await CommandLineProgram.RunAsync(arguments, surroundings, Servers);
        (Out, Error) = (output.ToString(), error.ToString());
        return exit;
    }

    private static ConsoleKeyInfo Key(int c) => c switch
    {
        '\b' => new ConsoleKeyInfo('\b', ConsoleKey.Backspace, false, false, false),
        '\n' or -1 => new ConsoleKeyInfo('\r', ConsoleKey.Enter, false, false, false),
        _ => new ConsoleKeyInfo((char)c, ConsoleKey.NoName, false, false, false),
    };
}
