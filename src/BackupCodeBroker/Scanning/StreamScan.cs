using System.IO.Compression;
using System.Security.Cryptography;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Scanning;

/// <summary>
/// Looks for codes in one stream after the other, in a buffer of its own and without ever holding a line: what may still become a code at the end of the buffer is
/// carried to its front. A byte order mark says that a text is UTF-16; everything else is looked at as it is, binary files too. What gzip packed is unpacked on the
/// way where the stream can be read anew.
/// </summary>
internal sealed class StreamScan(CodeFound found, Action<int> read) : IDisposable
{
    private const int BufferSize = 1 << 20;

    private static readonly byte[] Utf8Mark = [0xEF, 0xBB, 0xBF];

    // Pinned: the collector leaves no copies of what was read behind.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private TextPlace _place;

    /// <summary>Looks through a stream.</summary>
    /// <exception cref="IOException">It cannot be read to its end.</exception>
    /// <exception cref="InvalidDataException">It was packed by gzip and is damaged.</exception>
    public void Run(Stream stream, CancellationToken cancellation)
    {
        var head = stream.ReadAtLeast(_buffer.AsSpan(0, Utf8Mark.Length), Utf8Mark.Length, throwOnEndOfStream: false);
        switch (_buffer.AsSpan(0, head))
        {
            case [0x1F, 0x8B, 0x08] when stream.CanSeek:
                stream.Position = 0;
                using (var unpacked = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true))
                {
                    Run(unpacked.Read, 0, cancellation);
                }

                break;
            case [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]:
                using (var narrow = new Utf16Narrowing(stream, _buffer.AsSpan(2, head - 2), isBigEndian: _buffer[0] == 0xFE))
                {
                    Run(narrow.Read, 0, cancellation);
                }

                break;
            case [0xEF, 0xBB, 0xBF]:
                Run(stream.Read, 0, cancellation);
                break;
            default:
                Run(stream.Read, head, cancellation);
                break;
        }
    }

    /// <summary>Zeroes what was read.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);

    private void Run(SpanReader from, int held, CancellationToken cancellation)
    {
        _place = new TextPlace();
        read(held);
        for (var more = true; more;)
        {
            cancellation.ThrowIfCancellationRequested();
            var got = from(_buffer.AsSpan(held));
            read(got);
            more = got > 0;
            var bytes = _buffer.AsSpan(0, held + got);
            var done = Search(bytes, isEnd: !more);
            bytes[done..].CopyTo(_buffer);
            held = bytes.Length - done;
        }
    }

    // How many of the bytes are done with; the others may be the beginning of a code.
    private int Search(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        var done = 0;
        while (true)
        {
            using var code = CodeFinder.Next(bytes[done..], isEnd, out var start, out var end);
            _place.Pass(bytes.Slice(done, start));
            if (code is null)
            {
                return done + start;
            }

            found(code, _place.Line, _place.Column);
            _place.Pass(bytes[(done + start)..(done + end)]);
            done += end;
        }
    }

    private delegate int SpanReader(Span<byte> into);
}

/// <summary>Told of a code; it is zeroed once this returns.</summary>
internal delegate void CodeFound(BackupCode code, long line, long column);
