using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using BackupCodeBroker.Configuration;

namespace BackupCodeBroker.Notices;

/// <summary>Connections to the receiver: no redirect, no cookie, no proxy of the environment's, and never more of an answer than is wanted.</summary>
internal static class WebhookConnections
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(1);

    /// <summary>So that a changed address, and a changed certificate, are noticed.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int MaxHeadersKilobytes = 16;
    private const int MaxConnections = 16;

    /// <summary>A handler for these settings.</summary>
    public static SocketsHttpHandler Create(NoticeSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionIdleTimeout = IdleTime,
            PooledConnectionLifetime = Lifetime,
            MaxConnectionsPerServer = MaxConnections,
            MaxResponseHeadersLength = MaxHeadersKilobytes,
            // What lies beyond the limit is not waited for: the connection is closed.
            MaxResponseDrainSize = 0,
        };
        if (settings.CaCertificate is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        return handler;
    }
}
