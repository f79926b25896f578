using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Jwt;

/// <summary>Looks claims up and compares them as Vault's JWT method does, in its words.</summary>
internal static class Claims
{
    /// <summary>A claim by its name, or by a JSON pointer where the name begins with a slash.</summary>
    public static JsonNode? Find(JsonObject claims, string name)
    {
        if (!name.StartsWith('/'))
        {
            return claims[name];
        }

        JsonNode? at = claims;
        foreach (string step in name[1..].Split('/').Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            at = at switch
            {
                JsonObject map => map[step],
                JsonArray list when int.TryParse(step, out int index) && index >= 0 && index < list.Count => list[index],
                _ => null,
            };
        }

        return at;
    }

    /// <summary>A text of a claim; empty where it is none.</summary>
    public static string Text(JsonObject claims, string name) =>
        claims[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";

    /// <summary>A time of a claim in seconds; 0 where there is none.</summary>
    public static double Seconds(JsonObject claims, string name) =>
        claims[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out JsonElement number) ? number.GetDouble() : 0;

    /// <summary>One text or several, as audiences may be.</summary>
    public static List<string> Texts(JsonNode? claim) => claim is JsonValue or JsonArray
        ? WeakDecode.Convert(claim, FieldType.Strings, out _) as List<string> ?? []
        : [];

    /// <summary>A text, a truth value or a list as a list; null where it is something else.</summary>
    public static IReadOnlyList<JsonNode?>? Normalized(JsonNode? claim) => claim switch
    {
        JsonArray list => [.. list],
        JsonValue value when value.GetValueKind() is JsonValueKind.String or JsonValueKind.True or JsonValueKind.False => [value],
        _ => null,
    };

    /// <summary>Why the claims are not those that a role is bound to; null where they are.</summary>
    public static string? Unbound(JsonObject bound, bool globs, JsonObject claims)
    {
        foreach ((string name, JsonNode? expected) in bound)
        {
            if (Find(claims, name) is not { } actual)
            {
                return $"claim {GoValue.Quote(name)} is missing";
            }

            if (Normalized(actual) is not { } have)
            {
                return $"received claim is not a string or list: {GoValue.Print(actual)}";
            }

            if (Normalized(expected) is not { } want)
            {
                return $"bound claim is not a string or list: {GoValue.Print(expected)}";
            }

            if (!want.Any(w => have.Any(h => globs ? Globs(w, h) : Same(w, h))))
            {
                return $"claim {GoValue.Quote(name)} does not match any associated bound claim values";
            }
        }

        return null;
    }

    /// <summary>Whether a text is what a pattern with <c>*</c> means.</summary>
    public static bool IsGlob(string pattern, string text) =>
        Regex.IsMatch(text, @"\A" + Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal) + @"\z", RegexOptions.Singleline | RegexOptions.CultureInvariant);

    private static bool Globs(JsonNode? pattern, JsonNode? actual) =>
        pattern is JsonValue p && actual is JsonValue a && a.GetValueKind() == JsonValueKind.String && IsGlob(GoValue.Text(p), GoValue.Text(a));

    // Numbers come in two types that are never equal, and so they are not here.
    private static bool Same(JsonNode? want, JsonNode? have) =>
        want is JsonValue one && have is JsonValue other && one.GetValueKind() == other.GetValueKind()
        && one.GetValueKind() is not JsonValueKind.Number && GoValue.Text(one) == GoValue.Text(other);
}
