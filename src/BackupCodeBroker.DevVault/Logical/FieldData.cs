using System.Text.Json.Nodes;

namespace BackupCodeBroker.DevVault.Logical;

internal enum FieldType
{
    String,
    LowerCaseString,
    NameString,
    Bool,
    Int,
    Float,
    Map,
    StringMap,
    KeyValuePairs,
    Strings,
    CommaStrings,
    CommaInts,
    Duration,
    SignedDuration,
}

internal sealed record Field(FieldType Type, JsonNode? Default = null);

/// <summary>
/// What a request gave for a path's fields: the body or the query, overruled by what the path itself names. Wrong types are
/// found before the handler runs, so a handler only sees values that convert.
/// </summary>
internal sealed class FieldData(IReadOnlyDictionary<string, Field> schema, JsonObject? body, Dictionary<string, string>? captures)
{
    /// <summary>The first field that does not convert, in Vault's words; null where all do.</summary>
    public string? Validate()
    {
        foreach ((string name, Field field) in schema)
        {
            if (!Given(name, out JsonNode? value))
            {
                continue;
            }

            WeakDecode.Convert(value, field.Type, out string? error);
            if (error is not null)
            {
                return $"error converting input {GoValue.Print(value)} for field {GoValue.Quote(name)}: {error}";
            }
        }

        return null;
    }

    public bool Has(string name) => Given(name, out JsonNode? value) && !(value is null && IsDuration(name));

    public string Text(string name) => Get(name) as string ?? "";

    public bool Flag(string name) => Get(name) is true;

    public int Number(string name) => Get(name) is long number ? (int)number : 0;

    public double Fraction(string name) => Get(name) is double number ? number : 0;

    public TimeSpan Seconds(string name) => Get(name) is long seconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;

    public List<string> Texts(string name) => Get(name) as List<string> ?? [];

    public List<long> Numbers(string name) => Get(name) as List<long> ?? [];

    public JsonObject? Map(string name) => Get(name) as JsonObject;

    public SortedDictionary<string, string> Pairs(string name) => Get(name) as SortedDictionary<string, string> ?? new(StringComparer.Ordinal);

    public JsonNode? Raw(string name) => Given(name, out JsonNode? value) ? value : null;

    private object? Get(string name)
    {
        Field field = schema[name];
        return WeakDecode.Convert(Has(name) ? Raw(name) : field.Default, field.Type, out _);
    }

    private bool IsDuration(string name) => schema.TryGetValue(name, out Field? f) && f.Type is (FieldType.Duration or FieldType.SignedDuration);

    private bool Given(string name, out JsonNode? value)
    {
        if (captures is not null && captures.TryGetValue(name, out string? captured))
        {
            value = captured;
            return true;
        }

        value = null;
        return body is not null && body.TryGetPropertyValue(name, out value);
    }
}
