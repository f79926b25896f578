using System.Globalization;
using System.Text;

namespace BackupCodeBroker.Benchmarks;

/// <summary>What stands in requests and answers of a made log: as Vault shows it, every text an HMAC; numbers in clear in answers and as HMACs in requests.</summary>
internal static class AuditLogBodies
{
    private const int Codes = 10;

    public static string TokenLookUp(AuditLogMarks marks) =>
        $$"""{"accessor":"{{marks.Mark("accessor")}}","creation_time":1793577600,"creation_ttl":28800,"display_name":"{{marks.Mark("display")}}","entity_id":"{{marks.Mark(marks.Uuid("caller"))}}","id":"{{marks.Mark("caller")}}","num_uses":0,"orphan":true,"path":"{{marks.Mark("path")}}","policies":["{{marks.Mark("bcb-verifier")}}"],"ttl":28000,"type":"{{marks.Mark("service")}}"}""";

    public static string Capabilities(AuditLogMarks marks) => $$"""{"paths":["{{marks.Mark("one")}}","{{marks.Mark("two")}}","{{marks.Mark("three")}}"]}""";

    public static string AliasLookUp(AuditLogMarks marks, string name) => $$"""{"alias_mount_accessor":"{{marks.Mark("mount")}}","alias_name":"{{marks.Mark("bcb." + name)}}"}""";

    public static string Entity(AuditLogMarks marks, string who) =>
        $$"""{"aliases":[{"canonical_id":"{{marks.Mark(marks.Uuid(who))}}","creation_time":"{{marks.Mark("made" + who)}}","id":"{{marks.Mark("id" + who)}}","last_update_time":"{{marks.Mark("made" + who)}}","metadata":null,"mount_accessor":"{{marks.Mark("mount")}}","mount_path":"{{marks.Mark("auth/token/")}}","mount_type":"{{marks.Mark("token")}}","name":"{{marks.Mark(who)}}"}],"creation_time":"{{marks.Mark("made" + who)}}","direct_group_ids":[],"disabled":false,"group_ids":[],"id":"{{marks.Mark(marks.Uuid(who))}}","name":"{{marks.Mark("name" + who)}}","policies":null}""";

    public static string Mint(AuditLogMarks marks, string name) =>
        $$"""{"entity_alias":"{{marks.Mark("bcb." + name)}}","meta":{"child":"{{marks.Mark("child")}}","replica":"{{marks.Mark("replica")}}"},"no_default_policy":true,"policies":["{{marks.Mark("bcb-identity")}}"],"ttl":"{{marks.Mark("60s")}}","type":"{{marks.Mark("batch")}}"}""";

    public static string State(AuditLogMarks marks) =>
        $$"""{"data":{"epoch_floor":1,"heartbeat":{"at":"{{marks.Mark("beat")}}","count":0},"lockdowns":[],"schema":1},"metadata":{{Metadata(marks, 1)}}}""";

    public static string Document(AuditLogMarks marks, string name, int spent) => $$"""{"data":{{Content(marks, name, spent, asked: false)}},"metadata":{{Metadata(marks, spent + 3)}}}""";

    public static string Write(AuditLogMarks marks, string name, int spent) => $$"""{"data":{{Content(marks, name, spent, asked: true)}},"options":{"cas":"{{marks.Mark("5")}}"}}""";

    public static string Written(AuditLogMarks marks, int spent) => Metadata(marks, spent + 4);

    private static string Metadata(AuditLogMarks marks, int version) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"created_time":"{{marks.Mark("created" + version)}}","deletion_time":"{{marks.Mark("")}}","destroyed":false,"version":{{version}}}""");

    private static string Content(AuditLogMarks marks, string name, int spent, bool asked)
    {
        string Number(int number) => asked ? $"\"{marks.Mark(number.ToString(CultureInfo.InvariantCulture))}\"" : number.ToString(CultureInfo.InvariantCulture);
        var by = $$"""{"accessor":"{{marks.Mark("accessor")}}","display_name":"{{marks.Mark("display")}}","entity_id":"{{marks.Mark(marks.Uuid("caller"))}}"}""";
        var codes = Enumerable.Range(0, Codes).Select(code =>
        {
            var own = name + code;
            var consumption = code >= spent ? "" : $$""""consumption":{"at":"{{marks.Mark("at" + own)}}","by":{{by}},"key_hash":"{{marks.Mark("key" + own)}}","operation_id":"{{marks.Mark("op" + own)}}","purpose":"{{marks.Mark("why" + own)}}","remaining":{{Number(Codes - code)}},"request_hash":"{{marks.Mark("rq" + own)}}","warnings":[]},""";
            return $$"""{{{consumption}}"cost":{{Number(0)}},"failures":{{Number(0)}},"hash":"{{marks.Mark("h" + own)}}","salt":"{{marks.Mark("s" + own)}}","scheme":"{{marks.Mark("scheme")}}","selector":"{{marks.Mark("x" + own)}}"}""";
        });
        var events = Enumerable.Range(0, spent + 3).Select(e =>
            $$"""{"at":"{{marks.Mark("e" + name + e)}}","by":{{by}},"generation":{{Number(1)}},"operation":"{{marks.Mark("operation" + Math.Min(e, 3))}}","operation_id":"{{marks.Mark("eo" + name + e)}}"}""");
        return new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $$"""{"active":{"activated_at":"{{marks.Mark("a" + name)}}","activated_by":{{by}},"activation_hash":"{{marks.Mark("ah" + name)}}","assurance":"{{marks.Mark("aal1")}}","codes":[{{string.Join(',', codes)}}],""")
            .Append(CultureInfo.InvariantCulture, $$""""entity":{"entity_id":"{{marks.Mark("n" + name)}}","fingerprint":{"digest":"{{marks.Mark("fp")}}","facets":["{{marks.Mark("facet")}}"]}},"epoch":{{Number(1)}},"expires_at":"{{marks.Mark("x" + name)}}","generation":{{Number(1)}},"issued_at":"{{marks.Mark("i" + name)}}","issued_by":{{by}}},""")
            .Append(CultureInfo.InvariantCulture, $$""""events":[{{string.Join(',', events)}}],"identity":"{{marks.Mark(name)}}","labels":{"env":"{{marks.Mark("prod")}}"},"last_generation":{{Number(1)}},"owner":"{{marks.Mark("owner")}}","profile":"{{marks.Mark("machine")}}","schema":{{Number(1)}}}""")
            .ToString();
    }
}
