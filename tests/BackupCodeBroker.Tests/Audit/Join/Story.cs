using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.Audit;
using BackupCodeBroker.Audit.Join;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Tests.Audit.Join;

/// <summary>What happened at a Vault, written line by line as its audit devices and the broker's access file tell it. Each device has its own HMAC key.</summary>
internal sealed class Story
{
    public const string Owner = "11111111-aaaa-4aaa-8aaa-000000000001", Verifier = "11111111-aaaa-4aaa-8aaa-000000000002", Thief = "11111111-aaaa-4aaa-8aaa-000000000003";

    private static readonly DateTimeOffset Start = new(2026, 11, 25, 8, 0, 0, TimeSpan.Zero);

    private readonly List<(JsonObject Line, DateTimeOffset At)> _log = [];
    private readonly List<(string Line, DateTimeOffset At)> _access = [];
    private readonly bool _isNewer;
    private int _ids;

    /// <param name="isNewer">Told by Vault 1.10 or later, where a service token is not sent as answers name it.</param>
    public Story(bool isNewer = false)
    {
        _isNewer = isNewer;
        Now = Start;
        Say("update", "auth/approle/login", token: null, auth: null, answer: Made("broker", ["bcb-broker"], "", "service"));
    }

    /// <summary>The clock of the story.</summary>
    public DateTimeOffset Now { get; private set; }

    public static JsonObject Auth(string token, string[] policies, string entity, string type = "service", bool child = false) => new()
    {
        ["client_token"] = "#" + token,
        ["accessor"] = "#a-" + token,
        ["display_name"] = token,
        ["policies"] = new JsonArray([.. policies.Select(p => (JsonNode)p)]),
        ["token_policies"] = new JsonArray([.. policies.Select(p => (JsonNode)p)]),
        ["entity_id"] = entity,
        ["token_type"] = type,
        ["metadata"] = child ? new JsonObject { ["replica"] = "r", ["child"] = "1" } : null,
    };

    public static JsonObject Broker => Auth("broker", ["bcb-broker"], "e-broker");

    public static JsonObject Root => Auth("root", ["root"], "");

    public static JsonObject Person(string name, string entity, params string[] policies) => Auth(name, policies.Length > 0 ? policies : [name], entity);

    public static JsonObject Child(string identity, string token = "child") => Auth(token + "-" + identity, ["bcb-identity"], "e-" + identity, "batch", child: true);

    public static JsonObject Made(string token, string[] policies, string entity, string type) =>
        new() { ["auth"] = Auth(token, policies, entity, type, type == "batch") };

    public void Pass(TimeSpan time) => Now += time;

    /// <summary>One request with its answer.</summary>
    public string Say(
        string verb, string path, string? token, JsonObject? auth, JsonObject? sent = null, JsonObject? answer = null, string? span = null, string? error = null, bool answered = true)
    {
        var id = new Guid(++_ids, 0, 0, new byte[8]).ToString();
        var request = new JsonObject
        {
            ["id"] = id,
            ["operation"] = verb,
            ["path"] = path,
            ["namespace"] = new JsonObject { ["id"] = "root" },
            ["remote_address"] = "10.0.0.1",
        };
        if (token is not null)
        {
            var isBatch = token.StartsWith("child", StringComparison.Ordinal);
            (request["client_token"], request["client_token_accessor"]) = ((_isNewer && !isBatch ? "#sent-" : "#") + token, "#a-" + token);
        }

        if (sent is not null)
        {
            request["data"] = sent.DeepClone();
        }

        if (span is not null)
        {
            request["headers"] = new JsonObject { ["traceparent"] = new JsonArray($"00-{Trace}-{span}-01") };
        }

        Add("request", auth, request, null, error);
        if (answered)
        {
            Add("response", auth ?? answer?["auth"]?.DeepClone().AsObject(), request, answer ?? [], error);
        }

        return id;
    }

