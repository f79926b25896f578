using System.Globalization;
using BackupCodeBroker.Cli.Broker;
using Spectre.Console;

namespace BackupCodeBroker.Cli.Terminal;

/// <summary>
/// What people see. Colour and boxes only where somebody watches (and <c>NO_COLOR</c> is not set); whatever came from elsewhere loses its
/// control characters first, so that no server can move the cursor, ring the bell or retitle the window.
/// </summary>
internal sealed class Screen
{
    // Lines are never folded: a token, a code or a command that was broken in two would not survive being copied.
    private const int UnboundWidth = 32_000;

    private readonly IAnsiConsole _lines;
    private readonly IAnsiConsole _tables;
    private readonly bool _watched;

    public Screen(TextWriter writer, bool isTerminal, Func<string, string?> variable)
    {
        var plain = !isTerminal || !string.IsNullOrEmpty(variable("NO_COLOR"));
        _watched = isTerminal;
        _lines = Console(writer, plain);
        _lines.Profile.Width = UnboundWidth;
        _tables = Console(writer, plain);
    }

    /// <summary>The text without control characters and without characters that change the direction of writing.</summary>
    public static string Clean(string? text) => text is null
        ? ""
        : string.Concat(text.Where(c => !char.IsControl(c) && CharUnicodeInfo.GetUnicodeCategory(c) is not UnicodeCategory.Format));

    /// <summary>One line.</summary>
    public void Line(string text = "") => Write(text, Style.Plain);

    /// <summary>One line that must not be missed.</summary>
    public void Warning(string text) => Write(text, new Style(Color.Yellow));

    /// <summary>Names and values below each other; values that are missing are left out.</summary>
    public void Fields(params (string Name, string? Value)[] fields)
    {
        var given = fields.Where(f => !string.IsNullOrEmpty(f.Value)).ToList();
        var width = given.Count == 0 ? 0 : given.Max(f => f.Name.Length);
        foreach (var (name, value) in given)
        {
            Line($"{name.PadRight(width)}   {value}");
        }
    }

    /// <summary>A table; where nobody watches, plain columns.</summary>
    public void Rows(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var cells = rows.Select(row => (IReadOnlyList<string>)[.. row.Select(Clean)]).ToList();
        if (!_watched)
        {
            Columns([headers, .. cells]);
            return;
        }

        var table = new Table { Border = TableBorder.Rounded };
        foreach (var header in headers)
        {
            var column = new TableColumn(new Text(header));
            table.AddColumn(table.Columns.Count == 0 ? column.NoWrap() : column);
        }

        foreach (var row in cells)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        _tables.Write(table);
    }

    /// <summary>A failure: what happened, what would grant it, and by which ids it is found again, those last.</summary>
    public void Problem(ExitCode exit, Problem problem)
    {
        Write($"{Headline(exit)}: {problem.Detail}", new Style(Color.Red));
        foreach (var error in problem.Errors.Where(e => !problem.Detail.Contains(e.Message, StringComparison.Ordinal)))
        {
            Line($"  {error.Field}: {error.Message}");
        }

        if (problem.Reason is { } reason)
        {
            Line($"reason: {reason}");
        }

        if (problem.Found is { } found)
        {
            Line($"found: {found}");
        }

        if (problem.Path is { } path)
        {
            Line($"path asked of Vault: {path}");
        }

        if (problem.Stanza is { } stanza)
        {
            Line("what a policy of this token's holder would need:");
            Lines(stanza);
        }

        if (problem.Ids is { } ids)
        {
            Line(ids);
        }
    }

    /// <summary>Several lines, indented.</summary>
    public void Lines(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            Line("  " + line.TrimEnd('\r'));
        }
    }

    private static IAnsiConsole Console(TextWriter writer, bool plain) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
        ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        Interactive = InteractionSupport.No,
        Out = new AnsiConsoleOutput(writer),
    });

    private void Columns(List<IReadOnlyList<string>> rows)
    {
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (var row in rows)
        {
            Line(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    private static string Headline(ExitCode exit) => exit switch
    {
        ExitCode.Refused => "refused",
        ExitCode.Unavailable => "unavailable",
        _ => "error",
    };

    private void Write(string text, Style style)
    {
        _lines.Write(new Text(Clean(text), style));
        _lines.WriteLine();
    }
}
