using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace BackupCodeBroker.DevVault.Logical;

/// <summary>
/// Vault's weak conversion of request values to a field's type: strings become numbers, numbers strings, a comma-separated
/// string a list. The error texts are those of the decoder that Vault uses.
/// </summary>
internal static partial class WeakDecode
{
    public static object? Convert(JsonNode? value, FieldType type, out string? error)
    {
        error = null;
        if (value is null)
        {
            return null;
        }

        return type switch
        {
            FieldType.String => Text(value, "", out error),
            FieldType.LowerCaseString => Text(value, "", out error)?.ToLowerInvariant(),
            FieldType.NameString => Name(value, out error),
            FieldType.Bool => Flag(value, out error),
            FieldType.Int => Number(value, "", out error),
            FieldType.Map => Map(value, out error),
            FieldType.KeyValuePairs => Pairs(value, out error),
            FieldType.Strings => Texts(value, split: false, out error),
            FieldType.CommaStrings => Texts(value, split: true, out error),
            FieldType.CommaInts => Numbers(value, out error),
            FieldType.Values => value as JsonArray ?? [value.DeepClone()],
            FieldType.Duration => Duration(value, signed: false, out error),
            FieldType.SignedDuration => Duration(value, signed: true, out error),
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
    }

    public static long Number(JsonNode? value, string name, out string? error)
    {
        error = null;
        switch (value)
        {
            case null:
                return 0;
            case JsonValue scalar when IsBool(scalar):
                return scalar.GetValue<bool>() ? 1 : 0;
            case JsonValue scalar:
                if (!GoNumber.ParseInt(GoValue.Text(scalar), 0, out long number, out string? reason))
                {
                    error = $"cannot parse '{name}' as int: {reason}";
                }

                return number;
            default:
                error = Unconvertible(name, "int", value);
                return 0;
        }
    }

    public static string? Text(JsonNode? value, string name, out string? error)
    {
        error = null;
        switch (value)
        {
            case null:
                return "";
            case JsonValue scalar when IsBool(scalar):
                return scalar.GetValue<bool>() ? "1" : "0";
            case JsonValue scalar:
                return GoValue.Text(scalar);
            default:
                error = Unconvertible(name, "string", value);
                return null;
        }
    }

    private static string? Name(JsonNode value, out string? error)
    {
        string? text = Text(value, "", out error);
        if (text is not null && !NamePattern().IsMatch(text))
        {
            error = "field does not match the formatting rules";
        }

        return text;
    }

    private static bool Flag(JsonNode value, out string? error)
    {
        error = null;
        if (value is not JsonValue scalar)
        {
            error = Unconvertible("", "bool", value);
            return false;
        }

        if (IsBool(scalar))
        {
            return scalar.GetValue<bool>();
        }

        string text = GoValue.Text(scalar);
        switch (text)
        {
            case "1" or "t" or "T" or "true" or "TRUE" or "True":
                return true;
            case "" or "0" or "f" or "F" or "false" or "FALSE" or "False":
                return false;
            default:
                error = $"cannot parse '' as bool: strconv.ParseBool: parsing {GoValue.Quote(text)}: invalid syntax";
                return false;
        }
    }

    private static JsonObject? Map(JsonNode value, out string? error)
    {
        error = null;
        switch (value)
        {
            case JsonObject map:
                return map;
            case JsonArray array when array.All(item => item is JsonObject):
                var merged = new JsonObject();
                foreach ((string key, JsonNode? item) in array.SelectMany(item => item!.AsObject()))
                {
                    merged[key] = item?.DeepClone();
                }

                return merged;
            default:
                error = $"'' expected a map, got '{GoValue.KindName(value)}'";
                return null;
        }
    }

    private static SortedDictionary<string, string>? Pairs(JsonNode value, out string? error)
    {
        error = null;
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (value is JsonObject map)
        {
            foreach ((string key, JsonNode? item) in map)
            {
                pairs[key] = Text(item, $"[{key}]", out string? reason) ?? "";
                error ??= reason is null ? null : $"1 error(s) decoding:\n\n* {reason}";
            }

            return pairs;
        }

        foreach (string pair in Texts(value, split: false, out error) ?? [])
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                error = $"invalid key pair {GoValue.Quote(pair)}";
                return null;
            }

            pairs[pair[..equals]] = pair[(equals + 1)..];
        }

        return pairs;
    }

    private static List<string>? Texts(JsonNode value, bool split, out string? error)
    {
        error = null;
        if (value is JsonValue scalar && scalar.GetValueKind() == JsonValueKind.String)
        {
            string text = GoValue.Text(scalar);
            return text.Length == 0 ? [] : [.. (split ? text.Split(',') : [text]).Select(part => part.Trim())];
        }

        var texts = new List<string>();
        JsonNode?[] items = value is JsonArray array ? [.. array] : value is JsonObject { Count: 0 } ? [] : [value];
        for (int i = 0; i < items.Length; i++)
        {
            string? text = Text(items[i], $"[{i}]", out string? reason);
            if (reason is not null)
            {
                error = $"1 error(s) decoding:\n\n* {reason}";
                return null;
            }

            texts.Add(text!.Trim());
        }

        return texts;
    }

    private static List<long>? Numbers(JsonNode value, out string? error)
    {
        error = null;
        IEnumerable<JsonNode?> items = value switch
        {
            JsonArray array => array,
            JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => GoValue.Text(scalar) is { Length: > 0 } text
                ? text.Split(',').Select(part => (JsonNode?)JsonValue.Create(part))
                : [],
            _ => [value],
        };
        var numbers = new List<long>();
        foreach (JsonNode? item in items)
        {
            numbers.Add(Number(item, $"[{numbers.Count}]", out string? reason));
            if (reason is not null)
            {
                error = $"1 error(s) decoding:\n\n* {reason}";
                return null;
            }
        }

        return numbers;
    }

    private static long Duration(JsonNode value, bool signed, out string? error)
    {
        TimeSpan span = GoDuration.Parse(value, out error);
        long seconds = (long)span.TotalSeconds;
        if (error is null && !signed && seconds < 0)
        {
            error = $"cannot provide negative value '{seconds}'";
        }

        return seconds;
    }

    private static bool IsBool(JsonValue value) => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False;

    private static string Unconvertible(string name, string wanted, JsonNode? value) =>
        $"'{name}' expected type '{wanted}', got unconvertible type '{GoValue.TypeName(value)}'";

    [GeneratedRegex(@"^[0-9A-Za-z_](([0-9A-Za-z_.\-]+)?[0-9A-Za-z_])?\z")]
    private static partial Regex NamePattern();
}
