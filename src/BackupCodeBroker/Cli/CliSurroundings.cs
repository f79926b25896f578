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

    /// <summary>Whether somebody watches standard output.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether somebody watches standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Reads a key without showing it; null where standard input is no terminal.</summary>
    public Func<ConsoleKeyInfo>? ReadKey { get; init; }

    /// <summary>Makes the terminal stop echoing, before it is said that somebody may type.</summary>
    public Action StopEcho { get; init; } = () => { };

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
        // The first look at the keyboard takes the terminal over; until then it would show what is typed or pasted.
        StopEcho = () => _ = Console.KeyAvailable,
        Variable = Environment.GetEnvironmentVariable,
        Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
    };

    /// <summary>A variable's value, or null where it is unset or blank.</summary>
    public string? Setting(string name) => Variable(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
}
