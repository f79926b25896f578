using System.Security.Cryptography;
using System.Text;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Cli.Retrieving;

/// <summary>A text with codes in it on its way into a file, in memory that is zeroed: no code becomes a string, and none is left in a buffer that somebody else keeps.</summary>
internal sealed class SecretPage : TextWriter
{
    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(1 << 14, pinned: true);
    private int _length;

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>What was written, in UTF-8.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        var most = Encoding.UTF8.GetMaxByteCount(buffer.Length);
        if (_bytes.Length - _length < most)
        {
            Grow(_length + most);
        }

        _length += Encoding.UTF8.GetBytes(buffer, _bytes.AsSpan(_length));
    }

    /// <summary>A code's text.</summary>
    public void Write(BackupCode code)
    {
        Span<char> text = stackalloc char[code.TextLength];
        code.WriteTo(text);
        Write(text);
        text.Clear();
    }

    /// <inheritdoc/>
    public override string ToString() => "[page with backup codes]";

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(_bytes);
        base.Dispose(disposing);
    }

    private void Grow(int least)
    {
        var larger = GC.AllocateUninitializedArray<byte>(Math.Max(least, _bytes.Length * 2), pinned: true);
        Written.CopyTo(larger);
        CryptographicOperations.ZeroMemory(_bytes);
        _bytes = larger;
    }
}
