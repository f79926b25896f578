namespace BackupCodeBroker.Core.VaultPolicies.Hcl;

internal enum HclTokenKind
{
    End,
    Illegal,
    Identifier,
    Text,
    Heredoc,
    Integer,
    Decimal,
    Boolean,
    OpenBracket,
    CloseBracket,
    OpenBrace,
    CloseBrace,
    Comma,
    Period,
    Assign,
    Plus,
    Minus,
}

/// <summary>A token: its source text, and its value where that differs (a string without its quotes and escapes).</summary>
internal readonly record struct HclToken(HclTokenKind Kind, HclPosition Position, string Source, string Value)
{
    /// <summary>What Vault's messages call the token's kind.</summary>
    public string KindName => Kind switch
    {
        HclTokenKind.End => "EOF",
        HclTokenKind.Illegal => "ILLEGAL",
        HclTokenKind.Identifier => "IDENT",
        HclTokenKind.Text => "STRING",
        HclTokenKind.Heredoc => "HEREDOC",
        HclTokenKind.Integer => "NUMBER",
        HclTokenKind.Decimal => "FLOAT",
        HclTokenKind.Boolean => "BOOL",
        HclTokenKind.OpenBracket => "LBRACK",
        HclTokenKind.CloseBracket => "RBRACK",
        HclTokenKind.OpenBrace => "LBRACE",
        HclTokenKind.CloseBrace => "RBRACE",
        HclTokenKind.Comma => "COMMA",
        HclTokenKind.Period => "PERIOD",
        HclTokenKind.Assign => "ASSIGN",
        HclTokenKind.Plus => "ADD",
        _ => "SUB",
    };
}
