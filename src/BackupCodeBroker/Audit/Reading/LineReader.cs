using System.Buffers;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>
/// Lines of a stream as they lie in one pooled buffer, which grows to the longest line and no further than <paramref name="maxLine"/>: of a longer
/// one only the beginning is given, and the rest is passed over.
/// </summary>
internal sealed class LineReader(Stream stream, int maxLine) : IDisposable
{
    private const int FirstBuffer = 256 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _start;
    private int _end;
    private bool _atEnd;

    /// <summary>Number of the line that was read last, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Where that line begins, in bytes.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes up to and including that line.</summary>
    public long Position { get; private set; }

    /// <summary>Whether that line was longer than allowed.</summary>
    public bool WasTooLong { get; private set; }

    /// <summary>Whether that line had no end: the stream ended within it.</summary>
    public bool WasCutOff { get; private set; }

    /// <summary>The next line, without its end; it is gone with the next call. False at the end of the stream.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        Offset = Position;
        (WasTooLong, WasCutOff) = (false, false);
        var searched = 0;
        while (true)
        {
            var newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                line = Take(searched + newline, 1);
                return true;
            }

            searched = _end - _start;
            if (searched > maxLine)
            {
                return PassOver(out line);
            }

            if (_atEnd || !Fill())
            {
                WasCutOff = searched > 0;
                line = Take(searched, 0);
                return searched > 0;
            }
        }
    }

    public void Dispose()
    {
        stream.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = [];
    }

    private ReadOnlySpan<byte> Take(int length, int end)
    {
        var line = _buffer.AsSpan(_start, length);
        _start += length + end;
        Position += length + end;
        Line += length + end > 0 ? 1 : 0;
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private bool PassOver(out ReadOnlySpan<byte> line)
    {
        WasTooLong = true;
        Line++;
        while (true)
        {
            var newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            var passed = newline >= 0 ? newline + 1 : _end - _start;
            _start += passed;
            Position += passed;
            if (newline >= 0 || _atEnd || !Fill())
            {
                line = default;
                return true;
            }
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
            _buffer = larger;
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _atEnd = read == 0;
        return read > 0;
    }
}
