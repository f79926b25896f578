using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>Reads the span that an audited <c>traceparent</c> names; Vault logs a header's values as an array.</summary>
internal static class TraceParent
{
    // 00-TRACE-SPAN-FLAGS
    private const int Length = 55;

    /// <summary>The span, or null where the header is none.</summary>
    public static SpanName? Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return Here(ref reader);
        }

        SpanName? span = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            span ??= Here(ref reader);
        }

        return span;
    }

    private static SpanName? Here(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return Of(reader.ValueSpan);
        }

        reader.Skip();
        return null;
    }

    private static SpanName? Of(ReadOnlySpan<byte> header)
    {
        Span<byte> bytes = stackalloc byte[24];
        return header.Length >= Length && header[2] == '-' && header[35] == '-' && header[52] == '-'
            && Convert.FromHexString(header[3..35], bytes, out _, out _) == OperationStatus.Done
            && Convert.FromHexString(header[36..52], bytes[16..], out _, out _) == OperationStatus.Done
            ? new SpanName(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]))
            : null;
    }
}
