namespace BackupCodeBroker.Core.VaultPolicies.Hcl;

/// <summary>
/// Reads the HCL (version 1) that Vault's policies are written in: attributes <c>key = value</c> and blocks <c>key "label" { }</c>,
/// separated by white space or commas, bare or quoted keys, strings, heredocs, numbers, booleans, lists and objects, and three forms
/// of comments. Recursive descent with one token of lookahead; the first error ends it and is worded as Vault words it. Nesting is
/// bounded, so that no text can exhaust the stack.
/// </summary>
internal sealed class HclParser
{
    /// <summary>A policy needs four levels; the rest is room for lists of lists in parameter values.</summary>
    public const int MaxDepth = 32;

    private readonly HclScanner _scanner;
    private HclToken _token;
    private string? _error;

    private HclParser(string text)
    {
        _scanner = new HclScanner(text);
        _token = _scanner.Next();
    }

    public static HclParse Parse(string text)
    {
        var parser = new HclParser(text.Replace("\r\n", "\n", StringComparison.Ordinal));
        List<HclItem>? items = parser.ParseItems(depth: 0);
        return new HclParse(items ?? [], parser._error);
    }

    private List<HclItem>? ParseItems(int depth)
    {
        var items = new List<HclItem>();
        bool nested = depth > 0;
        while (_token.Kind is not HclTokenKind.End && !(nested && _token.Kind is HclTokenKind.CloseBrace))
        {
            if (ParseItem(depth) is not { } item)
            {
                return null;
            }

            items.Add(item);
            if (_token.Kind is HclTokenKind.Comma)
            {
                Advance();
            }
        }

        return items;
    }

    private HclItem? ParseItem(int depth)
    {
        var keys = new List<HclToken>();
        while (_token.Kind is HclTokenKind.Identifier or HclTokenKind.Text)
        {
            keys.Add(_token);
            Advance();
        }

        string? problem = _token.Kind switch
        {
            HclTokenKind.Assign when keys.Count == 0 => "no object keys found!",
            HclTokenKind.Assign when keys.Count > 1 => "nested object expected: LBRACE got: ASSIGN",
            HclTokenKind.OpenBrace when keys.Count == 0 => "expected: IDENT | STRING got: LBRACE",
            HclTokenKind.Assign or HclTokenKind.OpenBrace => null,
            HclTokenKind.End or HclTokenKind.CloseBrace when keys.Count > 0 =>
                $"key '{string.Join(' ', keys.Select(key => key.Source))}' expected start of object ('{{') or assignment ('=')",
            _ => $"expected: IDENT | STRING | ASSIGN | LBRACE got: {_token.KindName}",
        };
        if (problem is not null)
        {
            return Fail<HclItem>(problem);
        }

        int assignLine = 0;
        if (_token.Kind is HclTokenKind.Assign)
        {
            assignLine = _token.Position.Line;
            Advance();
        }

        return ParseValue(depth + 1) is { } value ? new HclItem([.. keys.Select(key => key.Value)], value, assignLine) : null;
    }

    private HclNode? ParseValue(int depth) => _token.Kind switch
    {
        _ when depth > MaxDepth => Fail<HclNode>($"nested more than {MaxDepth} deep"),
        HclTokenKind.OpenBrace => ParseObject(depth),
        HclTokenKind.OpenBracket => ParseList(depth),
        HclTokenKind.Text or HclTokenKind.Heredoc => TakeLiteral(HclLiteralKind.Text),
        HclTokenKind.Boolean => TakeLiteral(HclLiteralKind.Boolean),
        HclTokenKind.Integer => TakeLiteral(HclLiteralKind.Integer),
        HclTokenKind.Decimal => TakeLiteral(HclLiteralKind.Decimal),
        _ => Fail<HclNode>(
            $"Unknown token: {_token.Position.Line}:{_token.Position.Column} {_token.KindName} {_token.Source}"),
    };

    private HclLiteral TakeLiteral(HclLiteralKind kind)
    {
        var literal = new HclLiteral(kind, _token.Value, _token.Position);
        Advance();
        return literal;
    }

    private HclObject? ParseObject(int depth)
    {
        HclPosition position = _token.Position;
        Advance();
        if (ParseItems(depth) is not { } items)
        {
            return null;
        }

        if (_token.Kind is not HclTokenKind.CloseBrace)
        {
            return Fail<HclObject>($"object expected closing RBRACE got: {_token.KindName}");
        }

        Advance();
        return new HclObject(items, position);
    }

    // As in Vault's reader, commas may repeat, and one may be left out behind a list within the list.
    private HclList? ParseList(int depth)
    {
        HclPosition position = _token.Position;
        Advance();
        var items = new List<HclNode>();
        bool needsComma = false;
        while (_token.Kind is not HclTokenKind.CloseBracket)
        {
            if (_token.Kind is HclTokenKind.Comma)
            {
                needsComma = false;
                Advance();
                continue;
            }

            if (needsComma)
            {
                return Fail<HclList>($"error parsing list, expected comma or list end, got: {_token.KindName}");
            }

            if (!StartsValue(_token.Kind))
            {
                return Fail<HclList>($"unexpected token while parsing list: {_token.KindName}");
            }

            if (ParseValue(depth + 1) is not { } item)
            {
                return null;
            }

            items.Add(item);
            needsComma = item is not HclList;
        }

        Advance();
        return new HclList(items, position);
    }

    private static bool StartsValue(HclTokenKind kind) => kind
        is HclTokenKind.Boolean or HclTokenKind.Integer or HclTokenKind.Decimal or HclTokenKind.Text or HclTokenKind.Heredoc
        or HclTokenKind.OpenBrace or HclTokenKind.OpenBracket;

    private void Advance() => _token = _scanner.Next();

    private T? Fail<T>(string message)
        where T : class
    {
        _error ??= _scanner.Error ?? _token.Position.Locate(message);
        return null;
    }
}
