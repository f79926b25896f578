using System.Globalization;
using System.Text.Json.Nodes;

namespace BackupCodeBroker.IntegrationTests.Audit;

/// <summary>A line of an access file as a collector's file exporter would write the same record.</summary>
internal static class Otlp
{
    public static string Of(string line)
    {
        var record = JsonNode.Parse(line)!.AsObject();
        var attributes = new JsonArray();
        foreach (var (name, value) in record.Where(m => m.Value is not null && m.Key is not ("time" or "trace_id" or "span_id")))
        {
            attributes.Add(new JsonObject { ["key"] = NameOf(name), ["value"] = ValueOf(value!) });
        }

        var time = DateTimeOffset.Parse(record["time"]!.GetValue<string>(), CultureInfo.InvariantCulture);
        var log = new JsonObject
        {
            ["timeUnixNano"] = ((time - DateTimeOffset.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture),
            ["eventName"] = "bcb.access",
            ["traceId"] = record["trace_id"]!.GetValue<string>(),
            ["spanId"] = record["span_id"]!.GetValue<string>(),
            ["attributes"] = attributes,
        };
        var scope = new JsonObject { ["logRecords"] = new JsonArray(log) };
        return new JsonObject { ["resourceLogs"] = new JsonArray(new JsonObject { ["scopeLogs"] = new JsonArray(scope) }) }.ToJsonString();
    }

    private static string NameOf(string name) => "bcb." + name switch
    {
        _ when name.StartsWith("caller_", StringComparison.Ordinal) => "caller." + name["caller_".Length..],
        _ when name.StartsWith("vault_", StringComparison.Ordinal) => "vault." + name["vault_".Length..],
        "profile_digest" => "profile.digest",
        _ => name,
    };

    private static JsonObject ValueOf(JsonNode value) => value switch
    {
        JsonArray array => new JsonObject { ["arrayValue"] = new JsonObject { ["values"] = new JsonArray([.. array.Select(i => (JsonNode)ValueOf(i!))]) } },
        JsonValue v when v.TryGetValue<string>(out var text) => new JsonObject { ["stringValue"] = text },
        JsonValue v when v.TryGetValue<bool>(out var flag) => new JsonObject { ["boolValue"] = flag },
        _ => new JsonObject { ["intValue"] = value.ToJsonString() },
    };
}