    public const string Trace = "0af7651916cd43dd8448eb211c80319c";

    /// <summary>An operation with all its calls and its record.</summary>
    /// <returns>Its span.</returns>
    public string Operate(
        string operation, string identity, string caller, string entity, int? generation = null, string outcome = "done", string? reason = null,
        Action<string, List<string>>? more = null, bool record = true, bool cold = true, bool writes = true, string? knownAs = null)
    {
        var span = (0x1000 + _ids).ToString("x16", CultureInfo.InvariantCulture);
        var ids = new List<string>();
        var calls = _ids;
        var from = Now;
        var person = Person(caller, entity);
        if (cold)
        {
            ids.Add(Say("read", "auth/token/lookup-self", caller, person, answer: new JsonObject { ["data"] = new JsonObject { ["entity_id"] = "#" + entity } }, span: span));
            ids.Add(Say("update", "identity/lookup/entity", "broker", Broker, new JsonObject { ["alias_name"] = "#bcb." + identity }, Data(("id", "#e-" + identity)), span));
            ids.Add(Say("update", "auth/token/create/bcb-identity", "broker", Broker, new JsonObject { ["entity_alias"] = "#bcb." + identity }, Made("child-" + identity, ["bcb-identity"], "e-" + identity, "batch"), span));
        }

        Say("read", $"backup-codes-broker/{operation}/{identity}", caller, person, span: span);
        var child = "child-" + identity;
        ids.Add(Say("read", $"backup-codes/data/identities/bcb.{identity}", child, Child(identity), answer: Data(("data", "#x")), span: span));
        ids.Add(Say("read", "backup-codes/data/broker/state", child, Child(identity), answer: Data(("data", "#x")), span: span));
        if (operation is "consume" or "issue")
        {
            ids.Add(Say("read", "identity/entity/id/" + Owner, "broker", Broker, answer: Data(("id", "#" + Owner)), span: span));
            ids.Add(Say("read", "identity/entity/id/e-" + identity, "broker", Broker, answer: Data(("id", "#e-" + identity)), span: span));
        }

        more?.Invoke(span, ids);
        if (writes)
        {
            ids.Add(Say("update", $"backup-codes/data/identities/bcb.{identity}", child, Child(identity), answer: Data(("version", 2)), span: span));
        }

        if (record)
        {
            Record(span, operation, knownAs ?? identity, entity, outcome, reason, generation, from, _ids - calls, ids);
        }

        return span;
    }

    public void Record(
        string span, string operation, string? identity, string? entity, string outcome, string? reason, int? generation, DateTimeOffset from, int calls, IReadOnlyList<string> ids,
        int uncertain = 0)
    {
        var line = JsonSerializer.Serialize(new
        {
            time = Now,
            started_at = from,
            operation_id = span + span,
            trace_id = Trace,
            span_id = span,
            operation,
            identity,
            caller_entity = entity,
            owner = Owner,
            outcome,
            reason,
            generation,
            vault_calls = calls,
            vault_uncertain = uncertain,
            vault_requests = ids,
        });
        _access.Add((line, Now));
    }

    /// <summary>Issues codes; the wrap's token is <c>wrap-IDENTITY-GENERATION</c>.</summary>
    public string Issue(string identity, int generation, string caller = "owner", string entity = Owner, bool record = true)
    {
        var wrap = $"wrap-{identity}-{generation}";
        return Operate("issue", identity, caller, entity, generation, record: record, more: (span, _) => Say(
            "update", "sys/wrapping/wrap", "broker", Broker, new JsonObject { ["activation"] = "#act-" + wrap }, new JsonObject { ["wrap_info"] = WrapInfo(wrap) }, span));
    }

    public JsonObject WrapInfo(string wrap) => new()
    {
        ["token"] = "#" + wrap,
        ["accessor"] = "#a-" + wrap,
        ["ttl"] = 300,
        ["creation_time"] = Now.ToString("O", CultureInfo.InvariantCulture),
        ["creation_path"] = "sys/wrapping/wrap",
    };

