using System.Text.Json.Nodes;
using BackupCodeBroker.Cli;
using Spectre.Console;

namespace BackupCodeBroker.Dev;

/// <summary>Runs real verbs as one of the sample people and shows them as a terminal would; a verb that ends otherwise than told ends the demo.</summary>
internal sealed class DemoStage(DevEnvironment environment, CliSurroundings process)
{
    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(process.Out) });

    /// <summary>Begins a chapter.</summary>
    public void Chapter(string title)
    {
        _console.WriteLine();
        _console.Write(new Rule("[bold]" + Markup.Escape(title) + "[/]").LeftJustified());
    }

    /// <summary>Says something.</summary>
    public void Say(string text) => _console.MarkupLine("[grey]" + Markup.Escape(text) + "[/]");

    /// <summary>Runs a verb and shows it; its standard output.</summary>
    public async Task<string> RunAsync(string person, string input, ExitCode expected, params string[] arguments)
    {
        _console.MarkupLine($"[green]{person}[/] [bold]$ bcb {Markup.Escape(string.Join(' ', arguments.Select(Quoted)))}[/]");
        var (exit, output, error) = await SilentlyAsync(person, input, arguments);
        // Not through the console library: it would break a stanza in the middle of a line.
        await process.Out.WriteLineAsync((output + error).TrimEnd());
        return exit == expected ? output : throw new DemoFailedException($"bcb {arguments[0]} ended with {exit}, not {expected}");
    }

    /// <summary>Runs a verb for its JSON answer, without showing it.</summary>
    public async Task<(ExitCode Exit, JsonNode Answer)> AskAsync(string person, string input, params string[] arguments)
    {
        var (exit, output, _) = await SilentlyAsync(person, input, [.. arguments, "--json"]);
        return (exit, JsonNode.Parse(output)!);
    }

    // Whoever is none of the team has the token that they recovered, or none.
    private string? TokenOf(string person) => environment.People.TryGetValue(person, out var known) ? known.HandOver()
        : File.Exists(environment.TokenFile(person)) ? File.ReadAllText(environment.TokenFile(person))
        : null;

    private static string Quoted(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument;

    private async Task<(ExitCode Exit, string Output, string Error)> SilentlyAsync(string person, string input, string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var surroundings = process with
        {
            Out = output,
            Error = error,
            In = new StringReader(input),
            OutIsTerminal = false,
            ErrorIsTerminal = false,
            ReadKey = null,
            Variable = name => name switch
            {
                "BCB_ADDR" => environment.BrokerAddress,
                "VAULT_ADDR" => environment.VaultAddress,
                "VAULT_TOKEN" => TokenOf(person),
                _ => process.Variable(name),
            },
        };
        var exit = await CommandLineProgram.RunAsync(arguments, surroundings);
        return ((ExitCode)exit, output.ToString(), error.ToString());
    }
}

/// <summary>The demo did not go as told.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);
