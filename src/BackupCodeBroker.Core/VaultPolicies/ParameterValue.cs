using System.Text.Json;

namespace BackupCodeBroker.Core.VaultPolicies;

/// <summary>A value listed under <c>allowed_parameters</c> or <c>denied_parameters</c>.</summary>
/// <remarks>
/// Only values of the same kind compare. A number never equals what a request sends, because Vault keeps a request's numbers in a
/// type of their own: to bound a number in a policy, the caller has to send it as text.
/// </remarks>
public abstract record ParameterValue
{
    private ParameterValue()
    {
    }

    /// <summary>Whether a field's value is this one; a text may be a pattern.</summary>
    internal virtual bool Matches(JsonElement sent) => Equals(sent);

    /// <summary>Whether a value within a field's value is this one, to the letter.</summary>
    private protected abstract bool Equals(JsonElement sent);

    /// <summary>A text; as a field's whole value a <c>*</c> at its start or end stands for anything there.</summary>
    public sealed record Text(string Value) : ParameterValue
    {
        internal override bool Matches(JsonElement sent) => sent.ValueKind is JsonValueKind.String && MatchesText(sent.GetString() ?? "");

        private protected override bool Equals(JsonElement sent) => sent.ValueKind is JsonValueKind.String && sent.ValueEquals(Value);

        // A lone "*" is a star: Vault takes it for a pattern only in longer texts.
        private bool MatchesText(string sent) => Value switch
        {
            { Length: < 2 } => sent == Value,
            ['*', .. var middle, '*'] => sent.Contains(middle, StringComparison.Ordinal),
            ['*', .. var end] => sent.EndsWith(end, StringComparison.Ordinal),
            [.. var start, '*'] => sent.StartsWith(start, StringComparison.Ordinal),
            _ => sent == Value,
        };
    }

    /// <summary>True or false.</summary>
    public sealed record Boolean(bool Value) : ParameterValue
    {
        private protected override bool Equals(JsonElement sent) =>
            sent.ValueKind == (Value ? JsonValueKind.True : JsonValueKind.False);
    }

    /// <summary>A number as it is written.</summary>
    public sealed record Number(string Literal) : ParameterValue
    {
        private protected override bool Equals(JsonElement sent) => false;
    }

    /// <summary>A list, equal only to a list of the same values in the same order.</summary>
    public sealed record List(IReadOnlyList<ParameterValue> Items) : ParameterValue
    {
        private protected override bool Equals(JsonElement sent) =>
            sent.ValueKind is JsonValueKind.Array
            && sent.GetArrayLength() == Items.Count
            && Items.Zip(sent.EnumerateArray()).All(pair => pair.First.Equals(pair.Second));
    }

    /// <summary>An object, equal only to an object with the same fields.</summary>
    public sealed record Object(IReadOnlyDictionary<string, ParameterValue> Fields) : ParameterValue
    {
        // Vault reads an object within an object as a list of objects of its own type, which no request can send.
        private protected override bool Equals(JsonElement sent) =>
            sent.ValueKind is JsonValueKind.Object
            && sent.EnumerateObject().Select(field => field.Name).Distinct().Count() == Fields.Count
            && Fields.All(field =>
                field.Value is not Object && sent.TryGetProperty(field.Key, out JsonElement value) && field.Value.Equals(value));
    }
}
