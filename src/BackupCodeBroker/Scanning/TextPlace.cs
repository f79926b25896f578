using System.Numerics;
using System.Runtime.Intrinsics;

namespace BackupCodeBroker.Scanning;

/// <summary>Where one is in a text that passes by: line and column, both from 1, the column in characters of UTF-8 as editors count them.</summary>
internal struct TextPlace
{
    // Bytes up to here, as signed numbers, go on with a character that began before.
    private const sbyte LastContinuation = -65;

    private long _lines;
    private long _characters;

    /// <summary>The line.</summary>
    public readonly long Line => _lines + 1;

    /// <summary>The column.</summary>
    public readonly long Column => _characters + 1;

    /// <summary>These bytes have passed.</summary>
    public void Pass(ReadOnlySpan<byte> bytes)
    {
        if (bytes.LastIndexOf((byte)'\n') is >= 0 and var last)
        {
            _lines += bytes[..last].Count((byte)'\n') + 1;
            _characters = 0;
            bytes = bytes[(last + 1)..];
        }

        _characters += Characters(bytes);
    }

    private static long Characters(ReadOnlySpan<byte> bytes)
    {
        var count = 0L;
        var continuation = Vector128.Create(LastContinuation);
        for (; bytes.Length >= Vector128<byte>.Count; bytes = bytes[Vector128<byte>.Count..])
        {
            count += BitOperations.PopCount(Vector128.GreaterThan(Vector128.Create(bytes).AsSByte(), continuation).ExtractMostSignificantBits());
        }

        foreach (var b in bytes)
        {
            count += (sbyte)b > LastContinuation ? 1 : 0;
        }

        return count;
    }
}