    public void Unwrap(string identity, int generation, string caller, string entity, bool fails = false) => Say(
        "update", "sys/wrapping/unwrap", caller, fails ? Auth(caller, [], "") : Person(caller, entity), new JsonObject { ["token"] = $"#wrap-{identity}-{generation}" },
        Data(("activation", $"#act-wrap-{identity}-{generation}")), error: fails ? "wrapping token is not valid or does not exist" : null, answered: !fails);

    public string Activate(string identity, int generation, string caller = "owner", string entity = Owner) => Operate("retrieve", identity, caller, entity, generation);

    public void Claim(string identity, int generation)
    {
        Issue(identity, generation);
        Unwrap(identity, generation, "owner", Owner);
        Activate(identity, generation);
    }

    public static JsonObject Data(params (string Name, JsonNode Value)[] members)
    {
        var data = new JsonObject();
        foreach (var (name, value) in members)
        {
            data[name] = value;
        }

        return new JsonObject { ["data"] = data };
    }

    /// <summary>The log as a device writes it.</summary>
    public IReadOnlyList<string> Lines(string device = "one") => [.. _log.Select(l => Hmac(l.Line, device).ToJsonString())];

    public IReadOnlyList<string> Records => [.. _access.OrderBy(a => a.At).Select(a => a.Line)];

    /// <summary>The audit of it.</summary>
    public AuditReport Audit(DateTimeOffset? since = null, AuditNames? names = null) => Audit([Lines(), Records], since, names);

    public static AuditReport Audit(IReadOnlyList<IReadOnlyList<string>> files, DateTimeOffset? since = null, AuditNames? names = null, DateTimeOffset? latest = null)
    {
        var folder = Directory.CreateTempSubdirectory("bcb-audit-");
        try
        {
            var paths = files.Select((lines, i) =>
            {
                var path = Path.Combine(folder.FullName, i.ToString(CultureInfo.InvariantCulture));
                File.WriteAllText(path, string.Concat(lines.Select(l => l + "\n")));
                return path;
            }).ToList();
            return Audit(paths, since, names, latest);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static AuditReport Audit(IReadOnlyList<string> paths, DateTimeOffset? since, AuditNames? names, DateTimeOffset? latest = null) =>
        new AuditRun(
            new AuditQuestion(names ?? new AuditNames(), since, null, TimeSpan.FromSeconds(30)) { Latest = latest ?? DateTimeOffset.MaxValue }, () => Stream.Null).Run(paths, _ => { }, CancellationToken.None);

    private void Add(string type, JsonObject? auth, JsonObject request, JsonObject? answer, string? error)
    {
        Now += TimeSpan.FromMilliseconds(1);
        var line = new JsonObject { ["time"] = Now.ToString("O", CultureInfo.InvariantCulture), ["type"] = type, ["auth"] = auth?.DeepClone(), ["request"] = request.DeepClone() };
        if (answer is not null)
        {
            line["response"] = answer.DeepClone();
        }

        if (error is not null)
        {
            line["error"] = error;
        }

        _log.Add((line, Now));
    }

    // What begins with # is a secret: the device writes its HMAC.
    private static JsonNode Hmac(JsonNode node, string device) => node switch
    {
        JsonObject o => new JsonObject(o.Select(m => KeyValuePair.Create(m.Key, m.Value is null ? null : Hmac(m.Value, device)))),
        JsonArray a => new JsonArray([.. a.Select(i => i is null ? null : Hmac(i, device))]),
        JsonValue v when v.TryGetValue<string>(out var text) && text.StartsWith('#') =>
            device == "raw" ? text[1..] : "hmac-sha256:" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(device), Encoding.UTF8.GetBytes(text))),
        _ => node.DeepClone(),
    };
}
