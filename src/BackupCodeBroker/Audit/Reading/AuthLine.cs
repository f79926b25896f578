using System.Text.Json;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>Reads who a token is: <c>auth</c> of an entry, or of an answer that made one.</summary>
internal static class AuthLine
{
    private static readonly Members<AuthParts> Members = new(
        ("client_token", (ref Utf8JsonReader r, AuthParts a) => a.Token = JsonWalk.Mark(ref r)),
        ("accessor", (ref Utf8JsonReader r, AuthParts a) => a.Accessor = JsonWalk.Mark(ref r)),
        ("display_name", (ref Utf8JsonReader r, AuthParts a) => a.Name = JsonWalk.Text(ref r, a.Texts, "display_name")),
        ("entity_id", (ref Utf8JsonReader r, AuthParts a) => a.Entity = JsonWalk.Text(ref r, a.Texts, "entity_id")),
        ("token_type", (ref Utf8JsonReader r, AuthParts a) => a.Type = JsonWalk.Text(ref r, a.Texts, "token_type")),
        ("policies", (ref Utf8JsonReader r, AuthParts a) => a.Policies = JsonWalk.Texts(ref r, a.Texts, "policies")),
        ("token_policies", (ref Utf8JsonReader r, AuthParts a) => a.TokenPolicies = JsonWalk.Texts(ref r, a.Texts, "token_policies")),
        ("metadata", Metadata));

    private static readonly Members<AuthParts> OfMetadata = new(
        ("replica", (ref Utf8JsonReader r, AuthParts a) => a.NamesReplica = Named(ref r)),
        ("child", (ref Utf8JsonReader r, AuthParts a) => a.NamesChild = Named(ref r)));

    /// <summary>Reads the object that the reader has entered.</summary>
    public static AuthParts Read(ref Utf8JsonReader reader, TextPool texts)
    {
        var parts = new AuthParts { Texts = texts };
        Members.Walk(ref reader, parts);
        return parts;
    }

    private static void Metadata(ref Utf8JsonReader reader, AuthParts parts)
    {
        if (JsonWalk.Enter(ref reader, "metadata"))
        {
            OfMetadata.Walk(ref reader, parts);
        }
    }

    private static bool Named(ref Utf8JsonReader reader)
    {
        JsonWalk.Pass(ref reader);
        return true;
    }
}

/// <summary>What is said of a token, as it is read.</summary>
internal sealed class AuthParts
{
    public required TextPool Texts { get; init; }

    public Mark Token { get; set; }

    public Mark Accessor { get; set; }

    public string Name { get; set; } = "";

    public string Entity { get; set; } = "";

    public string Type { get; set; } = "";

    public IReadOnlyList<string> Policies { get; set; } = [];

    public IReadOnlyList<string> TokenPolicies { get; set; } = [];

    public bool NamesReplica { get; set; }

    public bool NamesChild { get; set; }

    public AuditAuth ToAuth() => new()
    {
        Name = Name,
        Entity = Entity,
        TokenType = Type,
        IsMarkedAsChild = NamesReplica && NamesChild,
        Policies = Policies.Count > 0 ? Policies : TokenPolicies,
    };
}
