using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
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
    };

    /// <summary>Reads a line.</summary>
    /// <exception cref="LineFault">It is no access record.</exception>
    /// <exception cref="JsonException">It is not JSON, or a member is missing or of the wrong type.</exception>
    public static AccessRecord Read(ReadOnlySpan<byte> line)
    {
        var said = JsonSerializer.Deserialize<Line>(line, Format) ?? throw new LineFault("no access record");
        return Checked(new AccessRecord
        {
            StartedAt = said.StartedAt,
            EndedAt = said.Time,
            OperationId = said.OperationId,
            TraceId = said.TraceId,
            SpanId = said.SpanId,
            Operation = said.Operation,
            Identity = said.Identity,
            CallerEntity = said.CallerEntity,
            CallerAccessor = said.CallerAccessor,
            CallerName = said.CallerName,
            CallerKind = said.CallerKind,
            Owner = said.Owner,
            Outcome = said.Outcome,
            Reason = said.Reason,
            Generation = said.Generation,
            Profile = said.Profile,
            ProfileDigest = said.ProfileDigest,
            PersonUsedMachineCode = said.PersonUsedMachineCode,
            Replica = said.Replica,
            VaultCalls = said.VaultCalls,
            VaultUncertain = said.VaultUncertain,
            VaultRequests = said.VaultRequests ?? [],
        });
    }

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

    private sealed record Line
    {
        public required DateTimeOffset Time { get; init; }

        public required DateTimeOffset StartedAt { get; init; }

        public required string OperationId { get; init; }

        public required string TraceId { get; init; }

        public required string SpanId { get; init; }

        public required string Operation { get; init; }

        public string? Identity { get; init; }

        public string? CallerEntity { get; init; }

        public string? CallerAccessor { get; init; }

        public string? CallerName { get; init; }

        public CallerKind CallerKind { get; init; }

        public string? Owner { get; init; }

        public required string Outcome { get; init; }

        public string? Reason { get; init; }

        public int? Generation { get; init; }

        public string? Profile { get; init; }

        public string? ProfileDigest { get; init; }

        public bool PersonUsedMachineCode { get; init; }

        public string? Replica { get; init; }

        public int VaultCalls { get; init; }

        public int VaultUncertain { get; init; }

        public IReadOnlyList<string>? VaultRequests { get; init; }
    }
}
