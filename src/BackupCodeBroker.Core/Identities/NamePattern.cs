namespace BackupCodeBroker.Core.Identities;

/// <summary>A pattern over identities: a name, or a prefix that ends with <c>*</c>; <c>*</c> alone is every identity.</summary>
public sealed record NamePattern
{
    private readonly bool isPrefix;

    private NamePattern(string text)
    {
        Text = text;
        isPrefix = text.EndsWith('*');
        Literal = isPrefix ? text[..^1] : text;
    }

    /// <summary>Every identity.</summary>
    public static NamePattern Any { get; } = new("*");

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>What every name meant begins with; empty where any is meant.</summary>
    public string Literal { get; }

    /// <summary>Reads a pattern; null where it is neither a name nor a prefix with one <c>*</c> at its end.</summary>
    public static NamePattern? TryParse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var literal = text.EndsWith('*') ? text[..^1] : text;
        return literal.Length == 0 || IdentityName.TryParse(literal, out _) ? new NamePattern(text) : null;
    }

    /// <summary>Whether the identity is one of those meant.</summary>
    public bool Matches(string identity) =>
        isPrefix ? identity.StartsWith(Literal, StringComparison.Ordinal) : string.Equals(identity, Literal, StringComparison.Ordinal);

    /// <inheritdoc />
    public override string ToString() => Text;
}
