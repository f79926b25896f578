namespace BackupCodeBroker.Core.Codes;

/// <summary>
/// Crockford's base32 (https://www.crockford.com/base32.html): 32 symbols without I, L, O and U. Reading forgives case and takes
/// O for 0 and I or L for 1.
/// </summary>
internal static class Base32
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>The character of a symbol from 0 to 31.</summary>
    public static char Character(byte symbol) => Alphabet[symbol & 31];

    /// <summary>The symbol of a character, or -1 where it has none.</summary>
    public static int Symbol(char character)
    {
        var upper = char.IsAsciiLetterLower(character) ? (char)(character - 32) : character;
        return upper switch
        {
            'O' => 0,
            'I' or 'L' => 1,
            _ => Alphabet.IndexOf(upper, StringComparison.Ordinal),
        };
    }
}
