namespace BackupCodeBroker.Audit.Reading;

/// <summary>A stream that tells how much of it was read, and whether it begins as gzip does.</summary>
internal sealed class CountedStream(Stream inner, Action<long> read) : Stream
{
    private readonly byte[] _ahead = new byte[2];
    private int _aheadStart;
    private int _aheadEnd;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether it begins with gzip's two bytes; to be asked before anything is read.</summary>
    public bool IsGzip()
    {
        _aheadEnd = inner.ReadAtLeast(_ahead, _ahead.Length, throwOnEndOfStream: false);
        return _ahead is [0x1f, 0x8b];
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int got;
        if (_aheadStart < _aheadEnd)
        {
            got = Math.Min(buffer.Length, _aheadEnd - _aheadStart);
            _ahead.AsSpan(_aheadStart, got).CopyTo(buffer);
            _aheadStart += got;
        }
        else
        {
            got = inner.Read(buffer);
        }

        read(got);
        return got;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
