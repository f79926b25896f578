namespace BackupCodeBroker.Cli;

/// <summary>Everything that the command line touches of its process, so that tests can put something else in its place.</summary>
internal sealed record CliSurroundings
{
    /// <summary>Standard output: what was asked for.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Standard error: prompts, warnings, failures.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Standard input.</summary>
    public required TextReader In { get; init; }

    /// <summary>Standard input as bytes, for verbs that read files; opened once at most.</summary>
    public Func<Stream> Input { get; init; } = Console.OpenStandardInput;

    /// <summary>Whether somebody watches standard output.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether somebody watches standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Reads a key without showing it; null where standard input is no terminal.</summary>
    public Func<ConsoleKeyInfo>? ReadKey { get; init; }

    /// <summary>
    /// Takes the terminal over before it is said that somebody may type: nothing is echoed, and Ctrl-C is a key like any other. It is given back by
    /// disposing of what is returned.
    /// </summary>
    public Func<IDisposable?> TakeTerminal { get; init; } = () => null;

    /// <summary>Environment variables.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The user's home directory.</summary>
    public required string Home { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Waits between attempts.</summary>
    public Func<TimeSpan, CancellationToken, Task> Pause { get; init; } = Task.Delay;

    /// <summary>Carries requests to the broker; null for the network.</summary>
    public Func<HttpMessageHandler>? BrokerHandler { get; init; }

    /// <summary>Carries requests to Vault; null for the network.</summary>
    public Func<HttpMessageHandler>? VaultHandler { get; init; }

    /// <summary>Those of this process.</summary>
    public static CliSurroundings OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        In = Console.In,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        ReadKey = Console.IsInputRedirected ? null : () => Console.ReadKey(intercept: true),
        TakeTerminal = () => new TakenTerminal(),
        Variable = Environment.GetEnvironmentVariable,
        Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
    };

    /// <summary>A variable's value, or null where it is unset or blank.</summary>
    public string? Setting(string name) => Variable(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    private sealed class TakenTerminal : IDisposable
    {
        public TakenTerminal()
        {
            Console.TreatControlCAsInput = true;

            // The first look at the keyboard takes the terminal over; until then it would show what is typed or pasted.
            _ = Console.KeyAvailable;
        }

        public void Dispose() => Console.TreatControlCAsInput = false;
    }
}
