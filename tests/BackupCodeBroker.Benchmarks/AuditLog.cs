using System.Globalization;
using System.Text;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// Writes an audit log as a busy Vault would, and the access records beside it: one broker whose callers consume codes of sets of ten, five at a time and identity by
/// identity, cold first and then warm, between everybody else's reads. Every line has the form and about the size of what a Vault 1.8 writes for the same
/// request. The same seed gives the same bytes.
/// </summary>
internal sealed class AuditLog(TextWriter log, TextWriter records, int seed)
{
    private const int Burst = 5;
    private const int OthersPerOperation = 3;
    private const string Replica = "4b8cfbd1";

    private static readonly TimeSpan BetweenBursts = TimeSpan.FromSeconds(2);

    private readonly AuditLogMarks _marks = new(seed);
    private readonly List<string> _ids = [];
    private DateTimeOffset _now = new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);
    private string _brokerAuth = "";
    private string _callerAuth = "";

    /// <summary>Bytes of Vault's log so far; all of it is ASCII.</summary>
    public long Bytes { get; private set; }

    /// <summary>Operations so far.</summary>
    public int Operations { get; private set; }

    /// <summary>Writes until the log has so many bytes.</summary>
    public void Write(long bytes)
    {
        _brokerAuth = Auth(_marks.Mark("broker"), "approle", "bcb-broker", _marks.Uuid("broker"), "service", """,{"role_name":"bcb-broker"}""");
        _callerAuth = Auth(_marks.Mark("caller"), "approle-verifier", "bcb-verifier", _marks.Uuid("caller"), "service", "");
        LogIn();
        for (var identity = 0; Bytes < bytes; identity++)
        {
            var child = Auth(_marks.Mark("child" + identity), "token", "bcb-identity", _marks.Uuid("alias" + identity), "batch", $$""","metadata":{"child":"{{identity + 1}}","replica":"{{Replica}}"}""");
            for (var spent = 0; spent < Burst; spent++)
            {
                Consume(Name(identity), identity, child, spent);
                for (var other = 0; other < OthersPerOperation; other++)
                {
                    Somebody(identity, other);
                }
            }

            _now += BetweenBursts;
        }
    }

    private static string Name(int identity) => string.Create(CultureInfo.InvariantCulture, $"team-{identity % 40:D2}.service-{identity:D6}");

    private void LogIn()
    {
        var body = $$"""{"role_id":"{{_marks.Mark("role")}}","secret_id":"{{_marks.Mark("secret")}}"}""";
        Pair("""{"token_type":"default"}""", "update", "approle", "auth/approle/login", "", body, $$""","auth":{{_brokerAuth}}""", answerAuth: _brokerAuth);
    }

    private void Consume(string name, int identity, string child, int spent)
    {
        var (operation, trace, span, started) = (_marks.Hex(32), _marks.Hex(32), _marks.Hex(16), _now);
        var header = $""","headers":{{"traceparent":["00-{trace}-{span}-01"]}}""";
        _ids.Clear();
        var calls = 6;
        if (spent == 0)
        {
            calls = 10;
            Answered(_callerAuth, "read", "token", "auth/token/lookup-self", header, null, AuditLogBodies.TokenLookUp(_marks));
            Answered(_callerAuth, "update", "system", "sys/capabilities-self", header, AuditLogBodies.Capabilities(_marks), $$"""{"capabilities":["{{_marks.Mark("read")}}"]}""");
            Answered(_brokerAuth, "update", "identity", "identity/lookup/entity", header, AuditLogBodies.AliasLookUp(_marks, name), AuditLogBodies.Entity(_marks, "alias" + identity));
        }

        Pair(_callerAuth, "read", "kv", "backup-codes-broker/consume/" + name, header, null, "");
        if (spent == 0)
        {
            _ids.Add(Pair(_brokerAuth, "update", "token", "auth/token/create/bcb-identity", header, AuditLogBodies.Mint(_marks, name), $$""","auth":{{child}}"""));
        }

        Answered(child, "read", "kv", "backup-codes/data/identities/bcb." + name, header, null, AuditLogBodies.Document(_marks, name, spent));
        Answered(child, "read", "kv", "backup-codes/data/broker/state", header, null, AuditLogBodies.State(_marks));
        Answered(_brokerAuth, "read", "identity", "identity/entity/id/" + _marks.Uuid("owner" + (identity % 40)), header, null, AuditLogBodies.Entity(_marks, "owner" + (identity % 40)));
        Answered(_brokerAuth, "read", "identity", "identity/entity/id/" + _marks.Uuid("alias" + identity), header, null, AuditLogBodies.Entity(_marks, "alias" + identity));
        Answered(child, "update", "kv", "backup-codes/data/identities/bcb." + name, header, AuditLogBodies.Write(_marks, name, spent + 1), AuditLogBodies.Written(_marks, spent));
        _now += TimeSpan.FromMilliseconds(1);
        Record(name, identity, operation, trace, span, started, calls);
        Operations++;
    }

    private void Record(string name, int identity, string operation, string trace, string span, DateTimeOffset started, int calls)
    {
        var ids = string.Join(',', _ids.Select(id => $"\"{id}\""));
        records.Write(string.Create(CultureInfo.InvariantCulture, $$"""{"time":"{{_now:yyyy-MM-ddTHH:mm:ss.fff}}Z","started_at":"{{started:yyyy-MM-ddTHH:mm:ss.fff}}Z","operation_id":"{{operation}}","trace_id":"{{trace}}","span_id":"{{span}}","operation":"consume","identity":"{{name}}","caller_entity":"{{_marks.Uuid("caller")}}","caller_accessor":"canPD2JSmANyWisebGU32iZ5","caller_name":"approle-verifier","caller_kind":"machine","owner":"{{_marks.Uuid("owner" + (identity % 40))}}","outcome":"done","generation":1,"profile":"machine","profile_digest":"49fb04ce9d0a122b","replica":"{{Replica}}","vault_calls":{{calls}},"vault_uncertain":0,"vault_requests":[{{ids}}]}"""));
        records.Write('\n');
    }

    // What has nothing to do with the broker is most of a real log.
    private void Somebody(int identity, int other)
    {
        var who = "app" + (((identity * OthersPerOperation) + other) % 300);
        var auth = Auth(_marks.Mark(who), "kubernetes-apps-" + who, "apps", _marks.Uuid(who), "service", $$""","metadata":{"role":"{{who}}","service_account_name":"{{who}}"}""");
        Pair(auth, "read", "kv", $"secret/data/{who}/database", "", null, $$""","data":{"data":{"password":"{{_marks.Mark("p" + who)}}","username":"{{_marks.Mark("u" + who)}}"},"metadata":{"created_time":"{{_marks.Mark("t" + who)}}","destroyed":false,"version":3}}""");
    }

    private void Answered(string auth, string verb, string type, string path, string header, string? body, string data) =>
        _ids.Add(Pair(auth, verb, type, path, header, body, $""","data":{data}"""));

    private string Pair(string auth, string verb, string type, string path, string header, string? body, string answer, string? answerAuth = null)
    {
        var id = _marks.RandomUuid();
        var token = auth.StartsWith("{\"client_token\"", StringComparison.Ordinal) ? $""""client_token":"{auth.AsSpan(17, 76)}",""" : "";
        var request = $$""""request":{"id":"{{id}}","operation":"{{verb}}","mount_type":"{{type}}",{{token}}"namespace":{"id":"root"},"path":"{{path}}"{{(body is null ? "" : ",\"data\":" + body)}},"remote_address":"10.20.0.2"{{header}}}""";
        Line(Time(), "request", auth, request, "");
        Line(Time(), "response", answerAuth ?? auth, request, $$""","response":{"mount_type":"{{type}}"{{answer}}}""");
        return id;
    }

    private void Line(string time, string kind, string auth, string request, string response)
    {
        var line = $$"""{"time":"{{time}}","type":"{{kind}}","auth":{{auth}},{{request}}{{response}}}""";
        log.Write(line);
        log.Write('\n');
        Bytes += line.Length + 1;
    }

    private string Time()
    {
        _now += TimeSpan.FromMicroseconds(150);
        return _now.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'000Z'", CultureInfo.InvariantCulture);
    }

    private static string Auth(string token, string display, string policy, string entity, string type, string more)
    {
        var auth = new StringBuilder($$"""{"client_token":"{{token}}",""");
        if (type == "service")
        {
            auth.Append(CultureInfo.InvariantCulture, $"\"accessor\":\"hmac-sha256:{token.AsSpan(44)}{token.AsSpan(12, 32)}\",");
        }

        return auth.Append(CultureInfo.InvariantCulture, $"\"display_name\":\"{display}\",\"policies\":[\"{policy}\"],\"token_policies\":[\"{policy}\"]{more.Replace(",{\"role_name\"", ",\"metadata\":{\"role_name\"", StringComparison.Ordinal)},\"entity_id\":\"{entity}\",\"token_type\":\"{type}\",\"token_ttl\":1200,\"token_issue_time\":\"2026-11-02T00:00:00Z\"}}").ToString();
    }
}
