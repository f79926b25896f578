using System.Text.RegularExpressions;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Wire;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>
/// Sits between a broker and Vault: notes each call with its order, and lets a test do what networks do (lose, delay, answer nonsense). Calls are
/// told apart by the trace of the operation that made them, so a broker's upkeep disturbs no count.
/// </summary>
internal sealed partial class VaultTap(VaultSettings names) : DelegatingHandler(VaultConnections.Create(names))
{
    private readonly List<TappedCall> _calls = [];
    private readonly Lock _lock = new();
    private int _clock;

    /// <summary>What happens to a call; null lets everything through.</summary>
    public Func<TappedCall, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>>? Interfere { get; set; }

    /// <summary>The calls of one operation, in the order in which they were sent.</summary>
    public IReadOnlyList<TappedCall> Of(ApiReply reply)
    {
        lock (_lock)
        {
            return [.. _calls.Where(c => c.TraceId == reply.TraceId).OrderBy(c => c.Started)];
        }
    }

    /// <summary>All calls.</summary>
    public IReadOnlyList<TappedCall> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>The calls of one operation as a sorted list, for comparison.</summary>
    public IReadOnlyList<string> NamesOf(ApiReply reply) => [.. Of(reply).Select(c => c.Name).Order(StringComparer.Ordinal)];

    /// <summary>The longest chain of calls each of which was sent after the one before it was answered.</summary>
    public int RoundTripsOf(ApiReply reply)
    {
        var depths = new List<(TappedCall Call, int Depth)>();
        foreach (var call in Of(reply))
        {
            depths.Add((call, 1 + depths.Where(d => d.Call.Finished < call.Started).Select(d => d.Depth).DefaultIfEmpty().Max()));
        }

        return depths.Select(d => d.Depth).DefaultIfEmpty().Max();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = new TappedCall(request, NameOf(request), Interlocked.Increment(ref _clock));
        lock (_lock)
        {
            _calls.Add(call);
        }

        try
        {
            Task<HttpResponseMessage> Send() => base.SendAsync(request, cancellationToken);
            return await (Interfere is { } interfere ? interfere(call, Send) : Send());
        }
        finally
        {
            call.Finished = Interlocked.Increment(ref _clock);
        }
    }

    /// <summary>Sends another request to the same Vault, past the notes.</summary>
    public Task<HttpResponseMessage> SendPastAsync(HttpRequestMessage request) => base.SendAsync(request, CancellationToken.None);

    private string NameOf(HttpRequestMessage request)
    {
        var path = request.RequestUri!.AbsolutePath["/v1/".Length..];
        path = Replaced(path, names.KvMount + "/", "codes/");
        path = Replaced(path, names.AskMount + "/", "ask/");
        path = Replaced(path, names.TransitMount + "/", "transit/");
        path = path.Replace(names.TokenRole, "identity", StringComparison.Ordinal).Replace(names.SweeperRole, "sweeper", StringComparison.Ordinal);
        path = Replaced(path, $"auth/{names.RecoveryMount}/role/", "recovery/");
        path = Replaced(path, "auth/token/create/" + names.RecoveryRolePrefix, "recovery-token/");
        path = RecoveryPath().Replace(path, "$1/{identity}$2");
        path = DocumentPath().Replace(path, "identities/{identity}");
        path = EntityPath().Replace(path, "$1/id/{id}");
        return request.Method.Method + " " + AskPath().Replace(path, "ask/$1/{target}");
    }

    private static string Replaced(string path, string prefix, string word) =>
        path.StartsWith(prefix, StringComparison.Ordinal) ? word + path[prefix.Length..] : path;

    [GeneratedRegex(@"identities/bcb\.[^/]+$")]
    private static partial Regex DocumentPath();

    [GeneratedRegex("^(recovery|recovery-token)/[^/]+(.*)$")]
    private static partial Regex RecoveryPath();

    [GeneratedRegex("(entity|group)/id/[^/]+$")]
    private static partial Regex EntityPath();

    [GeneratedRegex("^ask/([a-z-]+)/[^/]+$")]
    private static partial Regex AskPath();
}

/// <summary>One call to Vault.</summary>
/// <param name="Request">The request.</param>
/// <param name="Name">Method and path with names replaced.</param>
/// <param name="Started">When it was sent, as a number.</param>
internal sealed record TappedCall(HttpRequestMessage Request, string Name, int Started)
{
    public const string Write = "POST codes/data/identities/{identity}";
    public const string Read = "GET codes/data/identities/{identity}";
    public const string State = "GET codes/data/broker/state";
    public const string Entity = "GET identity/entity/id/{id}";
    public const string Group = "GET identity/group/id/{id}";
    public const string Alias = "POST identity/lookup/entity";
    public const string Mint = "POST auth/token/create/identity";
    public const string LookupSelf = "GET auth/token/lookup-self";
    public const string Capabilities = "POST sys/capabilities-self";
    public const string Pepper = "POST transit/hmac/bcb-pepper";
    public const string Wrap = "POST sys/wrapping/wrap";
    public const string SecretId = "POST recovery/{identity}/secret-id";
    public const string RoleId = "GET recovery/{identity}/role-id";
    public const string EndSecretId = "POST recovery/{identity}/secret-id-accessor/destroy";
    public const string RecoveryToken = "POST recovery-token/{identity}";
    public const string LookupAccessor = "POST auth/token/lookup-accessor";
    public const string EndToken = "POST auth/token/revoke-accessor";

    /// <summary>When it was answered.</summary>
    public int Finished { get; set; } = int.MaxValue;

    /// <summary>Trace of the operation.</summary>
    public string TraceId { get; } = Request.Headers.GetValues("traceparent").Single().Split('-')[1];

    /// <summary>Span of the operation.</summary>
    public string SpanId { get; } = Request.Headers.GetValues("traceparent").Single().Split('-')[2];

    /// <summary>Whether the operation says that its span is recorded.</summary>
    public bool Sampled { get; } = Request.Headers.GetValues("traceparent").Single().Split('-')[3] == "01";

    /// <summary>Asks for an operation.</summary>
    public static string Ask(string operation) => $"GET ask/{operation}/{{target}}";
}
