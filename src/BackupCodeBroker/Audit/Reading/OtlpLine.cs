using System.Globalization;
using System.Text.Json;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>
/// Reads one line of what a collector's file exporter writes: OTLP in JSON, many records of all kinds, of which the <c>bcb.access</c> records are taken.
/// Ids are hex there and numbers may be texts, by OTLP's own JSON encoding.
/// </summary>
internal static class OtlpLine
{
    private static readonly string[] Times = ["timeUnixNano", "observedTimeUnixNano"];

    /// <summary>The access records in a line; <paramref name="fault"/> is called for each that is none.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static IReadOnlyList<AccessRecord> Read(ReadOnlySpan<byte> line, Action<string> fault)
    {
        var reader = new Utf8JsonReader(line);
        using var document = JsonDocument.ParseValue(ref reader);
        var records = new List<AccessRecord>();
        foreach (var log in Items(document.RootElement, "resourceLogs").SelectMany(r => Items(r, "scopeLogs")).SelectMany(s => Items(s, "logRecords")))
        {
            try
            {
                if (Record(log) is { } record)
                {
                    records.Add(record);
                }
            }
            catch (Exception wrong) when (wrong is LineFault or FormatException or InvalidOperationException or OverflowException)
            {
                fault(wrong is LineFault ? wrong.Message : "an access record with a value of the wrong type");
            }
        }

        records.Sort((a, b) => a.EndedAt.CompareTo(b.EndedAt));
        return records;
    }

    private static AccessRecord? Record(JsonElement log)
    {
        var values = Items(log, "attributes")
            .Where(a => a.ValueKind == JsonValueKind.Object && a.TryGetProperty("key", out _) && a.TryGetProperty("value", out _))
            .GroupBy(a => a.GetProperty("key").GetString() ?? "", StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Last().GetProperty("value"), StringComparer.Ordinal);
        if (Member(log, "eventName") != TelemetryNames.AccessEvent && !(values.TryGetValue("event.name", out var name) && TextOf(name) == TelemetryNames.AccessEvent))
        {
            return null;
        }

        string? Text(string key) => values.TryGetValue(key, out var value) ? TextOf(value) : null;
        string Needed(string key) => Text(key) ?? throw new LineFault($"an access record without {key}");
        int Count(string key) => Text(key) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        return AccessLine.Checked(new AccessRecord
        {
            StartedAt = DateTimeOffset.Parse(Needed(TelemetryNames.StartedAt), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            EndedAt = TimeOf(log),
            OperationId = Needed(TelemetryNames.OperationId),
            TraceId = Hex(Member(log, "traceId"), 16),
            SpanId = Hex(Member(log, "spanId"), 8),
            Operation = Needed(TelemetryNames.Operation),
            Identity = Text(TelemetryNames.Identity),
            CallerEntity = Text(TelemetryNames.CallerEntity),
            CallerAccessor = Text(TelemetryNames.CallerAccessor),
            CallerName = Text(TelemetryNames.CallerName),
            CallerKind = Enum.TryParse<CallerKind>(Text(TelemetryNames.CallerKind), ignoreCase: true, out var kind) ? kind : CallerKind.Unknown,
            Owner = Text(TelemetryNames.Owner),
            Outcome = Needed(TelemetryNames.Outcome),
            Reason = Text(TelemetryNames.Reason),
            Generation = Text(TelemetryNames.Generation) is { } generation ? int.Parse(generation, CultureInfo.InvariantCulture) : null,
            Profile = Text(TelemetryNames.Profile),
            ProfileDigest = Text(TelemetryNames.ProfileDigest),
            Approval = Text(TelemetryNames.Approval),
            PersonUsedMachineCode = Text(TelemetryNames.PersonUsedMachineCode) is "true",
            Replica = Text(TelemetryNames.Replica),
            VaultCalls = Count(TelemetryNames.VaultCalls),
            VaultUncertain = Count(TelemetryNames.VaultUncertain),
            VaultRequests = values.TryGetValue(TelemetryNames.VaultRequests, out var ids) ? [.. TextsOf(ids)] : [],
        });
    }

    // In hex by OTLP's JSON encoding; in base64 where somebody used protobuf's.
    private static string Hex(string? id, int bytes)
    {
        if (id is null || id.Length == bytes * 2)
        {
            return id ?? throw new LineFault("an access record without trace and span");
        }

        var raw = Convert.FromBase64String(id);
        return raw.Length == bytes ? Convert.ToHexStringLower(raw) : throw new LineFault("trace or span id is none");
    }

    private static DateTimeOffset TimeOf(JsonElement log)
    {
        var nanoseconds = Times.Select(n => Member(log, n)).FirstOrDefault(t => t is not (null or "0")) ?? throw new LineFault("an access record without a time");
        return DateTimeOffset.UnixEpoch.AddTicks((long)(ulong.Parse(nanoseconds, CultureInfo.InvariantCulture) / 100));
    }

    private static IEnumerable<JsonElement> Items(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : [];

    private static string? Member(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? Scalar(value) : null;

    private static string? TextOf(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.EnumerateObject().FirstOrDefault() is { Value.ValueKind: not JsonValueKind.Undefined } one ? Scalar(one.Value) : null;

    private static IEnumerable<string> TextsOf(JsonElement value) => value.TryGetProperty("arrayValue", out var array)
        ? Items(array, "values").Select(TextOf).OfType<string>().Take(AccessRecord.MaxRequestIds)
        : [];

    private static string? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };
}
