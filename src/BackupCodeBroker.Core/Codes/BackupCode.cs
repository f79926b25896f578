using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace BackupCodeBroker.Core.Codes;

/// <summary>
/// A backup code in plain: <c>BCB1-</c> and groups of five in Crockford base32: five symbols of selector (public: which code it is), the
/// secret (26 symbols, 130 bits, for machines; 16 symbols, 80 bits, for print) and four of checksum over all of it. It cannot be printed,
/// compared or converted by accident; <see cref="Dispose"/> zeroes it. A look-up secret in the sense of NIST SP 800-63B-4, 3.1.2.
/// </summary>
public sealed class BackupCode : IDisposable
{
    /// <summary>Symbols of selector.</summary>
    public const int SelectorLength = 5;

    /// <summary>Longest text that is read as a code, separators included; nothing longer is looked at.</summary>
    public const int MaxTextLength = 128;

    private const int GroupLength = 5;

    // B, C, B and 1 are symbols themselves, so the checksum covers the version as well.
    private static readonly byte[] PrefixSymbols = [11, 12, 11, 1];

    private readonly byte[] symbols;

    private BackupCode(byte[] symbols, CodeKind kind)
    {
        this.symbols = symbols;
        Kind = kind;
        Selector = Text(symbols.AsSpan(Prefix.Length, SelectorLength));
    }

    /// <summary>The form of the code, told by its length.</summary>
    public CodeKind Kind { get; }

    /// <summary>Which code of its identity it is; not a secret.</summary>
    public string Selector { get; }

    /// <summary>Characters of the canonical text.</summary>
    public int TextLength => Prefix.Length + Body.Length + Body.Length / GroupLength;

    /// <summary>Symbols of the secret, for hashing.</summary>
    internal ReadOnlySpan<byte> Secret => symbols.AsSpan(Prefix.Length + SelectorLength, Kind.SecretLength());

    /// <summary>Symbols that every code begins with.</summary>
    internal static ReadOnlySpan<byte> Prefix => PrefixSymbols;

    private ReadOnlySpan<byte> Body => symbols.AsSpan(Prefix.Length);

    /// <summary>Makes a code from random symbols; each byte's low five bits are one symbol.</summary>
    /// <param name="kind">Form of the code.</param>
    /// <param name="fill">Source of random bytes: the system's secure generator in the product.</param>
    public static BackupCode Create(CodeKind kind, EntropyFill fill)
    {
        var length = Prefix.Length + SelectorLength + kind.SecretLength();
        var symbols = GC.AllocateArray<byte>(length + Checksum.Length, pinned: true);
        fill(symbols.AsSpan(Prefix.Length, length - Prefix.Length));
        foreach (ref var symbol in symbols.AsSpan(Prefix.Length, length - Prefix.Length))
        {
            symbol &= 31;
        }

        Prefix.CopyTo(symbols);
        Checksum.Compute(symbols.AsSpan(0, length), symbols.AsSpan(length));
        return new BackupCode(symbols, kind);
    }

    /// <summary>Reads what a person or a program typed. Forgives case, spaces, dashes, O for 0 and I or L for 1.</summary>
    /// <returns>The code, or why it cannot be one; a typo never costs a call to Vault and is never counted as a failure.</returns>
    public static BackupCodeParse Parse(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxTextLength)
        {
            return new BackupCodeParse.Malformed(CodeFlaw.TooLong);
        }

