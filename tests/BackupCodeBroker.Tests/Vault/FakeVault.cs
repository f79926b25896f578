using System.Net;
using System.Text;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.Tests.Vault;

/// <summary>A handler that records what was sent and answers from a script; the last answer repeats.</summary>
internal sealed class FakeVault(params Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>>[] script) : HttpMessageHandler
{
    public List<Seen> Requests { get; } = [];

    public static VaultToken Token { get; } = new("s.CanaryCanaryCanaryCanary");

    public static VaultCall Call => new("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", TestContext.Current.CancellationToken);

    public static FakeVault Answering(int status, string? body) => new(Answer(status, body));

    public static Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> Answer(int status, string? body, string? location = null, int? retryAfter = null) =>
        (_, _) =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body ?? "", Encoding.UTF8, "application/json") };
            response.Headers.Location = location is null ? null : new Uri(location);
            if (retryAfter is { } seconds)
            {
                response.Headers.TryAddWithoutValidation("Retry-After", seconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            return Task.FromResult(response);
        };

    public static Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> Throw(HttpRequestError error) =>
        (_, _) => Task.FromException<HttpResponseMessage>(new HttpRequestException(error));

    public static Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> Hang() => async (_, cancellation) =>
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        throw new InvalidOperationException();
    };

    public VaultClient Client(TimeProvider? time = null, VaultSettings? settings = null) =>
        new(settings ?? new VaultSettings(), time ?? TimeProvider.System, () => this);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Connection refused means that no body was ever asked for.
        var refused = script[Math.Min(Requests.Count, script.Length - 1)].Target is RefusedMarker;
        var body = request.Content is null || refused ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? [])
            .ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase);
        var seen = new Seen(request.Method.Method, request.RequestUri!, headers, body);
        Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> answer;
        lock (Requests)
        {
            answer = script[Math.Min(Requests.Count, script.Length - 1)];
            Requests.Add(seen);
        }

        return await answer(seen, cancellationToken);
    }

    public static Func<FakeVault.Seen, CancellationToken, Task<HttpResponseMessage>> Refuse() => new RefusedMarker().Answer;

    internal sealed record Seen(string Method, Uri Uri, IReadOnlyDictionary<string, string> Headers, string Body);

    private sealed class RefusedMarker
    {
        public Task<HttpResponseMessage> Answer(Seen seen, CancellationToken cancellation) =>
            Task.FromException<HttpResponseMessage>(new HttpRequestException(HttpRequestError.ConnectionError, seen.Method));
    }
}
