using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace BackupCodeBroker.Core.Audit;

/// <summary>
/// A secret value as the audit log tells it: Vault's HMAC of it, the same for the same value on one device. Values that a device logs in clear are
/// kept as a digest, so that nothing of the audit holds a token.
/// </summary>
/// <param name="High">First half.</param>
/// <param name="Low">Second half.</param>
/// <param name="InClear">Whether the log had the value itself.</param>
public readonly record struct Mark(UInt128 High, UInt128 Low, bool InClear = false)
{
    private const int HexLength = 64;
    private const int ShortText = 4096;

    private static ReadOnlySpan<byte> Prefix => "hmac-sha256:"u8;

    /// <summary>Whether there is no value.</summary>
    public bool IsNone => this == default;

    /// <summary>Reads one; an empty text is none.</summary>
    public static Mark Of(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[HexLength / 2];
        if (text.StartsWith(Prefix) && text.Length == Prefix.Length + HexLength
            && Convert.FromHexString(text[Prefix.Length..], bytes, out _, out _) == System.Buffers.OperationStatus.Done)
        {
            return new Mark(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]));
        }

        SHA256.HashData(text[..Math.Min(text.Length, ShortText)], bytes);
        return new Mark(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]), InClear: true);
    }

    /// <summary>Reads one.</summary>
    public static Mark Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>The HMAC as it stands in the log; never a value that was logged in clear.</summary>
    public override string ToString() =>
        IsNone ? "" : InClear ? "(logged in clear)" : $"hmac-sha256:{High:x32}{Low:x32}";
}
