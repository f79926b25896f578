using System.Security.Cryptography;

namespace BackupCodeBroker.Core.Codes;

/// <summary>
/// Finds codes in bytes of any kind, by format and checksum alone: whatever <see cref="BackupCode.Parse"/> reads is found wherever it stands, in ASCII, UTF-8 and,
/// as a zero byte counts for nothing, UTF-16 in the middle of a binary. What stands before and after is not looked at: a code that is glued to other letters is
/// one all the same, and the checksum lets one look-alike in a million through. The search jumps from one B to the next; only what goes on like a prefix is read.
/// </summary>
public static class CodeFinder
{
    /// <summary>Most bytes that a code can take: characters of at most three bytes each. A buffer has to be larger.</summary>
    public const int MaxBytes = BackupCode.MaxTextLength * 3;

    private const byte Separator = 64, Lead = 65, Other = 255;

    private static readonly int ShortLength = LengthOf(CodeKind.Printable), LongLength = LengthOf(CodeKind.Machine);

    // What a byte is: a symbol, a separator, the beginning of a longer separator, or nothing of a code.
    private static readonly byte[] Meanings = Meaning();

    private enum Reading
    {
        No,
        Found,

        // The bytes end too early to tell.
        Open,
    }

    /// <summary>Finds the next code.</summary>
    /// <param name="bytes">Where to look.</param>
    /// <param name="isEnd">Whether nothing follows these bytes.</param>
    /// <param name="start">Where the code begins; where none is found, from where on the bytes have to be shown again with what follows them.</param>
    /// <param name="end">Where it ends.</param>
    /// <returns>The code, or null.</returns>
    public static BackupCode? Next(ReadOnlySpan<byte> bytes, bool isEnd, out int start, out int end)
    {
        Span<byte> symbols = stackalloc byte[LongLength];
        for (start = 0; ; start++)
        {
            var next = bytes[start..].IndexOfAny((byte)'B', (byte)'b');
            if (next < 0)
            {
                start = end = bytes.Length;
                return null;
            }

            start += next;
            if (start + 1 < bytes.Length && !MayFollow(bytes[start + 1]))
            {
                continue;
            }

            var reading = Read(bytes[start..], isEnd, symbols, out var length, out var count);
            end = start + length;
            if (reading == Reading.Found)
            {
                return Made(symbols[..count]);
            }

            if (reading == Reading.Open)
            {
                return null;
            }
        }
    }

    // The second symbol of the prefix is a C.
    private static bool MayFollow(byte b) => Meanings[b] is 12 or Separator or Lead;

    private static BackupCode Made(Span<byte> symbols)
    {
        var code = BackupCode.OfSymbols(symbols);
        CryptographicOperations.ZeroMemory(symbols);
        return code;
    }

    private static Reading Read(ReadOnlySpan<byte> bytes, bool isEnd, Span<byte> symbols, out int length, out int count)
    {
        (length, count) = (0, 0);
        var (at, read) = (0, 0);
        for (var characters = 0; characters < BackupCode.MaxTextLength; characters++)
        {
            if (at >= bytes.Length)
            {
                return isEnd ? Known(count) : Reading.Open;
            }

            var meaning = Meanings[bytes[at]];
            if (meaning < 32)
            {
                symbols[read++] = meaning;
                at++;
                if (!IsPrefix(symbols, read))
                {
                    return Reading.No;
                }

                if ((read == ShortLength || read == LongLength) && Checksum.Verifies(symbols[..read]))
                {
                    (length, count) = (at, read);
                }

                if (read == LongLength)
                {
                    return Known(count);
                }
            }
            else if (meaning == Separator)
            {
                at++;
            }
            else if (meaning == Lead && !isEnd && IsCut(bytes[at..]))
            {
                return Reading.Open;
            }
            else if (meaning == Lead && SeparatorLength(bytes[at..]) is > 0 and var wide)
            {
                at += wide;
            }
            else
            {
                return Known(count);
            }
        }

        return Known(count);
    }

    private static Reading Known(int count) => count > 0 ? Reading.Found : Reading.No;

    private static bool IsPrefix(ReadOnlySpan<byte> symbols, int read) =>
        read > BackupCode.Prefix.Length || symbols[read - 1] == BackupCode.Prefix[read - 1];

    private static bool IsCut(ReadOnlySpan<byte> bytes) => bytes.Length < (bytes[0] == 0xC2 ? 2 : 3);

    // U+00A0; U+2010 to U+2015, U+2212: those that reading forgives.
    private static int SeparatorLength(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xC2, 0xA0, ..] => 2,
        [0xE2, 0x80, >= 0x90 and <= 0x95, ..] => 3,
        [0xE2, 0x88, 0x92, ..] => 3,
        _ => 0,
    };

    private static int LengthOf(CodeKind kind) => BackupCode.Prefix.Length + BackupCode.SelectorLength + kind.SecretLength() + Checksum.Length;

    private static byte[] Meaning()
    {
        var meanings = new byte[256];
        for (var b = 0; b < meanings.Length; b++)
        {
            var symbol = b < 128 ? Base32.Symbol((char)b) : -1;
            meanings[b] = symbol >= 0 ? (byte)symbol
                : b is '-' or ' ' or '\t' or 0 ? Separator
                : b is 0xC2 or 0xE2 ? Lead
                : Other;
        }

        return meanings;
    }
}
