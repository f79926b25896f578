using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>The body of a token creation, which Vault decodes as a whole.</summary>
internal sealed record TokenInput
{
    public string Id { get; init; } = "";

    public List<string> Policies { get; init; } = [];

    public SortedDictionary<string, string>? Meta { get; init; }

    public bool NoParent { get; init; }

    public bool NoDefaultPolicy { get; init; }

    public string Lease { get; init; } = "";

    public string Ttl { get; init; } = "";

    public bool Renewable { get; init; } = true;

    public string ExplicitMaxTtl { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public int NumUses { get; init; }

    public string Period { get; init; } = "";

    public string Type { get; init; } = "";

    public string EntityAlias { get; init; } = "";

    public static TokenInput Read(JsonObject? body, out string? error)
    {
        var errors = new List<string>();
        var input = new TokenInput
        {
            Id = Text(body, "id", "ID", errors),
            Policies = Value(body, "policies", "Policies", FieldType.Strings, errors) as List<string> ?? [],
            Meta = Value(body, "meta", "meta", FieldType.StringMap, errors) as SortedDictionary<string, string>,
            NoParent = Value(body, "no_parent", "no_parent", FieldType.Bool, errors) is true,
            NoDefaultPolicy = Value(body, "no_default_policy", "no_default_policy", FieldType.Bool, errors) is true,
            Lease = Text(body, "lease", "Lease", errors),
            Ttl = Text(body, "ttl", "TTL", errors),
            Renewable = Value(body, "renewable", "Renewable", FieldType.Bool, errors) is not false,
            ExplicitMaxTtl = Text(body, "explicit_max_ttl", "explicit_max_ttl", errors),
            DisplayName = Text(body, "display_name", "display_name", errors),
            NumUses = Value(body, "num_uses", "num_uses", FieldType.Int, errors) is long uses ? (int)uses : 0,
            Period = Text(body, "period", "Period", errors),
            Type = Text(body, "type", "type", errors),
            EntityAlias = Text(body, "entity_alias", "entity_alias", errors),
        };
        error = errors.Count == 0 ? null : WeakDecode.Gathered(errors);
        return input;
    }

    private static string Text(JsonObject? body, string key, string name, List<string> errors) =>
        Value(body, key, name, FieldType.String, errors) as string ?? "";

    private static object? Value(JsonObject? body, string key, string name, FieldType type, List<string> errors) =>
        body is not null && body.TryGetPropertyValue(key, out JsonNode? node) ? WeakDecode.Convert(node, type, name, errors) : null;
}
