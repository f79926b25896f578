namespace BackupCodeBroker.Core.VaultPolicies.Hcl;

/// <summary>
/// Splits HCL into tokens; comments and white space fall between them. The first thing that is no token ends the scan: it is an
/// <see cref="HclTokenKind.Illegal"/> token, and <see cref="Error"/> says what is wrong with it.
/// </summary>
internal sealed class HclScanner(string text)
{
    private readonly HclCursor _cursor = new(text);

    public string? Error { get; private set; }

    public HclToken Next()
    {
        if (!SkipBlanks())
        {
            return new HclToken(HclTokenKind.Illegal, _cursor.Position, "", "");
        }

        HclPosition position = _cursor.Position;
        int start = _cursor.Offset;
        (HclTokenKind kind, string? value) = Scan();
        string source = _cursor.Since(start);
        return new HclToken(kind, position, source, value ?? source);
    }

    private (HclTokenKind Kind, string? Value) Scan()
    {
        int first = _cursor.Peek();
        switch (first)
        {
            case HclCursor.End:
                return (HclTokenKind.End, null);
            case '"':
                _cursor.Read();
                return Finish(HclTokenKind.Text, HclStrings.ReadQuoted(_cursor, out string? badString), badString);
            case '<':
                return Finish(HclTokenKind.Heredoc, HclStrings.ReadHeredoc(_cursor, out string? badHeredoc), badHeredoc);
            case '-' or '.' when IsDigit(_cursor.Peek(1)):
            case >= '0' and <= '9':
                return ScanNumber();
            default:
                return IsLetter(first) ? ScanIdentifier() : ScanPunctuation();
        }
    }

    private (HclTokenKind Kind, string? Value) Finish(HclTokenKind kind, string value, string? error) =>
        error is null ? (kind, value) : Fail(error);

    private (HclTokenKind Kind, string? Value) Fail(string error)
    {
        Error ??= _cursor.Position.Locate(error);
        return (HclTokenKind.Illegal, null);
    }

    private (HclTokenKind Kind, string? Value) ScanIdentifier()
    {
        int start = _cursor.Offset;
        _cursor.SkipWhile(character => IsLetter(character) || IsDigit(character) || character is '-' or '.');
        return (_cursor.Since(start) is "true" or "false" ? HclTokenKind.Boolean : HclTokenKind.Identifier, null);
    }

    private (HclTokenKind Kind, string? Value) ScanPunctuation()
    {
        HclTokenKind kind = _cursor.Peek() switch
        {
            '[' => HclTokenKind.OpenBracket,
            ']' => HclTokenKind.CloseBracket,
            '{' => HclTokenKind.OpenBrace,
            '}' => HclTokenKind.CloseBrace,
            ',' => HclTokenKind.Comma,
            '=' => HclTokenKind.Assign,
            '.' => HclTokenKind.Period,
            '+' => HclTokenKind.Plus,
            '-' => HclTokenKind.Minus,
            _ => HclTokenKind.Illegal,
        };
        if (kind is HclTokenKind.Illegal)
        {
            return Fail("illegal char");
        }

        _cursor.Read();
        return (kind, null);
    }

    private (HclTokenKind Kind, string? Value) ScanNumber()
    {
        int start = _cursor.Offset;
        if (_cursor.Peek() == '-')
        {
            _cursor.Read();
        }

        if (_cursor.Peek() == '0' && _cursor.Peek(1) is 'x' or 'X')
        {
            _cursor.Read();
            _cursor.Read();
            int digits = _cursor.Offset;
            _cursor.SkipWhile(character => char.IsAsciiHexDigit((char)character));
            return _cursor.Offset == digits ? Fail("illegal hexadecimal number") : (HclTokenKind.Integer, null);
        }

        _cursor.SkipWhile(IsDigit);
        if (_cursor.Peek() is '.' or 'e' or 'E')
        {
            SkipFraction();
            return (HclTokenKind.Decimal, null);
        }

        string digitsRead = _cursor.Since(start).TrimStart('-');
        bool badOctal = digitsRead[0] == '0' && digitsRead.AsSpan().ContainsAny('8', '9');
        return badOctal ? Fail("illegal octal number") : (HclTokenKind.Integer, null);
    }

    private void SkipFraction()
    {
        if (_cursor.Peek() == '.')
        {
            _cursor.Read();
            _cursor.SkipWhile(IsDigit);
        }

        if (_cursor.Peek() is 'e' or 'E')
        {
            _cursor.Read();
            if (_cursor.Peek() is '+' or '-')
            {
                _cursor.Read();
            }

            _cursor.SkipWhile(IsDigit);
        }
    }

    private bool SkipBlanks()
    {
        while (true)
        {
            _cursor.SkipWhile(character => character is ' ' or '\t' or '\n' or '\r');
            switch (_cursor.Peek())
            {
                case '#':
                case '/' when _cursor.Peek(1) == '/':
                    _cursor.SkipWhile(character => character != '\n');
                    break;
                case '/' when _cursor.Peek(1) == '*':
                    if (!SkipBlockComment())
                    {
                        Fail("comment not terminated");
                        return false;
                    }

                    break;
                case '/':
                    Fail("expected '/' for comment");
                    return false;
                default:
                    return true;
            }
        }
    }

    private bool SkipBlockComment()
    {
        _cursor.Read();
        _cursor.Read();
        while (_cursor.Peek() != HclCursor.End)
        {
            if (_cursor.Read() == '*' && _cursor.Peek() == '/')
            {
                _cursor.Read();
                return true;
            }
        }

        return false;
    }

    private static bool IsDigit(int character) => character is >= '0' and <= '9';

    private static bool IsLetter(int character) =>
        character == '_' || (character > 0 && char.IsLetter((char)character));
}