        var buffer = GC.AllocateArray<byte>(MaxTextLength, pinned: true);
        try
        {
            return TryRead(text, buffer, out var count, out var flaw)
                ? FromSymbols(buffer.AsSpan(0, count))
                : new BackupCodeParse.Malformed(flaw);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    /// <summary>Whether a text holds a code, however it is spelt: for words that are kept and shown, in which a code would be lost.</summary>
    public static bool IsWithin(ReadOnlySpan<char> text)
    {
        for (var start = 0; start < text.Length; start++)
        {
            if (Base32.Symbol(text[start]) == Prefix[0] && BeginsWithCode(text[start..]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether it is the same code; in constant time.</summary>
    public bool IsSame(BackupCode other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return CryptographicOperations.FixedTimeEquals(symbols, other.symbols);
    }

    /// <summary>A copy, to outlive this one.</summary>
    public BackupCode Copy() => OfSymbols(symbols);

    /// <summary>Writes the canonical text, <see cref="TextLength"/> characters; the caller zeroes it.</summary>
    public void WriteTo(Span<char> destination)
    {
        var at = 0;
        foreach (var symbol in Prefix)
        {
            destination[at++] = Base32.Character(symbol);
        }

        for (var i = 0; i < Body.Length; i++)
        {
            if (i % GroupLength == 0)
            {
                destination[at++] = '-';
            }

            destination[at++] = Base32.Character(Body[i]);
        }
    }

    /// <summary>Zeroes the code.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(symbols);

    /// <inheritdoc />
    public override string ToString() => "[backup code " + Selector + "]";

    /// <summary>The code that symbols are, checked before; they are copied.</summary>
    internal static BackupCode OfSymbols(ReadOnlySpan<byte> symbols) => ((BackupCodeParse.Parsed)FromSymbols(symbols)).Code;

    private static bool BeginsWithCode(ReadOnlySpan<char> text)
    {
        var symbols = 0;
        for (var end = 0; end < text.Length && end < MaxTextLength; end++)
        {
            if (IsSeparator(text[end]))
            {
                continue;
            }

            var symbol = Base32.Symbol(text[end]);
            if (symbol < 0 || (symbols < Prefix.Length && symbol != Prefix[symbols]))
            {
                return false;
            }

            symbols++;
            if (TryKind(symbols - Prefix.Length - SelectorLength - Checksum.Length, out _) && Parse(text[..(end + 1)]) is BackupCodeParse.Parsed parsed)
            {
                parsed.Code.Dispose();
                return true;
            }
        }

        return false;
    }

    private static bool TryRead(ReadOnlySpan<char> text, Span<byte> symbols, out int count, out CodeFlaw flaw)
    {
        (count, flaw) = (0, CodeFlaw.Length);
        foreach (var c in text)
        {
            if (IsSeparator(c))
            {
                continue;
            }

            var symbol = Base32.Symbol(c);
            if (symbol < 0)
            {
                flaw = CodeFlaw.Character;
                return false;
            }

            symbols[count++] = (byte)symbol;
        }

        return true;
    }

    private static BackupCodeParse FromSymbols(ReadOnlySpan<byte> symbols)
    {
        var secretLength = symbols.Length - Prefix.Length - SelectorLength - Checksum.Length;
        if (symbols.Length < Prefix.Length || !TryKind(secretLength, out var kind))
        {
            return new BackupCodeParse.Malformed(CodeFlaw.Length);
        }

        if (!symbols.StartsWith(Prefix))
        {
            return new BackupCodeParse.Malformed(CodeFlaw.Prefix);
        }

        if (!Checksum.Verifies(symbols))
        {
            return new BackupCodeParse.Malformed(CodeFlaw.Checksum);
        }

        var own = GC.AllocateArray<byte>(symbols.Length, pinned: true);
        symbols.CopyTo(own);
        return new BackupCodeParse.Parsed(new BackupCode(own, kind.Value));
    }

    private static bool TryKind(int secretLength, [NotNullWhen(true)] out CodeKind? kind)
    {
        kind = secretLength == CodeKind.Machine.SecretLength() ? CodeKind.Machine
            : secretLength == CodeKind.Printable.SecretLength() ? CodeKind.Printable
            : null;
        return kind is not null;
    }

    // Word processors turn dashes and spaces into their typographic kin; a code copied from a sheet still reads.
    private static bool IsSeparator(char c) => c is '-' or ' ' or '\t' or '\u00a0' or '\u2212' or (>= '\u2010' and <= '\u2015');

    private static string Text(ReadOnlySpan<byte> symbols)
    {
        Span<char> text = stackalloc char[SelectorLength];
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = Base32.Character(symbols[i]);
        }

        return new string(text);
    }
}
