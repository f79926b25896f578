using System.Text.Json;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Reading;

/// <summary>Reads what Vault answered: a token that was made, a wrap that was made, and the few members of the data that are compared.</summary>
internal static class AnswerLine
{
    private static readonly Members<Parts> Members = new(("auth", Auth), ("wrap_info", Wrap), ("data", Data));

    private static readonly Members<Parts> OfData = new(
        ("activation", (ref Utf8JsonReader r, Parts p) => p.Answer = p.Answer with { Activation = JsonWalk.Mark(ref r) }),
        ("id", (ref Utf8JsonReader r, Parts p) => p.Id = JsonWalk.Mark(ref r)),
        ("entity_id", (ref Utf8JsonReader r, Parts p) => p.Entity = JsonWalk.Mark(ref r)),
        ("complete", (ref Utf8JsonReader r, Parts p) => p.Answer = p.Answer with { IsComplete = JsonWalk.Flag(ref r) }));

    private static readonly Members<Parts> OfWrap = new(
        ("token", (ref Utf8JsonReader r, Parts p) => p.Made = p.Made with { Token = JsonWalk.Mark(ref r) }),
        ("accessor", (ref Utf8JsonReader r, Parts p) => p.Made = p.Made with { Accessor = JsonWalk.Mark(ref r) }),
        ("creation_time", (ref Utf8JsonReader r, Parts p) => p.Made = p.Made with { CreatedAt = JsonWalk.Time(ref r, "creation_time") }),
        ("ttl", (ref Utf8JsonReader r, Parts p) => p.Made = p.Made with { Ttl = JsonWalk.Seconds(ref r) }));

    /// <summary>Reads the object that the reader has entered.</summary>
    public static AuditAnswer Read(ref Utf8JsonReader reader, TextPool texts)
    {
        var parts = new Parts { Texts = texts };
        Members.Walk(ref reader, parts);
        return parts.Answer with { Entity = parts.Entity.IsNone ? parts.Id : parts.Entity };
    }

    private static void Auth(ref Utf8JsonReader reader, Parts parts)
    {
        if (JsonWalk.Enter(ref reader, "response.auth"))
        {
            var auth = AuthLine.Read(ref reader, parts.Texts);
            parts.Answer = parts.Answer with { HasContent = true, Auth = auth.ToAuth(), Token = auth.Token, Accessor = auth.Accessor };
        }
    }

    private static void Wrap(ref Utf8JsonReader reader, Parts parts)
    {
        if (JsonWalk.Enter(ref reader, "response.wrap_info"))
        {
            OfWrap.Walk(ref reader, parts);
            parts.Answer = parts.Answer with { Wrap = parts.Made };
        }
    }

    private static void Data(ref Utf8JsonReader reader, Parts parts)
    {
        if (JsonWalk.Enter(ref reader, "response.data"))
        {
            parts.Answer = parts.Answer with { HasContent = true };
            OfData.Walk(ref reader, parts);
        }
    }

    private sealed class Parts
    {
        public required TextPool Texts { get; init; }

        public AuditAnswer Answer { get; set; } = new();

        public AuditWrap Made { get; set; } = new(default, default, null, TimeSpan.Zero);

        public Mark Id { get; set; }

        public Mark Entity { get; set; }
    }
}
