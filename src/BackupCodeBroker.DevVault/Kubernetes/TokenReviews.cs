using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Jwt;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Kubernetes;

/// <summary>Asks Kubernetes' TokenReview API whose a JWT is, as the real method does at each log-in.</summary>
internal static class TokenReviews
{
    private const string Path = "/apis/authentication.k8s.io/v1/tokenreviews";
    private const int MaxAnswer = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Namespace, name and uid; null where Kubernetes does not vouch for the JWT, or cannot be asked.</summary>
    public static async Task<ReviewedAccount?> AskAsync(KubernetesConfig config, string jwt, List<string> audiences, CancellationToken cancellation)
    {
        using SocketsHttpHandler handler = Handler(config.CaCert);
        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = MaxAnswer };
        var spec = new JsonObject { ["token"] = jwt, ["audiences"] = GoValue.Array(audiences) };
        var review = new JsonObject { ["kind"] = "TokenReview", ["apiVersion"] = "authentication.k8s.io/v1", ["spec"] = spec };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, config.Host.TrimEnd('/') + Path);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", config.ReviewerJwt.Length > 0 ? config.ReviewerJwt : jwt);
            request.Headers.Accept.ParseAdd("application/json");
            request.Content = new StringContent(review.ToJsonString(), Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await client.SendAsync(request, cancellation);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation);
            return response.IsSuccessStatusCode && JsonReading.TryReadObject(body, out JsonObject? answer) ? Account(answer) : null;
        }
        catch (Exception e) when (e is HttpRequestException or UriFormatException or InvalidOperationException or TaskCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static ReviewedAccount? Account(JsonObject? answer) =>
        answer?["status"] is JsonObject status && status["error"] is null or JsonValue { } && status["authenticated"] is JsonValue authenticated
        && authenticated.GetValueKind() == JsonValueKind.True && status["user"] is JsonObject user
        && Claims.Text(user, "username").Split(':') is ["system", "serviceaccount", var space, var name]
            ? new ReviewedAccount(space, name, Claims.Text(user, "uid"))
            : null;

    private static SocketsHttpHandler Handler(string authorities)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null };
        if (authorities.Length > 0)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            try
            {
                policy.CustomTrustStore.ImportFromPem(authorities);
            }
            catch (CryptographicException)
            {
                // As in Vault: what is no certificate is not trusted, and nothing else is.
            }

            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }
}

/// <summary>Whom Kubernetes says a JWT belongs to.</summary>
internal sealed record ReviewedAccount(string Namespace, string Name, string Uid);
