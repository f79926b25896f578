using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>
/// As much of Kubernetes as log-in needs: it signs tokens of service accounts and, where Vault asks at the TokenReview API, vouches for those that it has signed,
/// that have not ended and whose account still exists.
/// </summary>
internal sealed class KubernetesApi : IAsyncDisposable
{
    private const string Audience = "https://kubernetes.default.svc.cluster.local";

    private readonly JwtIssuer _issuer = JwtIssuer.Rsa();
    private readonly ConcurrentDictionary<string, string> _accounts = new();
    private WebApplication _app = null!;

    public string Url { get; private set; } = "";

    public string PublicPem => _issuer.PublicPem;

    /// <summary>How often it was asked about a token.</summary>
    public int Reviews { get; private set; }

    /// <summary>Whether it answers 500 to everything.</summary>
    public bool IsDown { get; set; }

    public static async Task<KubernetesApi> StartAsync()
    {
        var api = new KubernetesApi();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        api._app = builder.Build();
        api._app.MapPost("/apis/authentication.k8s.io/v1/tokenreviews", api.ReviewAsync);
        await api._app.StartAsync();
        api.Url = api._app.Urls.Single();
        return api;
    }

    /// <summary>A projected token of a pod's service account; the account is there from now on.</summary>
    public string TokenOf(string space, string name, TimeSpan? life = null)
    {
        var uid = _accounts.GetOrAdd($"{space}:{name}", _ => Guid.NewGuid().ToString());
        return _issuer.Sign(
            $"system:serviceaccount:{space}:{name}", Audience, life ?? TimeSpan.FromHours(1),
            ("kubernetes.io", new { @namespace = space, serviceaccount = new { name, uid }, pod = new { name = name + "-0", uid = Guid.NewGuid().ToString() } }));
    }

    /// <summary>Deletes an account: its tokens are nobody's.</summary>
    public void Delete(string space, string name) => _accounts.TryRemove($"{space}:{name}", out _);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _issuer.Dispose();
    }

    private async Task<IResult> ReviewAsync(HttpRequest request)
    {
        Reviews++;
        var token = (await request.ReadFromJsonAsync<JsonElement>()).GetProperty("spec").GetProperty("token").GetString()!;
        // Without a reviewer's token Vault asks in the name of the one who logs in.
        return IsDown || request.Headers.Authorization != "Bearer " + token ? Results.StatusCode(IsDown ? 500 : 401) : Results.Json(
            new { kind = "TokenReview", apiVersion = "authentication.k8s.io/v1", metadata = new { }, spec = new { token }, status = StatusOf(token) }, statusCode: 201);
    }

    private object StatusOf(string token)
    {
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1])).RootElement;
        var account = claims.GetProperty("sub").GetString()!["system:serviceaccount:".Length..];
        return _issuer.HasSigned(token) && claims.GetProperty("exp").GetInt64() > DateTimeOffset.UtcNow.ToUnixTimeSeconds() && _accounts.TryGetValue(account, out var uid)
            ? new { authenticated = true, user = new { username = "system:serviceaccount:" + account, uid }, audiences = new[] { Audience } }
            : new { authenticated = false, error = "invalid bearer token" };
    }
}
