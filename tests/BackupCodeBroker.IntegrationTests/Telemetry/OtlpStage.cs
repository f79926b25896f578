using System.Diagnostics;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Approvals;
using BackupCodeBroker.IntegrationTests.Kit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>
/// A broker of its own process that exports to a receiver, with a proxy between it and Vault: what leaves a deployment, and what arrives in it. Identities
/// and codes are made by another broker, so that each operation of the process is one that a test asked for.
/// </summary>
internal sealed class OtlpStage : IAsyncDisposable
{
    private Task<HelpDesk>? _desk;

    private OtlpStage(BrokerEnvironment environment, OtlpReceiver receiver, VaultProxy proxy, BrokerProcess broker, RunningBroker maker, Cast cast) =>
        (Environment, Receiver, Proxy, Broker, Maker, Cast) = (environment, receiver, proxy, broker, maker, cast);

    public BrokerEnvironment Environment { get; }

    public OtlpReceiver Receiver { get; }

    public VaultProxy Proxy { get; }

    /// <summary>The broker whose telemetry is looked at.</summary>
    public BrokerProcess Broker { get; }

    /// <summary>The broker that arranges.</summary>
    public RunningBroker Maker { get; }

    public Cast Cast { get; }

    /// <param name="environment">The deployment.</param>
    /// <param name="protocol"><c>grpc</c> or <c>http/protobuf</c>.</param>
    /// <param name="more">Variables beside those that name the receiver and make it quick.</param>
    public static async Task<OtlpStage> StartAsync(BrokerEnvironment environment, string protocol, IReadOnlyDictionary<string, string>? more = null)
    {
        var receiver = await OtlpReceiver.StartAsync();
        var proxy = await VaultProxy.StartAsync(environment.Vault.Address);
        var variables = Variables(receiver.EndpointOf(protocol), protocol);
        foreach (var (name, value) in more ?? new Dictionary<string, string>())
        {
            variables[name] = value;
        }

        var broker = await BrokerProcess.StartAsync(environment, proxy.Address, variables);
        return new OtlpStage(environment, receiver, proxy, broker, await environment.SharedAsync(), await environment.CastAsync());
    }

    /// <summary>The variables of a process that exports soon after something happened.</summary>
    public static Dictionary<string, string> Variables(string endpoint, string protocol) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol,
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "300",
        ["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based",
    };

    /// <summary>A help desk around a third broker, whose profiles the process has too where it is started with <see cref="HelpDesk.Variables"/>.</summary>
    public Task<HelpDesk> HelpDeskAsync() => _desk ??= HelpDesk.OpenAsync(Environment);

    /// <summary>A new identity of the usual owner with codes received, by way of the other broker.</summary>
    public Task<Holding> HoldingAsync() => Environment.HoldingAsync(Maker, Cast);

    /// <summary>As <see cref="HoldingAsync()"/>, with an owner and an entity that nothing else has.</summary>
    public async Task<(Holding Holding, Person Owner, string Entity)> OwnHoldingAsync()
    {
        var (owner, entity) = (await Environment.OwnerAsync(), (await Environment.PersonAsync("service")).EntityId);
        var identity = BrokerEnvironment.NewIdentity();
        using var team = Maker.As(Cast.Team);
        await team.RegisterAsync(identity, owner.EntityId, more: new { owner = owner.EntityId, entity, profile = "machine" });
        return (new Holding(identity, await Environment.ClaimAsync(Maker, owner, identity)), owner, entity);
    }

    /// <summary>A new identity that has no codes yet.</summary>
    public async Task<string> RegisteredAsync()
    {
        var identity = BrokerEnvironment.NewIdentity();
        await Maker.RegisterAsync(Cast.Team, identity, Cast.Owner);
        return identity;
    }

    /// <summary>A set that waits for its recipient.</summary>
    public async Task<Payload> PendingAsync(string identity)
    {
        using var owner = Maker.As(Cast.Owner);
        return await Environment.UnwrapAsync(Cast.Owner, await owner.IssueAsync(identity));
    }

    public Task ChangeSetAsync(string identity, Func<CodeSet, CodeSet> change) =>
        Environment.ChangeDocumentAsync(identity, d => d with { Active = change(d.Active!) });

    /// <summary>Somebody asks the process for something.</summary>
    public async Task<ApiReply> AskAsync(Person who, Func<ApiClient, Task<ApiReply>> request)
    {
        using var client = new ApiClient(Broker.Address, who.Token) { TraceParent = CallersSpan.Current?.ToString() };
        return await request(client);
    }

    /// <summary>Asks without a token.</summary>
    public async Task<ApiReply> AskNobodyAsync(Func<ApiClient, Task<ApiReply>> request)
    {
        using var client = new ApiClient(Broker.Address, null) { TraceParent = CallersSpan.Current?.ToString() };
        return await request(client);
    }

    /// <summary>Asks while something answers in Vault's place.</summary>
    public async Task<ApiReply> MeanwhileAsync(Func<HttpContext, Task<bool>> answer, Person who, Func<ApiClient, Task<ApiReply>> request)
    {
        Proxy.Answer = answer;
        try
        {
            return await AskAsync(who, request);
        }
        finally
        {
            Proxy.Answer = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        await Proxy.DisposeAsync();
        await Receiver.DisposeAsync();
    }

    /// <summary>Answers requests to a path, or to all, with an error of Vault's.</summary>
    public static Func<HttpContext, Task<bool>> Vault(int status, string error, string? method = null, string? pathHas = null) => async http =>
    {
        if ((method is not null && http.Request.Method != method) || (pathHas is not null && !http.Request.Path.Value!.Contains(pathHas, StringComparison.Ordinal)))
        {
            return false;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        http.Response.StatusCode = status;
        await http.Response.WriteAsJsonAsync(new { errors = error.Length > 0 ? [error] : Array.Empty<string>() });
        return true;
    };
}

/// <summary>A span of whoever calls: what is asked for while it lasts carries its context.</summary>
internal sealed class CallersSpan : IDisposable
{
    private static readonly AsyncLocal<CallersSpan?> Now = new();

    public CallersSpan() => Now.Value = this;

    public static CallersSpan? Current => Now.Value;

    public string TraceId { get; } = ActivityTraceId.CreateRandom().ToHexString();

    public string SpanId { get; } = ActivitySpanId.CreateRandom().ToHexString();

    public override string ToString() => $"00-{TraceId}-{SpanId}-01";

    public void Dispose() => Now.Value = null;
}
