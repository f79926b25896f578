using System.Diagnostics.CodeAnalysis;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Core.Identities;

/// <summary>
/// Name of an identity: <c>[a-z0-9][a-z0-9._-]{0,62}</c> without <c>..</c>. Only a value of this type ever becomes part of a path in Vault,
/// so a name outside the alphabet cannot reach one. Two dots in a row are left out because Vault's storage refuses keys that hold them, and backup
/// codes because one that was put in a name's place would stand in paths, logs and spans.
/// </summary>
public sealed record IdentityName
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxLength = 63;

    /// <summary>What a name may look like, for people.</summary>
    public const string Grammar = "[a-z0-9][a-z0-9._-]{0,62}, without two dots in a row, and no backup code";

    /// <summary>What aliases and documents of identities begin with.</summary>
    public const string AliasPrefix = "bcb.";

    private IdentityName(string value) => Value = value;

    /// <summary>The name as it was given.</summary>
    public string Value { get; }

    /// <summary>Name of the identity's alias and of its document in Vault: <c>bcb.&lt;identity&gt;</c>.</summary>
    public string Alias => AliasPrefix + Value;

    /// <summary>The name that an alias is of.</summary>
    public static string OfAlias(string alias) => alias.StartsWith(AliasPrefix, StringComparison.Ordinal) ? alias[AliasPrefix.Length..] : alias;

    /// <summary>Reads a name; false where it is outside the alphabet.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out IdentityName? name)
    {
        name = IsName(text) && !BackupCode.IsWithin(text) ? new IdentityName(text) : null;
        return name is not null;
    }

    /// <summary>Reads a name that the program itself wrote.</summary>
    /// <exception cref="FormatException">It is outside the alphabet.</exception>
    public static IdentityName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException("an identity is " + Grammar);

    /// <inheritdoc />
    public override string ToString() => Value;

    private static bool IsName([NotNullWhen(true)] string? text)
    {
        if (text is null || text.Length is 0 or > MaxLength || !char.IsAsciiLetterLower(text[0]) && !char.IsAsciiDigit(text[0]))
        {
            return false;
        }

        var previous = '\0';
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '_' or '-') || c == '.' && previous == '.')
            {
                return false;
            }

            previous = c;
        }

        return true;
    }
}
