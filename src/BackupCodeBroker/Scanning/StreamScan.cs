using System.IO.Compression;
using System.Security.Cryptography;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Scanning;

/// <summary>
/// Looks for codes in one stream after the other, in a buffer of its own and without ever holding a line: what may still become a code at the end of the buffer is
/// carried to its front. A byte order mark says that a text is UTF-16; everything else is looked at as it is, binary files too. What gzip packed is unpacked on the
/// way; what others packed is looked at as it is, and told of.
/// </summary>
internal sealed class StreamScan(CodeFound found, Action<int> read) : IDisposable
{
    private const int BufferSize = 1 << 20;

    // What tells one kind of file from another.
    private const int HeadSize = 6;

    // Pinned: the collector leaves no copies of what was read behind.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private TextPlace _place;

    /// <summary>Looks through a stream; whether it was its content that was looked at, and not what a packer other than gzip made of it.</summary>
    /// <exception cref="IOException">It cannot be read to its end.</exception>
    /// <exception cref="InvalidDataException">It was packed by gzip and is damaged or cut off.</exception>
    public bool Run(Stream stream, CancellationToken cancellation)
    {
        var head = stream.ReadAtLeast(_buffer.AsSpan(0, HeadSize), HeadSize, throwOnEndOfStream: false);
        switch (_buffer.AsSpan(0, head))
        {
            case [0x1F, 0x8B, 0x08, ..]:
                using (var unpacked = new GZipStream(Rejoined(stream, 0, head), CompressionMode.Decompress))
                {
                    Run(unpacked.Read, 0, cancellation);
                }

                return true;
            case [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]:
                using (var narrow = new Utf16Narrowing(Rejoined(stream, 2, head), isBigEndian: _buffer[0] == 0xFE))
                {
                    Run(narrow.Read, 0, cancellation);
                }

                return true;
            case [0xEF, 0xBB, 0xBF, .. var text]:
                text.CopyTo(_buffer);
                Run(stream.Read, text.Length, cancellation);
                return true;
            case var other:
                var isPacked = IsPacked(other);
                Run(stream.Read, head, cancellation);
                return !isPacked;
        }
    }

    /// <summary>Zeroes what was read.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);

    // zip and what is one (jar, docx), xz, Zstandard, bzip2, 7-Zip, LZ4, rar.
    private static bool IsPacked(ReadOnlySpan<byte> head) => head is
        [0x50, 0x4B, 0x03, 0x04, ..] or [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, ..] or [0x28, 0xB5, 0x2F, 0xFD, ..] or [0x42, 0x5A, 0x68, >= 0x31 and <= 0x39, 0x31, 0x41, ..]
        or [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, ..] or [0x04, 0x22, 0x4D, 0x18, ..] or [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, ..];

    private RejoinedStream Rejoined(Stream stream, int from, int to) => new(_buffer[from..to], stream);

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
