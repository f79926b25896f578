using System.Globalization;
using System.Text;

namespace BackupCodeBroker.Core.VaultPolicies.Hcl;

/// <summary>
/// The two forms of HCL's strings. In a quoted one the inside of <c>${ }</c> is taken as it stands, quotes and newlines included,
/// because HCL keeps it for interpolation. A heredoc, <c>&lt;&lt;END</c> to a line <c>END</c>, keeps its last newline;
/// <c>&lt;&lt;-END</c> takes the closing line's indentation off every line, if all have it.
/// </summary>
internal static class HclStrings
{
    private const string BadEscape = "illegal char escape";

    /// <summary>Reads on from behind the opening quote.</summary>
    public static string ReadQuoted(HclCursor cursor, out string? error)
    {
        var value = new StringBuilder();
        int braces = 0;
        while (true)
        {
            int start = cursor.Offset;
            int next = cursor.Read();
            if (next is HclCursor.End or 0 || (next == '\n' && braces == 0))
            {
                error = "literal not terminated";
                return "";
            }

            if (next == '"' && braces == 0)
            {
                error = null;
                return value.ToString();
            }

            braces = CountBraces(cursor, next, braces);
            if (next == '\\')
            {
                if (ReadEscape(cursor) is not { } escaped)
                {
                    error = BadEscape;
                    return "";
                }

                value.Append(braces == 0 ? escaped : cursor.Since(start));
            }
            else
            {
                value.Append(cursor.Since(start));
            }
        }
    }

    /// <summary>Reads on from <c>&lt;</c>.</summary>
    public static string ReadHeredoc(HclCursor cursor, out string? error)
    {
        cursor.Read();
        if (cursor.Read() != '<')
        {
            error = "heredoc expected second '<', didn't see it";
            return "";
        }

        bool unindent = cursor.Peek() == '-';
        if (unindent)
        {
            cursor.Read();
        }

        int start = cursor.Offset;
        cursor.SkipWhile(character => character == '_' || char.IsLetterOrDigit((char)character));
        string anchor = cursor.Since(start);
        error = cursor.Peek() switch
        {
            HclCursor.End => "heredoc not terminated",
            not '\n' => "invalid characters in heredoc anchor",
            _ => anchor.Length == 0 ? "zero-length heredoc anchor" : null,
        };
        if (error is not null)
        {
            return "";
        }

        cursor.Read();
        return ReadHeredocLines(cursor, anchor, unindent, out error);
    }

    private static string ReadHeredocLines(HclCursor cursor, string anchor, bool unindent, out string? error)
    {
        var lines = new List<string>();
        while (true)
        {
            int start = cursor.Offset;
            cursor.SkipWhile(character => character != '\n');
            string line = cursor.Since(start);
            if (cursor.Read() == HclCursor.End)
            {
                error = "heredoc not terminated";
                return "";
            }

            if (line.TrimStart(' ', '\t', '\v', '\f', '\r').TrimEnd('\r') == anchor)
            {
                error = null;
                string indentation = line[..line.IndexOf(anchor, StringComparison.Ordinal)];
                return unindent ? Unindent(lines, indentation) : Join(lines) + indentation;
            }

            lines.Add(line);
        }
    }

    private static string Unindent(List<string> lines, string indentation)
    {
        bool allIndented = lines.TrueForAll(line => line.StartsWith(indentation, StringComparison.Ordinal));
        return Join(allIndented ? lines.ConvertAll(line => line[indentation.Length..]) : lines);
    }

    private static string Join(List<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private static int CountBraces(HclCursor cursor, int character, int braces)
    {
        if (braces == 0)
        {
            if (character == '$' && cursor.Peek() == '{')
            {
                cursor.Read();
                return 1;
            }

            return 0;
        }

        return character switch
        {
            '{' => braces + 1,
            '}' => braces - 1,
            _ => braces,
        };
    }

    private static string? ReadEscape(HclCursor cursor) => cursor.Read() switch
    {
        'a' => "\a",
        'b' => "\b",
        'f' => "\f",
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'v' => "\v",
        '\\' => "\\",
        '"' => "\"",
        'x' => ReadCodePoint(cursor, digits: 2, limit: 0x80),
        'u' => ReadCodePoint(cursor, digits: 4, limit: 0x10000),
        'U' => ReadCodePoint(cursor, digits: 8, limit: 0x110000),
        int octal and >= '0' and <= '7' => ReadOctal(cursor, octal - '0'),
        _ => null,
    };

    // \x and octal escapes name bytes; above 0x7F they would not be text.
    private static string? ReadCodePoint(HclCursor cursor, int digits, uint limit)
    {
        int start = cursor.Offset;
        for (int read = 0; read < digits; read++)
        {
            cursor.Read();
        }

        string source = cursor.Since(start);
        bool valid = source.Length == digits
            & uint.TryParse(source, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint codePoint)
            & codePoint < limit;
        return valid ? (Rune.TryCreate(codePoint, out Rune rune) ? rune : Rune.ReplacementChar).ToString() : null;
    }

    private static string? ReadOctal(HclCursor cursor, int first)
    {
        int value = first;
        for (int read = 0; read < 2; read++)
        {
            int digit = cursor.Read();
            if (digit is < '0' or > '7')
            {
                return null;
            }

            value = (value * 8) + digit - '0';
        }

        return value < 0x80 ? ((char)value).ToString() : null;
    }
}
