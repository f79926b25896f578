namespace BackupCodeBroker.Core.Codes;

/// <summary>
/// Four check symbols over all that stands before them, the version prefix included: the remainder of the code, read as a polynomial over
/// GF(32) (modulus x^5+x^2+1), divided by <c>x^4 + 31x^3 + 28x^2 + 30x + 21</c>. At the lengths in use every two words differ in at
/// least four symbols, so any three wrong characters are caught, and so is any swap of neighbours (which is two). The tests enumerate it.
/// </summary>
internal static class Checksum
{
    /// <summary>Check symbols at the end of a code.</summary>
    public const int Length = 4;

    private static readonly byte[] Generator = [31, 28, 30, 21];

    /// <summary>Writes the check symbols of <paramref name="body"/>.</summary>
    public static void Compute(ReadOnlySpan<byte> body, Span<byte> check)
    {
        check[..Length].Clear();
        foreach (var symbol in body)
        {
            Push(check, symbol);
        }
    }

    /// <summary>Whether the last four symbols are those that belong to what stands before them.</summary>
    public static bool Verifies(ReadOnlySpan<byte> symbols)
    {
        Span<byte> check = stackalloc byte[Length];
        Compute(symbols[..^Length], check);
        return check.SequenceEqual(symbols[^Length..]);
    }

    // One step of the division: the symbol enters, what leaves at the top is taken off with the generator.
    private static void Push(Span<byte> remainder, byte symbol)
    {
        var top = (byte)(remainder[0] ^ symbol);
        for (var i = 0; i < Length; i++)
        {
            var next = i + 1 < Length ? remainder[i + 1] : (byte)0;
            remainder[i] = (byte)(next ^ Multiply(top, Generator[i]));
        }
    }

    private static byte Multiply(int a, int b)
    {
        var product = 0;
        for (; b != 0; b >>= 1)
        {
            product ^= (b & 1) != 0 ? a : 0;
            a = (a & 16) != 0 ? ((a << 1) & 31) ^ 5 : a << 1;
        }

        return (byte)product;
    }
}
