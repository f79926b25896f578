using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault;
using Microsoft.Extensions.Time.Testing;

namespace BackupCodeBroker.IntegrationTests.DevVault;

/// <summary>One embedded Vault under a clock that the test moves, and the calls to try it with.</summary>
internal sealed class DevVaultProbe : IAsyncDisposable
{
    private readonly HttpClient _client;

    private DevVaultProbe(DevVaultServer server, FakeTimeProvider time)
    {
        (Server, Time) = (server, time);
        _client = new HttpClient { BaseAddress = server.Address };
    }

    public DevVaultServer Server { get; }

    public FakeTimeProvider Time { get; }

    public static async Task<DevVaultProbe> StartAsync(string? auditFile = null)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return new DevVaultProbe(await DevVaultServer.StartAsync(new DevVaultOptions { Time = time, AuditFile = auditFile }), time);
    }

    /// <summary>Calls as root, unless another token is given; an empty one sends none.</summary>
    public async Task<(int Status, JsonNode? Body)> SendAsync(
        string method, string path, object? body = null, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "v1/" + path);
        if (token is not { Length: 0 })
        {
            request.Headers.TryAddWithoutValidation("X-Vault-Token", token ?? Server.RootToken);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        request.Content = body is null ? null : body is string raw ? new StringContent(raw) : JsonContent.Create(body);
        using HttpResponseMessage response = await _client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async Task<int> StatusAsync(string method, string path, object? body = null, string? token = null) =>
        (await SendAsync(method, path, body, token)).Status;

    /// <summary>The text at a path of names in a successful answer.</summary>
    public async Task<string> TextAsync(string at, string method, string path, object? body = null, string? token = null, params (string, string)[] headers)
    {
        (int status, JsonNode? answer) = await SendAsync(method, path, body, token, headers);
        JsonNode? node = at.Split('/').Aggregate(answer, (each, name) => each?[name]);
        return node?.GetValue<string>() ?? throw new InvalidOperationException($"{status}: nothing at {at} in {answer}");
    }

    public Task<string> TokenAsync(object body, string? by = null, string path = "auth/token/create") =>
        TextAsync("auth/client_token", "POST", path, body, by);

    public Task<int> PolicyAsync(string name, string policy) => StatusAsync("PUT", "sys/policies/acl/" + name, new { policy });

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Server.DisposeAsync();
    }
}
