using System.Collections.Concurrent;
using System.Net;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>
/// Stands between a broker of its own process and Vault, as <see cref="VaultTap"/> does within one: notes each request with its answer's id, and lets a
/// test answer in Vault's place.
/// </summary>
internal sealed class VaultProxy : IAsyncDisposable
{
    private static readonly string[] OfTheConnection = ["Host", "Connection", "Transfer-Encoding", "Content-Length"];

    private readonly WebApplication _app;
    private readonly HttpClient _http;
    private readonly ConcurrentQueue<ProxiedCall> _calls = new();
    private readonly ConcurrentQueue<Exception> _faults = new();

    private VaultProxy(string vault)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null }) { BaseAddress = new Uri(vault) };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(async http =>
        {
            try
            {
                await PassAsync(http);
            }
            catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
            {
                _faults.Enqueue(e);
                throw;
            }
        });
    }

    public string Address => _app.Urls.Single();

    /// <summary>Answers a request in Vault's place; false lets it through.</summary>
    public Func<HttpContext, Task<bool>>? Answer { get; set; }

    /// <summary>What went wrong in the proxy itself: a test that has any tests something else than it thinks.</summary>
    public IReadOnlyCollection<Exception> Faults => _faults;

    /// <summary>Sees each request with its body before it goes on.</summary>
    public Action<HttpRequest, byte[]>? Seen { get; set; }

    /// <summary>What passed, in the order of the answers.</summary>
    public IReadOnlyList<ProxiedCall> Calls => [.. _calls];

    public static async Task<VaultProxy> StartAsync(string vault)
    {
        var proxy = new VaultProxy(vault);
        await proxy._app.StartAsync();
        return proxy;
    }

    /// <summary>The calls of one operation.</summary>
    public IReadOnlyList<ProxiedCall> Of(ApiReply reply) => [.. _calls.Where(c => c.TraceId == reply.TraceId)];

    /// <summary>Cuts the connection: whether anything was done nobody can tell.</summary>
    public static void Cut(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        http.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task PassAsync(HttpContext http)
    {
        if (Answer is { } answer && await answer(http))
        {
            _calls.Enqueue(new ProxiedCall(http.Request.Method, http.Request.Path, http.Request.Headers["traceparent"].ToString(), http.Response.StatusCode, ""));
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), http.Request.Path + http.Request.QueryString.Value);
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        Seen?.Invoke(http.Request, body.ToArray());
        request.Content = body.Length > 0 ? new ByteArrayContent(body.ToArray()) : null;
        foreach (var (name, values) in http.Request.Headers.Where(h => !OfTheConnection.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        using var reply = await _http.SendAsync(request);
        var text = await reply.Content.ReadAsByteArrayAsync();
        _calls.Enqueue(new ProxiedCall(http.Request.Method, http.Request.Path, http.Request.Headers["traceparent"].ToString(), (int)reply.StatusCode, IdOf(text)));
        http.Response.StatusCode = (int)reply.StatusCode;
        foreach (var (name, values) in reply.Headers.Concat(reply.Content.Headers).Where(h => !OfTheConnection.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
        {
            http.Response.Headers[name] = values.ToArray();
        }

        if (text.Length > 0)
        {
            await http.Response.Body.WriteAsync(text);
        }
    }

    private static string IdOf(byte[] body)
    {
        try
        {
            using var json = System.Text.Json.JsonDocument.Parse(body);
            return json.RootElement.TryGetProperty("request_id", out var id) ? id.GetString() ?? "" : "";
        }
        catch (System.Text.Json.JsonException)
        {
            return "";
        }
    }
}

/// <summary>One request that passed.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path, <c>/v1/</c> included.</param>
/// <param name="TraceParent">The trace context that came with it.</param>
/// <param name="Status">What was answered; 499 where the connection was cut.</param>
/// <param name="RequestId">Vault's id of it, where the answer has one.</param>
internal sealed record ProxiedCall(string Method, string Path, string TraceParent, int Status, string RequestId)
{
    public string TraceId => TraceParent.Split('-')[1];

    public string SpanId => TraceParent.Split('-')[2];
}
