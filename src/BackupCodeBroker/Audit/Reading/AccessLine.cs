using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>Reads one line of a broker's access file.</summary>
internal static class AccessLine
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        // A line's own time is when its operation ended.
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameEnd } },
    };

    /// <summary>Reads a line.</summary>
    /// <exception cref="LineFault">It is no access record.</exception>
    /// <exception cref="JsonException">It is not JSON, or a member is missing or of the wrong type.</exception>
    public static AccessRecord Read(ReadOnlySpan<byte> line) =>
        Checked(JsonSerializer.Deserialize<AccessRecord>(line, Format) ?? throw new LineFault("no access record"));

    /// <summary>The record, if its ids are ids and its times are in order.</summary>
    public static AccessRecord Checked(AccessRecord record) =>
        !TryNameOf(record, out _) ? throw new LineFault("trace or span id is none")
        : record.EndedAt < record.StartedAt ? throw new LineFault("it ended before it began")
        : record.VaultCalls < 0 || record.VaultUncertain < 0 ? throw new LineFault("a count is negative")
        : record.VaultRequests.Any(string.IsNullOrEmpty) ? throw new LineFault("a request's id is none")
        : record with { StartedAt = JsonWalk.Sound(record.StartedAt, "started_at"), EndedAt = JsonWalk.Sound(record.EndedAt, "time") };

    /// <summary>The name of a record's span.</summary>
    public static bool TryNameOf(AccessRecord record, out SpanName name)
    {
        var read = UInt128.TryParse(record.TraceId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var trace)
            & ulong.TryParse(record.SpanId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var span);
        name = new SpanName(trace, span);
        return read && record.TraceId.Length == 32 && record.SpanId.Length == 16 && span != 0;
    }

    private static void NameEnd(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(p => p.Name == "ended_at"))
        {
            property.Name = "time";
        }
    }
}
