using System.Text.Json;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>Reads what was sent to Vault: <c>request.data</c>, where every text is a mark.</summary>
internal static class BodyLine
{
    private static readonly Members<Body> Members = new(
        ("token", (ref Utf8JsonReader r, Body b) => b.Sent = b.Sent with { Token = JsonWalk.Mark(ref r) }),
        ("accessor", (ref Utf8JsonReader r, Body b) => b.Sent = b.Sent with { Accessor = JsonWalk.Mark(ref r) }),
        ("activation", (ref Utf8JsonReader r, Body b) => b.Sent = b.Sent with { Activation = JsonWalk.Mark(ref r) }),
        ("entity_alias", Alias),
        ("alias_name", Alias),
        ("name", Alias),
        ("id", Entities),
        ("canonical_id", Entities),
        ("entity_id", Entities),
        ("entity_ids", Entities),
        ("member_entity_ids", Entities),
        ("from_entity_ids", Merged),
        ("to_entity_id", Entities));

    /// <summary>Reads the object that the reader has entered.</summary>
    public static AuditBody Read(ref Utf8JsonReader reader)
    {
        var body = new Body();
        Members.Walk(ref reader, body);
        return body.Sent;
    }

    private static void Alias(ref Utf8JsonReader reader, Body body) => body.Sent = body.Sent with { Alias = JsonWalk.Mark(ref reader) };

    private static void Entities(ref Utf8JsonReader reader, Body body) =>
        body.Sent = body.Sent with { Entities = [.. body.Sent.Entities, .. JsonWalk.Marks(ref reader)] };

    private static void Merged(ref Utf8JsonReader reader, Body body)
    {
        IReadOnlyList<Mark> merged = [.. JsonWalk.Marks(ref reader)];
        body.Sent = body.Sent with { Entities = [.. body.Sent.Entities, .. merged], Merged = merged };
    }

    private sealed class Body
    {
        public AuditBody Sent { get; set; } = AuditBody.None;
    }
}
