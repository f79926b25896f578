using System.IO.Compression;
using System.Text;
using System.Text.Json;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>What a source gave next: one of the two, and when.</summary>
internal readonly record struct AuditItem(DateTimeOffset Time, AuditEntry? Entry, AccessRecord? Record);

/// <summary>Kinds of sources.</summary>
internal enum InputKind
{
    /// <summary>No line of it could be read.</summary>
    Unknown,

    /// <summary>Vault's audit log.</summary>
    VaultAudit,

    /// <summary>A broker's access file.</summary>
    AccessRecords,

    /// <summary>OTLP in JSON.</summary>
    Otlp,
}

/// <summary>
/// One file, or standard input, as items in the order of its lines. What a file is, its first readable line tells; gzip its first bytes. A file is
/// looked into, closed, and opened again when its time comes, so that a thousand rotated files need one handle.
/// </summary>
internal sealed class AuditInput(int number, string name, Func<Stream> open, bool staysOpen, LineFaults faults, Action<long> progress) : IDisposable
{
    /// <summary>Longest line that is read; longer ones are reported.</summary>
    public const int MaxLine = 4 * 1024 * 1024;

    private const int MaxLost = 10_000;
    private const int MaxBatch = 16 * 1024 * 1024;

    private readonly AuditLine _auditLine = new();
    private readonly Queue<AccessRecord> _batch = new();
    private CountedStream? _raw;
    private LineReader? _lines;
    private AuditItem? _head;
    private readonly List<(DateTimeOffset? After, long Line)> _lost = [];
    private bool _isPacked;
    private bool _looking;

    /// <summary>Items that say they are from after this are not read.</summary>
    public DateTimeOffset Latest { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Its name, as given.</summary>
    public string Name => name;

    /// <summary>What it is.</summary>
    public InputKind Kind { get; private set; }

    /// <summary>Lines read.</summary>
    public long Lines { get; private set; }

    /// <summary>Lines that could not be read.</summary>
    public long Unreadable { get; private set; }

    /// <summary>
    /// Lines that may have been Vault's entries and could not be read, the first of them, each with the time of what was read before it: of Vault's log
    /// those that were begun as JSON, and of a file of no known kind all. The last line of a file that is
    /// still being written has no end; a packed file is not being written.
    /// </summary>
    public IEnumerable<(DateTimeOffset? After, long Line)> Lost => Kind is InputKind.VaultAudit or InputKind.Unknown ? _lost : [];

    /// <summary>Time of the first item.</summary>
    public DateTimeOffset? First { get; private set; }

    /// <summary>Time of the last item.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>Whether values are logged in clear.</summary>
    public bool IsRaw { get; private set; }

    /// <summary>Looks for the first item and closes the source again, where it can be opened anew.</summary>
    public DateTimeOffset? Look()
    {
        _looking = true;
        var first = Next()?.Time;
        _looking = false;
        if (staysOpen)
        {
            _head = first is null ? null : _head;
            return first;
        }

        Close();
        (Lines, Unreadable, First, Last, _head) = (0, 0, null, null, null);
        _batch.Clear();
        return first;
    }

    /// <summary>The next item; null at the end.</summary>
    public AuditItem? Next()
    {
        if (!_looking && _head is { } head)
        {
            _head = null;
            return head;
        }

        Open();
        while (true)
        {
            if (_batch.TryDequeue(out var record))
            {
                if (record.EndedAt > Latest)
                {
                    Unread("an access record from the future");
                    continue;
                }

                return Seen(new AuditItem(record.EndedAt, null, record));
            }

            if (!TryLine(out var line))
            {
                Close();
                return null;
            }

            Lines++;
            if (Take(line) is { } item && (item.Time <= Latest ? item : Unread("its time lies in the future", isLost: true)) is { } read)
            {
                return Seen(read);
            }
        }
    }

    /// <summary>What the report says of it.</summary>
    public AuditSource ToSource() => new(
        name,
        Kind switch { InputKind.VaultAudit => "vault-audit", InputKind.AccessRecords => "access-records", InputKind.Otlp => "otlp", _ => "unknown" },
        Lines,
        Unreadable,
        First,
        Last);

    public void Dispose() => Close();

    // A file whose compression breaks off is as far as it goes.
    private bool TryLine(out ReadOnlySpan<byte> line)
    {
        try
        {
            return _lines!.TryRead(out line);
        }
        catch (InvalidDataException)
        {
            Unread("its compression is damaged or cut off; what follows cannot be read", _lines!.Line + 1, isLost: true);
            line = default;
            return false;
        }
    }

    private AuditItem Seen(AuditItem item)
    {
        First ??= item.Time;
        Last = Last is { } last && last > item.Time ? last : item.Time;
        _head = _looking && staysOpen ? item : _head;
        return item;
    }

    private void Open()
    {
        if (_lines is not null)
        {
            return;
        }

        _raw = new CountedStream(open(), _looking ? _ => { } : progress);
        _isPacked = _raw.IsGzip();
        _lines = new LineReader(_isPacked ? new GZipStream(_raw, CompressionMode.Decompress) : _raw, Kind == InputKind.AccessRecords ? MaxLine : MaxBatch);
    }

    private void Close()
    {
        _lines?.Dispose();
        _raw?.Dispose();
        (_lines, _raw) = (null, null);
    }

    private AuditItem? Take(ReadOnlySpan<byte> line)
    {
        if (_lines!.WasTooLong || line.Length > MaxLine && Kind != InputKind.Otlp && !LooksLikeOtlp(line))
        {
            return Unread("longer than 4 MiB", isLost: true);
        }

        var brace = line.IndexOf((byte)'{');
        if (brace < 0)
        {
            return line.Trim(" \t\0"u8).IsEmpty ? null : Unread("not JSON", isLost: Kind == InputKind.Unknown);
        }

        try
        {
            return Parse(line[brace..]);
        }
        catch (JsonException)
        {
            return Unread(_lines.WasCutOff ? "cut off" : "not JSON, cut off, or a member is missing or of the wrong type", isLost: !_lines.WasCutOff || _isPacked);
        }
        catch (LineFault fault)
        {
            return Unread(fault.Message, isLost: true);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or FormatException or DecoderFallbackException)
        {
            return Unread("a value of the wrong type", isLost: true);
        }
    }

    private AuditItem? Parse(ReadOnlySpan<byte> json)
    {
        if (Kind == InputKind.Unknown)
        {
            Kind = LineKind.Of(json);
        }

        switch (Kind)
        {
            case InputKind.VaultAudit:
                var entry = _auditLine.Read(json, new Place(number, _lines!.Line));
                IsRaw |= entry.Token.InClear;
                return new AuditItem(entry.Time, entry, null);
            case InputKind.AccessRecords:
                var record = AccessLine.Read(json);
                return new AuditItem(record.EndedAt, null, record);
            case InputKind.Otlp:
                foreach (var one in OtlpLine.Read(json, why => Unread(why)))
                {
                    _batch.Enqueue(one);
                }

                return null;
            default:
                return Unread("neither Vault's audit log nor access records", isLost: true);
        }
    }

    private static bool LooksLikeOtlp(ReadOnlySpan<byte> line) => line.StartsWith("{\"resource"u8);

    private AuditItem? Unread(string why, long? at = null, bool isLost = false)
    {
        Unreadable++;
        if (!_looking)
        {
            if (isLost && _lost.Count < MaxLost)
            {
                _lost.Add((Last, at ?? _lines!.Line));
            }

            faults.Add(new UnreadableLine(name, at ?? _lines!.Line, at is null ? _lines!.Offset : _lines!.Position, why));
        }

        return null;
    }
}
