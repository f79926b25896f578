using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace BackupCodeBroker.Vault.Wire;

/// <summary>The connections to Vault: a pool that adds nothing to a request and follows nobody's environment.</summary>
internal static class VaultConnections
{
    /// <summary>Shorter than Vault's own five minutes, so that a pooled connection is seldom found closed.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(1);

    /// <summary>So that a changed address is noticed.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int MaxHeadersKilobytes = 32;

    /// <summary>Spare connections for upkeep, which does not wait for its turn.</summary>
    private const int Spare = 8;

    /// <summary>A handler for these settings.</summary>
    public static SocketsHttpHandler Create(VaultSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            // The operation's traceparent is sent, not a span's own; and no proxy of the environment's sees a token.
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = settings.CallTimeout / 2,
            PooledConnectionIdleTimeout = IdleTime,
            PooledConnectionLifetime = Lifetime,
            MaxConnectionsPerServer = settings.MaxConcurrency + Spare,
            MaxResponseHeadersLength = MaxHeadersKilobytes,
        };
        if (settings.CaCertificate is { } file)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trusting(file) };
        }

        return handler;
    }

    private static X509ChainPolicy Trusting(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }
}
