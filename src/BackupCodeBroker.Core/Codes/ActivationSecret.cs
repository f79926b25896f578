using System.Security.Cryptography;

namespace BackupCodeBroker.Core.Codes;

/// <summary>
/// The 130-bit secret that travels with the codes inside the wrap; sending it back proves that the codes were received. 26 symbols of
/// Crockford base32. It cannot be printed by accident; <see cref="Dispose"/> zeroes it.
/// </summary>
public sealed class ActivationSecret : IDisposable
{
    /// <summary>Characters of the text.</summary>
    public const int Length = 26;

    private readonly byte[] symbols;

    private ActivationSecret(byte[] symbols) => this.symbols = symbols;

    /// <summary>Symbols, for hashing.</summary>
    internal ReadOnlySpan<byte> Symbols => symbols;

    /// <summary>Makes a secret from random bytes.</summary>
    public static ActivationSecret Create(EntropyFill fill)
    {
        var symbols = GC.AllocateArray<byte>(Length, pinned: true);
        fill(symbols);
        foreach (ref var symbol in symbols.AsSpan())
        {
            symbol &= 31;
        }

        return new ActivationSecret(symbols);
    }

    /// <summary>Reads a secret; null where the text is not 26 symbols of base32.</summary>
    public static ActivationSecret? TryParse(ReadOnlySpan<char> text)
    {
        if (text.Length != Length)
        {
            return null;
        }

        var symbols = GC.AllocateArray<byte>(Length, pinned: true);
        for (var i = 0; i < Length; i++)
        {
            var symbol = Base32.Symbol(text[i]);
            if (symbol < 0)
            {
                CryptographicOperations.ZeroMemory(symbols);
                return null;
            }

            symbols[i] = (byte)symbol;
        }

        return new ActivationSecret(symbols);
    }

    /// <summary>Writes the text, <see cref="Length"/> characters; the caller zeroes it.</summary>
    public void WriteTo(Span<char> destination)
    {
        for (var i = 0; i < Length; i++)
        {
            destination[i] = Base32.Character(symbols[i]);
        }
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(symbols);

    /// <inheritdoc />
    public override string ToString() => "[activation secret]";
}
