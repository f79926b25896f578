using System.Globalization;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// Writes an audit log as a busy Vault would, and the access records beside it: one broker whose callers consume codes of sets of ten, five at a time and identity by
/// identity, cold first and then warm, between everybody else's reads. Every line has the form and about the size of what a Vault 1.8 writes for the same
/// request. The same seed gives the same bytes.
/// </summary>
internal sealed class AuditLog
{
    private const int Burst = 5;
    private const int OthersPerOperation = 3;
    private const int Others = 300;
    private const int Teams = 40;
    private const string Replica = "4b8cfbd1";

    private static readonly TimeSpan BetweenBursts = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMicroseconds(150);

    private readonly AuditLogMarks _marks;
    private readonly AuditLogBodies _bodies;
    private readonly List<string> _ids = [];
    private readonly TextWriter _log;
    private readonly TextWriter _records;
    private readonly Token _broker;
    private readonly Token _caller;
    private DateTimeOffset _now = new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);

    public AuditLog(TextWriter log, TextWriter records, int seed)
    {
        (_log, _records, _marks) = (log, records, new AuditLogMarks(seed));
        _bodies = new AuditLogBodies(_marks);
        _broker = NewToken("broker", "approle", "bcb-broker", AuditLogBodies.Fill("'metadata':{'role_name':'bcb-broker'},"));
        _caller = NewToken("caller", "approle-verifier", "bcb-verifier");
    }

    /// <summary>Bytes of Vault's log so far; all of it is ASCII.</summary>
    public long Bytes { get; private set; }

    /// <summary>Operations so far.</summary>
    public int Operations { get; private set; }

    /// <summary>Writes until the log has so many bytes.</summary>
    public void Write(long bytes)
    {
        Pair(Token.None, "update", "approle", "auth/approle/login", "", _bodies.Credentials(), $",\"auth\":{_broker.Auth}", _broker);
        for (var identity = 0; Bytes < bytes; identity++)
        {
            var (name, number) = (Name(identity), identity.ToString(CultureInfo.InvariantCulture));
            var child = NewToken("alias" + number, "token", "bcb-identity", AuditLogBodies.Fill("'metadata':{'child':'~','replica':'~'},", number, Replica), "batch");
            for (var spent = 0; spent < Burst; spent++)
            {
                Consume(name, number, child, spent);
                for (var other = 0; other < OthersPerOperation; other++)
                {
                    Somebody(((identity * OthersPerOperation) + other) % Others);
                }
            }

            _now += BetweenBursts;
        }
    }

    private static string Name(int identity) => string.Create(CultureInfo.InvariantCulture, $"team-{identity % Teams:D2}.service-{identity:D6}");

    private void Consume(string name, string number, Token child, int spent)
    {
        var (operation, trace, span, started) = (_marks.Hex(32), _marks.Hex(32), _marks.Hex(16), _now);
        var header = AuditLogBodies.Fill(",'headers':{'traceparent':['00-~-~-01']}", trace, span);
        var (document, alias, owner) = ("backup-codes/data/identities/bcb." + name, "alias" + number, "owner of " + name[..7]);
        _ids.Clear();
        if (spent == 0)
        {
            Answered(_caller, "read", "token", "auth/token/lookup-self", header, null, _bodies.TokenLookUp());
            Answered(_caller, "update", "system", "sys/capabilities-self", header, _bodies.Paths(), _bodies.Capabilities());
            Answered(_broker, "update", "identity", "identity/lookup/entity", header, _bodies.AliasLookUp(name), _bodies.Entity(alias));
        }

        // Answered with 404, which has no id.
        Pair(_caller, "read", "kv", "backup-codes-broker/consume/" + name, header, null, "");
        if (spent == 0)
        {
            _ids.Add(Pair(_broker, "update", "token", "auth/token/create/bcb-identity", header, _bodies.Mint(name), $",\"auth\":{child.Auth}"));
        }

        Answered(child, "read", "kv", document, header, null, _bodies.Document(name, spent));
        Answered(child, "read", "kv", "backup-codes/data/broker/state", header, null, _bodies.State());
        Answered(_broker, "read", "identity", "identity/entity/id/" + _marks.Uuid(owner), header, null, _bodies.Entity(owner));
        Answered(_broker, "read", "identity", "identity/entity/id/" + _marks.Uuid(alias), header, null, _bodies.Entity(alias));
        Answered(child, "update", "kv", document, header, _bodies.Write(name, spent + 1), _bodies.Version(spent + 4));
        _now += TimeSpan.FromMilliseconds(1);
        _records.Write(AuditLogBodies.Fill(
            "{'time':'~','started_at':'~','operation_id':'~','trace_id':'~','span_id':'~','operation':'consume','identity':'~','caller_entity':'~','caller_accessor':'canPD2JSmANyWisebGU32iZ5',"
                + "'caller_name':'approle-verifier','caller_kind':'machine','owner':'~','outcome':'done','generation':1,'profile':'machine','profile_digest':'49fb04ce9d0a122b','replica':'~',"
                + "'vault_calls':~,'vault_uncertain':0,'vault_requests':[~]}\n",
            Time(_now, "fff"), Time(started, "fff"), operation, trace, span, name, _marks.Uuid("caller"), _marks.Uuid(owner), Replica, spent == 0 ? "10" : "6",
            string.Join(',', _ids.Select(id => $"\"{id}\""))));
        Operations++;
    }

    // What has nothing to do with the broker is most lines of a real log.
    private void Somebody(int number)
    {
        var who = string.Create(CultureInfo.InvariantCulture, $"app-{number}");
        Pair(NewToken(who, "kubernetes-" + who, "apps"), "read", "kv", $"secret/data/{who}/database", "", null, $",\"data\":{_bodies.Secret(who)}");
    }

    private void Answered(Token token, string verb, string type, string path, string header, string? body, string data) =>
        _ids.Add(Pair(token, verb, type, path, header, body, $",\"data\":{data}"));

    private string Pair(Token token, string verb, string type, string path, string header, string? body, string answer, Token? became = null)
    {
        var id = _marks.RandomUuid();
        var request = AuditLogBodies.Fill(
            "{'id':'~','operation':'~','mount_type':'~',~'namespace':{'id':'root'},'path':'~'~,'remote_address':'10.20.0.2'~}",
            id, verb, type, token.Used, path, body is null ? "" : ",\"data\":" + body, header);
        Line("{'time':'~','type':'request','auth':~,'request':~}\n", token.Auth, request);
        Line("{'time':'~','type':'response','auth':~,'request':~,'response':{'mount_type':'~'~}}\n", (became ?? token).Auth, request, type, answer);
        return id;
    }

    private void Line(string template, params ReadOnlySpan<string> values)
    {
        _now += BetweenLines;
        var line = AuditLogBodies.Fill(template, [Time(_now, "ffffff'000'"), .. values]);
        _log.Write(line);
        Bytes += line.Length;
    }

    private static string Time(DateTimeOffset time, string fraction) => time.ToString($"yyyy-MM-dd'T'HH:mm:ss.{fraction}'Z'", CultureInfo.InvariantCulture);

    private Token NewToken(string who, string display, string policy, string metadata = "", string type = "service")
    {
        var accessor = type == "batch" ? "" : _marks.Mark("accessor of " + who);
        return new Token(
            AuditLogBodies.Fill(
                "{'client_token':'~',~'display_name':'~','policies':['~'],'token_policies':['~'],~'entity_id':'~','token_type':'~','token_ttl':1200,'token_issue_time':'2026-11-02T00:00:00Z'}",
                _marks.Mark(who), accessor.Length == 0 ? "" : $"\"accessor\":\"{accessor}\",", display, policy, policy, metadata, _marks.Uuid(who), type),
            AuditLogBodies.Fill("'client_token':'~',", _marks.Mark(who)) + (accessor.Length == 0 ? "" : $"\"client_token_accessor\":\"{accessor}\","));
    }

    /// <summary>A token, as the parts of an entry show it.</summary>
    private sealed record Token(string Auth, string Used)
    {
        public static Token None { get; } = new("{\"token_type\":\"default\"}", "");
    }
}
