namespace BackupCodeBroker.Core.VaultPolicies.Hcl;

/// <summary>A place in a text, both numbers from 1; all zero where the place is not known, as it is for what came from JSON.</summary>
internal readonly record struct HclPosition(int Line, int Column)
{
    /// <summary>Prefixes a message with the place, in the form that Vault's messages have.</summary>
    public string Locate(string message) => Line == 0 ? $"At -: {message}" : $"At {Line}:{Column}: {message}";
}

/// <summary>A value. <see cref="TypeName"/> is what Vault's messages call its kind.</summary>
internal abstract record HclNode(HclPosition Position)
{
    public abstract string TypeName { get; }
}

internal enum HclLiteralKind
{
    Text,
    Boolean,
    Integer,
    Decimal,
}

/// <summary>A single value: the decoded text of a string, the digits of a number, <c>true</c> or <c>false</c>.</summary>
internal sealed record HclLiteral(HclLiteralKind Kind, string Value, HclPosition Position) : HclNode(Position)
{
    public override string TypeName => "*ast.LiteralType";
}

/// <summary>Values in brackets.</summary>
internal sealed record HclList(IReadOnlyList<HclNode> Items, HclPosition Position) : HclNode(Position)
{
    public override string TypeName => "*ast.ListType";
}

/// <summary>Items in braces.</summary>
internal sealed record HclObject(IReadOnlyList<HclItem> Items, HclPosition Position) : HclNode(Position)
{
    public override string TypeName => "*ast.ObjectType";
}

/// <summary>
/// One attribute (<c>key = value</c>, one key) or block (<c>path "x" { }</c>, any number of them). Keys may repeat within an
/// object: that is a matter for whoever gives them a meaning. The line is that of the <c>=</c>, and 0 for a block, because that is
/// the line that Vault's messages name.
/// </summary>
internal sealed record HclItem(IReadOnlyList<string> Keys, HclNode Value, int AssignLine);

/// <summary>What came of reading a text: its top-level items, or the message that says why it has none.</summary>
internal readonly record struct HclParse(IReadOnlyList<HclItem> Items, string? Error);
