namespace BackupCodeBroker.Tests.Core.Codes;

/// <summary>
/// The format read again from its document (src/docs/code-format.md), by other means than the product's: multiplication by logarithms, the checksum
/// as one linear map. What both agree on is what the document says.
/// </summary>
internal static class ReferenceCode
{
    public const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    public const int CheckLength = 4;

    // x^4 + 31x^3 + 28x^2 + 30x + 21, highest power first.
    private static readonly int[] Polynomial = [1, 31, 28, 30, 21];
    private static readonly int[] Powers = PowersOfTwo();

    /// <summary>Symbols of the whole code for a kind: prefix, selector, secret, checksum.</summary>
    public static int Length(bool machine) => 4 + 5 + (machine ? 26 : 16) + CheckLength;

    /// <summary>A product in GF(32) with modulus x^5 + x^2 + 1, of which 2 generates every element but zero.</summary>
    public static int Multiply(int a, int b) => a == 0 || b == 0 ? 0 : Powers[(Array.IndexOf(Powers, a) + Array.IndexOf(Powers, b)) % 31];

    /// <summary>The remainder of the symbols, as a polynomial, divided by the checksum's: zero for a code, packed into 20 bits.</summary>
    public static int Syndrome(IReadOnlyList<int> symbols)
    {
        var rest = symbols.ToArray();
        for (var i = 0; i + CheckLength < rest.Length; i++)
        {
            var lead = rest[i];
            for (var j = 0; j < Polynomial.Length; j++)
            {
                rest[i + j] ^= Multiply(lead, Polynomial[j]);
            }
        }

        return rest[^4..].Aggregate(0, (packed, symbol) => packed << 5 | symbol);
    }

    /// <summary>The canonical text of a code made of these characters.</summary>
    public static string Text(string selector, string secret)
    {
        int[] symbols = [.. ("BCB1" + selector + secret).Select(c => Alphabet.IndexOf(c, StringComparison.Ordinal)), 0, 0, 0, 0];
        var check = Syndrome(symbols);
        var all = "BCB1" + selector + secret + string.Concat(Enumerable.Range(0, 4).Select(i => Alphabet[check >> 5 * (3 - i) & 31]));
        return Grouped(all);
    }

    /// <summary>The symbols of a canonical text.</summary>
    public static int[] Symbols(string text) => [.. text.Where(c => c != '-').Select(c => Alphabet.IndexOf(c, StringComparison.Ordinal))];

    /// <summary>The canonical text of symbols.</summary>
    public static string Text(IEnumerable<int> symbols) => Grouped(string.Concat(symbols.Select(s => Alphabet[s])));

    private static string Grouped(string characters) =>
        string.Join('-', characters[4..].Chunk(5).Select(group => new string(group)).Prepend(characters[..4]));

    private static int[] PowersOfTwo()
    {
        var powers = new int[31];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
        {
            var twice = powers[i - 1] << 1;
            powers[i] = twice > 31 ? twice ^ 0b100101 : twice;
        }

        return powers;
    }
}
