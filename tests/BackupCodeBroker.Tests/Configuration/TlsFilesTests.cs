using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupCodeBroker.Configuration;
using Xunit;

namespace BackupCodeBroker.Tests.Configuration;

/// <summary>A certificate or key that cannot be used is one of the configuration's errors, and says which of the two files it is.</summary>
public sealed class TlsFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-tls-").FullName;

    [Fact]
    public void A_certificate_with_its_key_is_sound() => Assert.Null(TlsFiles.Fault(Certificate("a"), Key("a")));

    [Fact]
    public void A_file_that_is_no_certificate_is_told()
    {
        Assert.StartsWith("tls.certificate: ", TlsFiles.Fault(Write("garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"), Key("a")), StringComparison.Ordinal);
        Assert.StartsWith("tls.certificate: ", TlsFiles.Fault(Key("a"), Certificate("a")), StringComparison.Ordinal);
        Assert.StartsWith("tls.certificate: ", TlsFiles.Fault(Write("empty", ""), Key("a")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_none_or_another_certificates_is_told()
    {
        var certificate = Certificate("a");
        Assert.StartsWith("tls.key: ", TlsFiles.Fault(certificate, Write("garbage", "no key")), StringComparison.Ordinal);
        Assert.StartsWith("tls.key: ", TlsFiles.Fault(certificate, Key("b")), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_told_among_the_other_errors()
    {
        var file = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["listen"] = "https://broker.example:8499",
            ["tls:certificate"] = Certificate("a"),
            ["tls:key"] = Key("b"),
            ["epoch"] = "0",
        }).Build();
        var errors = SettingsReader.Read(file, file, _ => null).Errors;
        Assert.Equal(["epoch", "listen", "tls.key"], errors.Select(e => e.Split(':', ' ')[0]).Order());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Certificate(string name) => Made(name).Certificate;

    private string Key(string name) => Made(name).Key;

    private (string Certificate, string Key) Made(string name)
    {
        var (certificate, key) = (Path.Combine(_folder, name + ".crt"), Path.Combine(_folder, name + ".key"));
        if (!File.Exists(certificate))
        {
            using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var made = new CertificateRequest("CN=" + name, pair, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
            File.WriteAllText(certificate, made.ExportCertificatePem());
            File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
        }

        return (certificate, key);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
