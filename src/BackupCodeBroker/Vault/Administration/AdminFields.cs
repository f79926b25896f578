using System.Text.Json;

namespace BackupCodeBroker.Vault.Administration;

/// <summary>
/// The fields of a role, a key or a configuration: as they should be, which is also what is written, or as Vault says they are.
/// Fields that are not named here are the operator's (bound CIDRs, say): they are neither compared nor written.
/// </summary>
internal sealed class AdminFields
{
    private readonly Dictionary<string, JsonElement> _values;

    private AdminFields(Dictionary<string, JsonElement> values) => _values = values;

    /// <summary>Fields as they should be; durations in seconds, as Vault gives them back.</summary>
    public static AdminFields Of(params (string Name, object Value)[] fields) =>
        new(fields.ToDictionary(field => field.Name, field => JsonSerializer.SerializeToElement(field.Value), StringComparer.Ordinal));

    /// <summary>Fields as Vault says they are.</summary>
    public static AdminFields From(JsonElement data) => new(
        data.ValueKind == JsonValueKind.Object
            ? data.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.Clone(), StringComparer.Ordinal)
            : []);

    /// <summary>These fields and more; where both name one, <paramref name="more"/> counts.</summary>
    public AdminFields And(AdminFields more) =>
        new(_values.Concat(more._values).GroupBy(field => field.Key, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Last().Value, StringComparer.Ordinal));

    /// <summary>Those of these names that there are.</summary>
    public AdminFields Only(params string[] names) =>
        new(_values.Where(field => names.Contains(field.Key, StringComparer.Ordinal)).ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal));

    /// <summary>The fields as a body for Vault.</summary>
    public JsonElement ToBody() => JsonSerializer.SerializeToElement(_values);

    /// <summary>What is otherwise in <paramref name="actual"/>, for people; empty where all fields are as they should be.</summary>
    public IReadOnlyList<string> DifferencesFrom(AdminFields actual) =>
    [
        .. _values.Where(field => !Same(field.Value, actual.Find(field.Key)))
            .Select(field => $"{field.Key} is {Show(actual.Find(field.Key))}, not {Show(field.Value)}"),
    ];

    /// <summary>A field's value for people, as Vault says it.</summary>
    public string Show(string name) => Show(Find(name));

    /// <summary>A field's value; null where it is not there.</summary>
    public JsonElement? Find(string name) => _values.TryGetValue(name, out var value) ? value : null;

    private static bool Same(JsonElement desired, JsonElement? actual)
    {
        // A Vault that does not know a field (1.8 has no allowed_policies_glob) leaves it out: that is as good as empty.
        if (actual is not { ValueKind: not JsonValueKind.Null } value)
        {
            return IsEmpty(desired);
        }

        return desired.ValueKind == JsonValueKind.Array && value.ValueKind == JsonValueKind.Array
            ? Sorted(desired).SequenceEqual(Sorted(value), StringComparer.Ordinal)
            : JsonElement.DeepEquals(desired, value);
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Number => value.GetDecimal() == 0,
        JsonValueKind.String => value.GetString()!.Length == 0,
        _ => false,
    };

    private static IEnumerable<string> Sorted(JsonElement array) =>
        array.EnumerateArray().Select(item => item.GetRawText()).Order(StringComparer.Ordinal);

    private static string Show(JsonElement? value) => value is { } known ? known.GetRawText() : "not there";
}
