using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace BackupCodeBroker.Tests.Cli;

/// <summary>A request as it arrived.</summary>
internal sealed record SeenRequest(string Method, string Path, string? Token, string? Key, string? TraceParent, string Body)
{
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();
}

/// <summary>
/// A broker or a Vault that answers what a test wrote down: for each route its answers in turn, the last one for ever. What was not written
/// down is a 599, so that no test passes by a request that nobody expected.
/// </summary>
internal sealed class FakeServer : HttpMessageHandler
{
    public const string OperationId = "00000000000000000000000000000001";
    public const string TraceId = "000000000000000000000000000000aa";

    private readonly Dictionary<string, Queue<Func<HttpResponseMessage>>> _answers = [];

    public ConcurrentQueue<SeenRequest> Seen { get; } = [];

    /// <summary>What the server's clock says in its Date header.</summary>
    public DateTimeOffset? Date { get; set; }

    public FakeServer On(string route, int status, string body = "", int? retryAfter = null) => On(route, () =>
    {
        var response = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent(body, Encoding.UTF8, status < 400 ? "application/json" : "application/problem+json"),
        };
        response.Headers.Add("Bcb-Operation-Id", OperationId);
        response.Headers.Add("Bcb-Trace-Id", TraceId);
        response.Headers.Date = Date;
        if (retryAfter is { } seconds)
        {
            response.Headers.Add("Retry-After", $"{seconds}");
        }

        return response;
    });

    /// <summary>Forgets what was written down for a route, and answers this.</summary>
    public FakeServer Replace(string route, int status, string body)
    {
        _answers.Remove(route);
        return On(route, status, body);
    }

    /// <summary>The connection breaks once the request was sent.</summary>
    public FakeServer Lost(string route) => Broken(route, () => new HttpRequestException(HttpRequestError.ResponseEnded, "broken"));

    /// <summary>There is no connection.</summary>
    public FakeServer Away(string route) => Broken(route, () => new HttpRequestException(HttpRequestError.ConnectionError, "refused"));

    public FakeServer Broken(string route, Func<Exception> fault) => On(route, () => throw fault());

    public FakeServer Problem(string route, int status, string code, string detail = "no", string rest = "") => On(
        route,
        status,
        $$"""{"type":"urn:bcb:problem:{{code}}","title":"t","status":{{status}},"detail":"{{detail}}","code":"{{code}}","operation_id":"{{OperationId}}","trace_id":"{{TraceId}}"{{rest}}}""");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        Seen.Enqueue(new SeenRequest(
            request.Method.Method,
            path,
            Header(request, "X-Vault-Token"),
            Header(request, "Idempotency-Key"),
            Header(request, "traceparent"),
            request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
        var route = $"{request.Method.Method} {path}";
        if (!_answers.TryGetValue(route, out var answers))
        {
            return new HttpResponseMessage((HttpStatusCode)599) { Content = new StringContent("nobody expected " + route) };
        }

        var response = (answers.Count > 1 ? answers.Dequeue() : answers.Peek())();
        response.RequestMessage = request;
        return response;
    }

    private static string? Header(HttpRequestMessage request, string name) =>
        request.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;

    private FakeServer On(string route, Func<HttpResponseMessage> answer)
    {
        if (!_answers.TryGetValue(route, out var answers))
        {
            _answers[route] = answers = new Queue<Func<HttpResponseMessage>>();
        }

        answers.Enqueue(answer);
        return this;
    }
}
