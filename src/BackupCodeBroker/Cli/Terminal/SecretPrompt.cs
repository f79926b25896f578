using System.Text;

namespace BackupCodeBroker.Cli.Terminal;

/// <summary>
/// How a code or a token gets in: typed without being shown, or as the first line of standard input. There is no third way, as arguments
/// are seen by every user of the machine and stay in the shell's history.
/// </summary>
internal sealed class SecretPrompt(CliSurroundings surroundings)
{
    // What a terminal sends for Ctrl-C, Ctrl-D and Ctrl-U while the program takes every key itself.
    private const char Interrupt = '\u0003', EndOfInput = '\u0004', EraseLine = '\u0015';

    private readonly CliSurroundings _surroundings = surroundings;

    /// <summary>Asks for a secret of at most <paramref name="limit"/> characters.</summary>
    /// <returns>The secret, or what is wrong with it, without repeating it.</returns>
    public SecretInput Ask(string what, int limit)
    {
        var text = new StringBuilder();
        bool fits;
        try
        {
            fits = _surroundings.ReadKey is { } readKey ? Typed(readKey, what, limit, text) : Piped(limit, text);
        }
        catch (OperationCanceledException)
        {
            return new SecretInput.Missing("cancelled; nothing was sent");
        }

        return !fits ? new SecretInput.Missing($"the {what} is too long: at most {limit} characters are read")
            : text.ToString().Trim() is { Length: > 0 } secret ? new SecretInput.Given(new SecretText(secret))
            : new SecretInput.Missing($"no {what} was given: type it at the prompt, or pass it as the first line of standard input");
    }

    private bool Typed(Func<ConsoleKeyInfo> readKey, string what, int limit, StringBuilder text)
    {
        using var terminal = _surroundings.TakeTerminal();
        _surroundings.Error.Write($"{char.ToUpperInvariant(what[0])}{what[1..]} (not shown): ");
        _surroundings.Error.Flush();
        var fits = true;
        for (var key = readKey(); key.Key != ConsoleKey.Enter; key = readKey())
        {
            if (key.KeyChar is Interrupt or EndOfInput)
            {
                _surroundings.Error.WriteLine();
                return key.KeyChar == EndOfInput ? fits : throw new OperationCanceledException();
            }

            if (key.KeyChar == EraseLine)
            {
                (text.Length, fits) = (0, true);
            }
            else if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                fits &= text.Length < limit;
                text.Append(fits ? key.KeyChar.ToString() : "");
            }
        }

        _surroundings.Error.WriteLine();
        return fits;
    }

    private bool Piped(int limit, StringBuilder text)
    {
        for (var next = _surroundings.In.Read(); next is not (-1 or '\n'); next = _surroundings.In.Read())
        {
            if (next == '\r')
            {
                continue;
            }

            if (text.Length == limit)
            {
                return false;
            }

            text.Append((char)next);
        }

        return true;
    }
}

/// <summary>What a prompt gave. Closed.</summary>
internal abstract record SecretInput
{
    private SecretInput()
    {
    }

    /// <summary>A secret.</summary>
    internal sealed record Given(SecretText Secret) : SecretInput;

    /// <summary>None, and why.</summary>
    internal sealed record Missing(string Why) : SecretInput;
}
