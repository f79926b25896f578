using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Server;

/// <summary>TLS on both sides: the API with a certificate of its own, and a Vault whose authority is only known by <c>VAULT_CACERT</c>.</summary>
public sealed class TlsTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-tls-").FullName;

    [Fact]
    public async Task The_api_is_served_over_tls_with_the_configured_certificate()
    {
        using var certificate = WriteCertificate();
        var broker = await environment.StartAsync(s => s with
        {
            Listen = new Uri("https://127.0.0.1:0"),
            TlsCertificate = Path.Combine(_folder, "tls.crt"),
            TlsKey = Path.Combine(_folder, "tls.key"),
        });
        string? seen = null;
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, served, _, _) => (seen = served?.Thumbprint) == certificate.Thumbprint,
        };
        using var http = new HttpClient(handler);
        using var answer = await http.GetAsync(new Uri(broker.Address + "/readyz"), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, certificate.Thumbprint), (answer.StatusCode, seen));
    }

    [Fact]
    public async Task Certificates_between_the_servers_and_the_root_are_sent_along()
    {
        using var root = Issue("CN=root", null, authority: true);
        using var between = Issue("CN=between", root, authority: true);
        using var leaf = Issue("CN=localhost", between, authority: false);
        await File.WriteAllTextAsync(Path.Combine(_folder, "tls.crt"), leaf.ExportCertificatePem() + "\n" + between.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "tls.key"), leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        var broker = await environment.StartAsync(s => s with
        {
            Listen = new Uri("https://127.0.0.1:0"),
            TlsCertificate = Path.Combine(_folder, "tls.crt"),
            TlsKey = Path.Combine(_folder, "tls.key"),
        });
        var sent = new List<string>();
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, _, chain, _) =>
            {
                sent.AddRange(chain!.ChainElements.Select(e => e.Certificate.Subject));
                return true;
            },
        };
        using var http = new HttpClient(handler);
        using var answer = await http.GetAsync(new Uri(broker.Address + "/healthz"), TestContext.Current.CancellationToken);
        Assert.Equal(["CN=localhost", "CN=between"], sent);
    }

    [Fact]
    public async Task A_vault_of_an_own_authority_is_reached_with_its_certificate_and_not_without()
    {
        using var certificate = WriteCertificate();
        await using var front = await FrontAsync(certificate);
        var address = front.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        using var trusting = new VaultClient(environment.Names with { Address = address, CaCertificate = Path.Combine(_folder, "tls.crt") }, TimeProvider.System);
        using var doubting = new VaultClient(environment.Names with { Address = address }, TimeProvider.System);
        var call = VaultCall.Fresh(TestContext.Current.CancellationToken);
        Assert.Null((await trusting.HealthAsync(call)).Fault);
        Assert.IsType<VaultFault.Unreachable>((await doubting.HealthAsync(call)).Fault);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // TLS in front of the tests' Vault, as a load balancer would be.
    private async Task<WebApplication> FrontAsync(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseHttps(certificate)));
        var app = builder.Build();
        var http = new HttpClient { BaseAddress = new Uri(environment.Vault.Address) };
        app.Lifetime.ApplicationStopped.Register(http.Dispose);
        app.Run(async context =>
        {
            using var answer = await http.GetAsync(context.Request.Path + context.Request.QueryString.Value, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(await answer.Content.ReadAsStringAsync(context.RequestAborted), context.RequestAborted);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private static X509Certificate2 Issue(string subject, X509Certificate2? issuer, bool authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, critical: true));
        var (from, until) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        if (issuer is null)
        {
            return request.CreateSelfSigned(from, until);
        }

        using var issued = request.Create(issuer, from, until, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    private X509Certificate2 WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(_folder, "tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}
