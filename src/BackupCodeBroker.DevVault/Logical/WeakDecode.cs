using System.Globalization;
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
    /// <summary>The converted value; the text is why there is none.</summary>
    public static object? Convert(JsonNode? value, FieldType type, out string? error)
    {
        var errors = new List<string>();
        object? converted = Convert(value, type, "", errors);
        bool gathers = type is FieldType.Strings or FieldType.CommaStrings or FieldType.CommaInts;
        error = errors.Count == 0 ? null : gathers ? Gathered(errors) : errors[0];
        return converted;
    }

    /// <summary>Converts a field of a larger structure, whose name the errors carry.</summary>
    public static object? Convert(JsonNode? value, FieldType type, string name, List<string> errors)
    {
        if (value is null)
        {
            return null;
        }

        return type switch
        {
            FieldType.String => Text(value, name, errors),
            FieldType.LowerCaseString => Text(value, name, errors)?.ToLowerInvariant(),
            FieldType.NameString => Name(value, errors),
            FieldType.Bool => Flag(value, name, errors),
            FieldType.Int => Number(value, name, errors),
            FieldType.Float => Float(value, name, errors),
            FieldType.Map => Map(value, name, errors),
            FieldType.StringMap => StringMap(value, name, errors),
            FieldType.KeyValuePairs => Pairs(value, errors),
            FieldType.Strings => Texts(value, name, split: false, errors),
            FieldType.CommaStrings => Texts(value, name, split: true, errors),
            FieldType.CommaInts => Numbers(value, errors),
            FieldType.Duration => Duration(value, signed: false, errors),
            FieldType.SignedDuration => Duration(value, signed: true, errors),
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
    }

    /// <summary>The decoder's way to print what it gathered.</summary>
    public static string Gathered(List<string> errors) =>
        $"{errors.Count} error(s) decoding:\n\n" + string.Join('\n', errors.Order(StringComparer.Ordinal).Select(error => "* " + error));

    public static long Number(JsonNode? value, string name, List<string> errors)
    {
        switch (value)
        {
            case null:
                return 0;
            case JsonValue scalar when IsBool(scalar):
                return scalar.GetValue<bool>() ? 1 : 0;
            case JsonValue scalar:
                if (!GoNumber.ParseInt(GoValue.Text(scalar), 0, out long number, out string? reason))
                {
                    errors.Add($"cannot parse '{name}' as int: {reason}");
                }

                return number;
            default:
                errors.Add(Unconvertible(name, "int", value));
                return 0;
        }
    }

    private static double Float(JsonNode value, string name, List<string> errors)
    {
        if (value is not JsonValue scalar || IsBool(scalar))
        {
            errors.Add(Unconvertible(name, "float64", value));
            return 0;
        }

        string text = GoValue.Text(scalar);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            errors.Add($"cannot parse '{name}' as float: strconv.ParseFloat: parsing {GoValue.Quote(text)}: invalid syntax");
        }

        return number;
    }

    private static string? Text(JsonNode? value, string name, List<string> errors)
    {
        switch (value)
        {
            case null:
                return "";
            case JsonValue scalar when IsBool(scalar):
                return scalar.GetValue<bool>() ? "1" : "0";
            case JsonValue scalar:
                return GoValue.Text(scalar);
            default:
                errors.Add(Unconvertible(name, "string", value));
                return null;
        }
    }

    private static string? Name(JsonNode value, List<string> errors)
    {
        string? text = Text(value, "", errors);
        if (text is not null && !NamePattern().IsMatch(text))
        {
            errors.Add("field does not match the formatting rules");
        }

        return text;
    }

    private static bool Flag(JsonNode value, string name, List<string> errors)
    {
        if (value is not JsonValue scalar)
        {
            errors.Add(Unconvertible(name, "bool", value));
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
                errors.Add($"cannot parse '{name}' as bool: strconv.ParseBool: parsing {GoValue.Quote(text)}: invalid syntax");
                return false;
        }
    }

    private static JsonObject? Map(JsonNode value, string name, List<string> errors)
    {
        switch (value)
        {
            case JsonObject map:
                return map;
            case JsonArray array:
                var merged = new JsonObject();
                for (int i = 0; i < array.Count; i++)
                {
                    foreach ((string key, JsonNode? item) in array[i] is null ? [] : Map(array[i]!, $"{name}[{i}]", errors) ?? [])
                    {
                        merged[key] = item?.DeepClone();
                    }
                }

                return merged;
            default:
                errors.Add($"'{name}' expected a map, got '{GoValue.KindName(value)}'");
                return null;
        }
    }

    private static SortedDictionary<string, string>? StringMap(JsonNode value, string name, List<string> errors)
    {
        if (Map(value, name, errors) is not { } map)
        {
            return null;
        }

        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, JsonNode? item) in map)
        {
            texts[key] = Text(item, $"{name}[{key}]", errors) ?? "";
        }

        return texts;
    }

    /// <summary>A map, or else a list of <c>key=value</c>; what is wrong with the map is not told.</summary>
    private static SortedDictionary<string, string>? Pairs(JsonNode value, List<string> errors)
    {
        var asMap = new List<string>();
        if (StringMap(value, "", asMap) is { } map && asMap.Count == 0)
        {
            return map;
        }

        var asList = new List<string>();
        List<string> list = Texts(value, "", split: false, asList) ?? [];
        if (asList.Count > 0)
        {
            errors.Add(Gathered(asList));
            return null;
        }

        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in list)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                errors.Add($"invalid key pair {GoValue.Quote(pair)}");
                return null;
            }

            pairs[pair[..equals]] = pair[(equals + 1)..];
        }

        return pairs;
    }

    private static List<string>? Texts(JsonNode value, string name, bool split, List<string> errors)
    {
        if (value is JsonValue scalar && scalar.GetValueKind() == JsonValueKind.String)
        {
            string text = GoValue.Text(scalar);
            return text.Length == 0 ? [] : [.. (split ? text.Split(',') : [text]).Select(part => part.Trim())];
        }

        var texts = new List<string>();
        JsonNode?[] items = value is JsonArray array ? [.. array] : value is JsonObject { Count: 0 } ? [] : [value];
        for (int i = 0; i < items.Length; i++)
        {
            texts.Add(Text(items[i], $"{name}[{i}]", errors)?.Trim() ?? "");
        }

        return texts;
    }

    private static List<long>? Numbers(JsonNode value, List<string> errors)
    {
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
            numbers.Add(Number(item, $"[{numbers.Count}]", errors));
        }

        return numbers;
    }

    private static long Duration(JsonNode value, bool signed, List<string> errors)
    {
        TimeSpan span = GoDuration.Parse(value, out string? error);
        long seconds = (long)span.TotalSeconds;
        if (error is not null)
        {
            errors.Add(error);
        }
        else if (!signed && seconds < 0)
        {
            errors.Add($"cannot provide negative value '{seconds}'");
        }

        return seconds;
    }

    private static bool IsBool(JsonValue value) => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False;

    private static string Unconvertible(string name, string wanted, JsonNode? value) =>
        $"'{name}' expected type '{wanted}', got unconvertible type '{GoValue.TypeName(value)}'";

    [GeneratedRegex(@"^[0-9A-Za-z_](([0-9A-Za-z_.\-]+)?[0-9A-Za-z_])?\z")]
    private static partial Regex NamePattern();
}
