using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupCodeBroker.Configuration;
using Xunit;

namespace BackupCodeBroker.Tests.Telemetry;

/// <summary>Files for TLS to the receiver are tried before the exporter reads them.</summary>
public sealed class ExportFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("bcb-export-").FullName;

    public ExportFilesTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        Write("cert", certificate.ExportCertificatePem());
        Write("key", key.ExportPkcs8PrivateKeyPem());
        Write("other", other.ExportPkcs8PrivateKeyPem());
        Write("both", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("", "", "", "")]
    [InlineData("cert", "cert", "key", "")]
    [InlineData("", "both", "", "")]
    [InlineData("key", "", "", "CERTIFICATE must")]
    [InlineData("nope", "nope", "", "CERTIFICATE must CLIENT_CERTIFICATE must")]
    [InlineData("", "cert", "", "CLIENT_CERTIFICATE must")]
    [InlineData("", "key", "key", "CLIENT_CERTIFICATE must")]
    [InlineData("", "cert", "nope", "CLIENT_KEY must")]
    [InlineData("", "cert", "other", "CLIENT_KEY must")]
    [InlineData("", "", "key", "CLIENT_KEY needs")]
    public void A_wrong_file_is_said(string authority, string certificate, string key, string faults)
    {
        var given = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_CERTIFICATE"] = authority,
            ["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] = certificate,
            ["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = key,
        };
        var said = ExportFiles.Faults(name => given[name].Length > 0 ? Path.Combine(_directory, given[name]) : null);
        Assert.Equal(faults, string.Join(' ', said.Select(f => string.Join(' ', f.Replace("OTEL_EXPORTER_OTLP_", "", StringComparison.Ordinal).Split(' ').Take(2)))));
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_directory, name), text);
}
