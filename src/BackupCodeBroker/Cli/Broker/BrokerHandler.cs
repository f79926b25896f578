using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace BackupCodeBroker.Cli.Broker;

/// <summary>The connection to the broker: no cookies, no redirects (a token follows nobody), no proxy to this machine itself.</summary>
internal static class BrokerHandler
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Makes it; with <paramref name="caCertificate"/> only the authorities in that PEM file are trusted.</summary>
    public static SocketsHttpHandler Create(Uri address, string? caCertificate)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !address.IsLoopback,
            ConnectTimeout = ConnectTimeout,
        };
        if (caCertificate is not null)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trusting(caCertificate) };
        }

        return handler;
    }

    private static X509ChainPolicy Trusting(string caCertificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caCertificate);
        return policy;
    }
}
