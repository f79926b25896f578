using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Bootstrap;

/// <summary>Vault by plain HTTP: what an operator, or a thief, would send. Planting drift must not go through what is tested.</summary>
internal sealed class RawVault(string address, string token) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(address.TrimEnd('/') + "/v1/") };

    public string Address => address;

    public string Token => token;

    public void Dispose() => _http.Dispose();

    public async Task<(HttpStatusCode Status, JsonNode? Body)> SendAsync(
        string method, string path, JsonNode? body = null, string? with = null, bool bare = false)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (!bare)
        {
            request.Headers.Add("X-Vault-Token", with ?? token);
        }

        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>Sends what has to work.</summary>
    public async Task<JsonNode> MustAsync(string method, string path, JsonNode? body = null, string? with = null)
    {
        var (status, answer) = await SendAsync(method, path, body, with);
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NoContent, $"{method} {path}: {(int)status} {answer?.ToJsonString()}");
        return answer ?? new JsonObject();
    }

    public async Task<HttpStatusCode> StatusAsync(string method, string path, JsonNode? body = null, string? with = null) =>
        (await SendAsync(method, path, body, with)).Status;

    /// <summary>A token with these policies alone.</summary>
    public async Task<string> TokenWithAsync(params string[] policies) => (await MustAsync("POST", "auth/token/create", new JsonObject
    {
        ["policies"] = new JsonArray([.. policies.Select(policy => JsonValue.Create(policy))]),
        ["no_default_policy"] = true,
        ["ttl"] = "10m",
    }))["auth"]!["client_token"]!.GetValue<string>();

    /// <summary>What <c>sys/capabilities</c> says of a token, by path.</summary>
    public async Task<IReadOnlyDictionary<string, string>> CapabilitiesAsync(string of, IEnumerable<string> paths)
    {
        var wanted = paths.ToList();
        var answer = await MustAsync("POST", "sys/capabilities", new JsonObject
        {
            ["token"] = of,
            ["paths"] = new JsonArray([.. wanted.Select(path => JsonValue.Create(path))]),
        });
        return wanted.ToDictionary(path => path, path => string.Join(',', answer["data"]![path]!.AsArray().Select(item => item!.GetValue<string>())));
    }
}
