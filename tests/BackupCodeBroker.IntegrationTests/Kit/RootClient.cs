using System.Net.Http.Headers;
using System.Text.Json;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>What an administrator does to Vault in the tests, as plain HTTP: the product's own client is not what arranges its tests.</summary>
public sealed class RootClient(string address, string token) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(address + "/v1/") };

    /// <summary>Sends a request and expects a success; the body, or an undefined element where there is none.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null, string? otherToken = null)
    {
        var (status, json) = await TryAsync(method, path, body, otherToken);
        return status is >= 200 and < 300 ? json : throw new InvalidOperationException($"{method} {path}: {status} {json}");
    }

    /// <summary>Sends a request; status and body, whatever they are.</summary>
    public async Task<(int Status, JsonElement Body)> TryAsync(HttpMethod method, string path, object? body = null, string? otherToken = null, string? wrapTtl = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-Vault-Token", otherToken ?? token);
        if (wrapTtl is not null)
        {
            request.Headers.Add("X-Vault-Wrap-TTL", wrapTtl);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        // Vault takes a patch as RFC 7396 has it, since it takes patches at all.
        request.Content = body is null ? null : JsonContent.Create(body, method == HttpMethod.Patch ? new MediaTypeHeaderValue("application/merge-patch+json") : null);
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length > 0 && text[0] is '{' or '[' ? JsonDocument.Parse(text).RootElement.Clone() : default);
    }

    /// <summary>Reads.</summary>
    public Task<JsonElement> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Writes.</summary>
    public Task<JsonElement> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>Deletes.</summary>
    public Task<JsonElement> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>Merges an entity into another. Vault 1.12 and newer ask whose alias is kept where both have one on the same mount; older ones do not look.</summary>
    public async Task MergeAsync(string from, string into)
    {
        var aliases = (await GetAsync("identity/entity/id/" + into)).GetProperty("data").GetProperty("aliases").EnumerateArray();
        await PostAsync("identity/entity/merge", new
        {
            from_entity_ids = new[] { from },
            to_entity_id = into,
            conflicting_alias_ids_to_keep = aliases.Select(a => a.GetProperty("id").GetString()).ToArray(),
        });
    }

    public void Dispose() => _http.Dispose();
}
