using System.IO.Compression;
using System.Text.Json;
using BackupCodeBroker.Core.Reports;

namespace BackupCodeBroker.Reporting;

/// <summary>Some rows, small.</summary>
internal sealed class PackedRows
{
    // The fastest that there is: rows are alike, and anything finds that.
    private const int Quality = 1;
    private const int Window = 18;

    private readonly byte[] _packed;
    private readonly int _length;

    private PackedRows(byte[] packed, int length, string last) => (_packed, _length, Last) = (packed, length, last);

    /// <summary>Name of the last of them.</summary>
    public string Last { get; }

    /// <summary>Bytes that they take.</summary>
    public int Bytes => _packed.Length;

    /// <summary>Packs rows, of which there is one at least.</summary>
    public static PackedRows Of(List<ReportRow> rows)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(rows, ReportJson.Default.ListReportRow);
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
        if (!BrotliEncoder.TryCompress(plain, packed, out var written, Quality, Window))
        {
            throw new InvalidOperationException("rows do not fit into the room for the worst case");
        }

        return new PackedRows(packed[..written], plain.Length, rows[^1].Identity);
    }

    /// <summary>The rows.</summary>
    public List<ReportRow> Open()
    {
        var plain = new byte[_length];
        return BrotliDecoder.TryDecompress(_packed, plain, out var written) && written == _length
            ? JsonSerializer.Deserialize(plain, ReportJson.Default.ListReportRow)!
            : throw new InvalidOperationException("rows that were packed cannot be opened");
    }
}
