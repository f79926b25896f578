using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Report;

/// <summary>
/// The report as <c>--json</c> prints it: every member of <see cref="AuditReport"/> under its name in snake case, enumerations in kebab case, times
/// as ISO 8601 in UTC with milliseconds, durations in seconds, and what is absent left out. The report's types are the schema, so the two cannot part.
/// </summary>
internal static class AuditJson
{
    /// <summary>Raised where a member goes or means something else; new members do not raise it.</summary>
    private const int Version = 1;

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower), new Times(), new Durations() },
    };

    /// <summary>The whole report.</summary>
    public static JsonObject Write(AuditReport report)
    {
        // Lives are most of a large report: each by itself needs no buffer as large as all.
        var all = JsonSerializer.SerializeToNode(report with { Sets = [] }, Format)!.AsObject();
        all["sets"] = new JsonArray([.. report.Sets.Select(set => JsonSerializer.SerializeToNode(set, Format))]);
        all.Remove("explained");
        var json = new JsonObject { ["version"] = Version, ["explained"] = report.Explained, ["verdict"] = Words.Verdict(report) };
        foreach (var (name, value) in all.ToList())
        {
            all.Remove(name);
            json[name] = value;
        }

        return json;
    }

    private sealed class Times : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Words.Iso(value));
    }

    private sealed class Durations : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => TimeSpan.FromSeconds(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteRawValue(Math.Round(value.TotalSeconds, 3).ToString("0.###", CultureInfo.InvariantCulture));
    }
}
