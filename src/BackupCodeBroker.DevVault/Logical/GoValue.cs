using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupCodeBroker.DevVault.Logical;

/// <summary>JSON values as Go names and prints them, because Vault's error texts do.</summary>
internal static class GoValue
{
    /// <summary>A scalar's text: the string itself, or the number as it was written.</summary>
    public static string Text(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.ToJsonString(),
    };

    /// <summary>Go's <c>%v</c>.</summary>
    public static string Print(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject map => "map[" + string.Join(' ', map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + ":" + Print(p.Value))) + "]",
        JsonArray array => "[" + string.Join(' ', array.Select(Print)) + "]",
        _ => Text((JsonValue)node),
    };

    public static string TypeName(JsonNode? node) => node switch
    {
        JsonObject => "map[string]interface {}",
        JsonArray => "[]interface {}",
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValue value when value.GetValueKind() is JsonValueKind.Number => "json.Number",
        _ => "string",
    };

    public static string KindName(JsonNode? node) => node switch
    {
        JsonObject => "map",
        JsonArray => "slice",
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "string",
    };

    /// <summary>Go's <c>%q</c> for the characters that matter.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"", text.Length + 2);
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                '\r' => quoted.Append("\\r"),
                < ' ' or '\x7f' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Go's <c>%q</c> of a list of strings.</summary>
    public static string Quote(IEnumerable<string> list) => "[" + string.Join(' ', list.Select(Quote)) + "]";

    public static JsonArray Array(IEnumerable<string> items)
    {
        var array = new JsonArray();
        foreach (string item in items)
        {
            array.Add(item);
        }

        return array;
    }

    /// <summary>A string map as JSON; Vault prints an absent one as <c>null</c>.</summary>
    public static JsonObject? Map(IEnumerable<KeyValuePair<string, string>>? map)
    {
        if (map is null)
        {
            return null;
        }

        var json = new JsonObject();
        foreach ((string key, string value) in map)
        {
            json[key] = value;
        }

        return json;
    }
}
