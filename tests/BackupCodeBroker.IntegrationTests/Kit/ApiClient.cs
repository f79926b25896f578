using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>Speaks the broker's HTTP as any client would.</summary>
public sealed class ApiClient(string address, string? token) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Trace context that its requests carry.</summary>
    public string? TraceParent { get; init; }

    public Task<ApiReply> RegisterAsync(string identity, string owner, string profile = "machine", object? more = null) =>
        SendAsync(HttpMethod.Put, "/v1/identities/" + identity, more ?? new { owner, profile });

    public Task<ApiReply> IssueAsync(string identity) => SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/code-sets");

    public Task<ApiReply> ActivateAsync(string identity, int generation, string activation) =>
        SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/code-sets/{generation}/activate", new { activation });

    public Task<ApiReply> InterceptedAsync(string identity, int generation, string reason) =>
        SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/code-sets/{generation}/intercepted", new { reason });

    public Task<ApiReply> ConsumeAsync(string identity, string code, string? key = null, string purpose = "test") =>
        SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/consume", new { code, purpose }, ("Idempotency-Key", key ?? Guid.NewGuid().ToString()));

    public Task<ApiReply> RecoverAsync(string identity, string code, string? key = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/recover", new { code }, [("Idempotency-Key", key ?? Guid.NewGuid().ToString()), .. headers]);

    public Task<ApiReply> DrillAsync(string identity, string code) => SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/drill", new { code });

    public Task<ApiReply> StatusAsync(string identity) => SendAsync(HttpMethod.Get, "/v1/identities/" + identity);

    public Task<ApiReply> ListAsync(string query = "") => SendAsync(HttpMethod.Get, "/v1/identities" + query);

    public Task<ApiReply> ReportAsync(string query = "") => SendAsync(HttpMethod.Get, "/v1/report" + query);

    public Task<ApiReply> RevokeAsync(string identity, string reason = "test") =>
        SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/revoke", new { reason });

    public Task<ApiReply> ReportLeakAsync(string code) => SendAsync(HttpMethod.Post, "/v1/leaks", new { code });

    public Task<ApiReply> TransferAsync(string identity, string owner, bool confirm = false, string reason = "test") =>
        SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/transfer", new { owner, reason, confirm });

    public Task<ApiReply> RetireAsync(string identity, string reason = "test") =>
        SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/retire", new { reason });

    public Task<ApiReply> SuspendAsync(string identity, string reason = "test", string? cause = null) =>
        SendAsync(HttpMethod.Post, $"/v1/identities/{identity}/suspend", cause is null ? new { reason } : new { reason, cause });

    public async Task<ApiReply> SendAsync(HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers)
    {
        using var content = body switch
        {
            null => null,
            HttpContent own => own,
            string raw => new StringContent(raw, Encoding.UTF8, "application/json"),
            _ => new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
        };
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Vault-Token", token);
        }

        if (TraceParent is not null)
        {
            request.Headers.TryAddWithoutValidation("traceparent", TraceParent);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await _http.SendAsync(request);
        return new ApiReply((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers, answer.Content.Headers.ContentType);
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>An answer of the broker.</summary>
public sealed record ApiReply(int Status, string Text, HttpResponseHeaders Headers, MediaTypeHeaderValue? ContentType)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>Trace of the operation.</summary>
    public string TraceId => Headers.GetValues("Bcb-Trace-Id").Single();

    /// <summary>Id of the operation.</summary>
    public string OperationId => Headers.GetValues("Bcb-Operation-Id").Single();

    public string? Code => Text.Length > 0 && Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    public string? Reason => Text.Length > 0 && Json.TryGetProperty("reason", out var reason) ? reason.GetString() : null;

    /// <summary>A member of the body, as text.</summary>
    public string? Member(string name) => Json.TryGetProperty(name, out var value) ? value.ToString() : null;

    /// <summary>The headers without what differs between any two answers.</summary>
    public string UniformHeaders => string.Join(
        '\n',
        Headers.Where(h => h.Key is not ("Date" or "Bcb-Operation-Id" or "Bcb-Trace-Id"))
            .Select(h => h.Key + "=" + string.Join(',', h.Value))
            .Append("length=" + Text.Length + ContentType)
            .Order(StringComparer.Ordinal));

    /// <summary>The body without what differs between any two answers.</summary>
    public string Uniform => string.Join(
        '\n', Json.EnumerateObject().Where(p => p.Name is not ("operation_id" or "trace_id")).Select(p => p.Name + "=" + p.Value.GetRawText()));
}
