using System.Security.Cryptography;

namespace BackupCodeBroker.Scanning;

/// <summary>
/// UTF-16 read as one byte a character, which is all that looking for codes needs: ASCII stays what it is, the other separators that reading forgives become a dash, and
/// everything else a byte that belongs to no code. A pair of surrogates is one character, so that columns are right.
/// </summary>
internal sealed class Utf16Narrowing : IDisposable
{
    private const byte Foreign = 0xFF, FirstOfPair = 0x80;
    private const int BufferSize = 1 << 16;

    private readonly Stream _stream;
    private readonly bool _isBigEndian;
    private readonly byte[] _raw = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private int _held;

    /// <param name="stream">What follows the byte order mark.</param>
    /// <param name="isBigEndian">Order of the bytes.</param>
    public Utf16Narrowing(Stream stream, bool isBigEndian) => (_stream, _isBigEndian) = (stream, isBigEndian);

    /// <summary>Reads some characters; none at the end, where half a character may be left over.</summary>
    public int Read(Span<byte> into)
    {
        var most = Math.Min(into.Length, BufferSize / 2);
        var got = _stream.ReadAtLeast(_raw.AsSpan(_held, most * 2 - _held), 2 - _held, throwOnEndOfStream: false);
        var raw = _raw.AsSpan(0, _held + got);
        var count = raw.Length / 2;
        for (var i = 0; i < count; i++)
        {
            into[i] = Narrow((char)(_isBigEndian ? raw[2 * i] << 8 | raw[2 * i + 1] : raw[2 * i + 1] << 8 | raw[2 * i]));
        }

        raw[(2 * count)..].CopyTo(_raw);
        _held = raw.Length % 2;
        return count;
    }

    /// <summary>Zeroes what was read.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_raw);

    private static byte Narrow(char c) => c switch
    {
        < '\u0080' => (byte)c,
        '\u00a0' or '\u2212' or (>= '\u2010' and <= '\u2015') => (byte)'-',
        _ => char.IsHighSurrogate(c) ? FirstOfPair : Foreign,
    };
}
