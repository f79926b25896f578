using System.Text;
using System.Text.Json;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// The calls to Vault that a consume needs, in the broker's order and side by side where the broker makes them so, with the same tokens under the
/// same policies, by a client that does nothing else: no hashing, no decision, no API.
/// </summary>
internal sealed class BareClient(BenchDeployment bench, string brokerToken, string aliasAccessor) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5) })
    {
        BaseAddress = new Uri(bench.VaultAddress + "/v1/"),
    };

    /// <summary>An identity that the bare client works on.</summary>
    public sealed record Target(string Identity, string Owner, string Entity, string Caller)
    {
        public string? Child { get; set; }
    }

    /// <summary>Everything is new: five round trips.</summary>
    public async Task ColdAsync(Target target)
    {
        var ask = bench.Names.AskMount + "/consume/" + target.Identity;
        await Task.WhenAll(
            SendAsync("auth/token/lookup-self", target.Caller),
            SendAsync("sys/capabilities-self", target.Caller, new { paths = new[] { ask, bench.Names.AskMount + "/consume/@owned", bench.Names.AskMount + "/@probe/@probe" } }),
            SendAsync("identity/lookup/entity", brokerToken, new { alias_name = "bcb." + target.Identity, alias_mount_accessor = aliasAccessor }));
        var minting = MintAsync(target);
        await Task.WhenAll(SendAsync(ask, target.Caller), minting);
        var document = SendAsync(Document(target), target.Child!);
        await Task.WhenAll(document, SendAsync(bench.Names.KvMount + "/data/broker/state", target.Child!));
        await Task.WhenAll(SendAsync("identity/entity/id/" + target.Owner, brokerToken), SendAsync("identity/entity/id/" + target.Entity, brokerToken));
        await WriteAsync(target, await document);
    }

    /// <summary>Token and child are known: three round trips.</summary>
    public async Task WarmAsync(Target target)
    {
        await SendAsync(bench.Names.AskMount + "/consume/" + target.Identity, target.Caller);
        var document = SendAsync(Document(target), target.Child!);
        await Task.WhenAll(
            document,
            SendAsync(bench.Names.KvMount + "/data/broker/state", target.Child!),
            SendAsync("identity/entity/id/" + target.Owner, brokerToken),
            SendAsync("identity/entity/id/" + target.Entity, brokerToken));
        await WriteAsync(target, await document);
    }

    /// <summary>Mints the identity's child, as warming up does.</summary>
    public async Task MintAsync(Target target)
    {
        var answer = await SendAsync(
            "auth/token/create/" + bench.Names.TokenRole,
            brokerToken,
            new { policies = new[] { bench.Names.TokenRole }, entity_alias = "bcb." + target.Identity, ttl = "60s", type = "batch", no_default_policy = true, meta = new { replica = "bare" } });
        using var json = JsonDocument.Parse(answer);
        target.Child = json.RootElement.GetProperty("auth").GetProperty("client_token").GetString();
    }

    public void Dispose() => _http.Dispose();

    private string Document(Target target) => $"{bench.Names.KvMount}/data/identities/bcb.{target.Identity}";

    // The document goes back as it came: the same bytes to write as the broker has.
    private async Task WriteAsync(Target target, byte[] read)
    {
        using var json = JsonDocument.Parse(read);
        var data = json.RootElement.GetProperty("data");
        var version = data.GetProperty("metadata").GetProperty("version").GetInt64();
        await SendAsync(Document(target), target.Child!, new { options = new { cas = version }, data = data.GetProperty("data") });
    }

    private async Task<byte[]> SendAsync(string path, string token, object? body = null)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path);
        request.Headers.TryAddWithoutValidation("X-Vault-Token", token);
        request.Content = body is null ? null : new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        // An absent key of the asking mount is 404: that is the grant.
        if (!answer.IsSuccessStatusCode && (int)answer.StatusCode != 404)
        {
            throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        return await answer.Content.ReadAsByteArrayAsync();
    }
}
