namespace BackupCodeBroker.Scanning;

/// <summary>A stream of which the beginning was read already: that comes first, then the rest. So what cannot be read anew, as standard input, can be unpacked.</summary>
internal sealed class RejoinedStream(byte[] begun, Stream rest) : Stream
{
    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_at == begun.Length)
        {
            return rest.Read(buffer);
        }

        var some = begun.AsSpan(_at, Math.Min(begun.Length - _at, buffer.Length));
        some.CopyTo(buffer);
        _at += some.Length;
        return some.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
