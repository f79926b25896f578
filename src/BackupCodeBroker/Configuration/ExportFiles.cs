using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupCodeBroker.Configuration;

/// <summary>The files that the exporter reads for TLS: tried as it reads them, so that a wrong one is told among the errors instead of ending the start.</summary>
internal static class ExportFiles
{
    private const string Authority = "OTEL_EXPORTER_OTLP_CERTIFICATE";
    private const string Certificate = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE";
    private const string Key = "OTEL_EXPORTER_OTLP_CLIENT_KEY";

    /// <summary>What is wrong with them.</summary>
    public static IEnumerable<string> Faults(Func<string, string?> text)
    {
        if (text(Authority) is { } authority && !Reads(() => X509CertificateLoader.LoadCertificateFromFile(authority)))
        {
            yield return Authority + " must name a readable file with a PEM certificate";
        }

        if ((text(Certificate), text(Key)) is var (certificate, key) && ClientFault(certificate, key) is { } fault)
        {
            yield return fault;
        }
    }

    private static string? ClientFault(string? certificate, string? key)
    {
        if (certificate is null)
        {
            return key is null ? null : $"{Key} needs {Certificate}";
        }

        if (key is null)
        {
            return Reads(() => WithKey(certificate)) ? null : $"{Certificate} must name a readable file with a PEM certificate, and its key unless {Key} is set";
        }

        if (!Reads(() => X509Certificate2.CreateFromPem(File.ReadAllText(certificate))))
        {
            return Certificate + " must name a readable file with a PEM certificate";
        }

        return Reads(() => X509Certificate2.CreateFromPemFile(certificate, key)) ? null : $"{Key} must name a readable file with the PEM key, without a password, of {Certificate}";
    }

    // One file may be PKCS#12 without a password, too.
    private static X509Certificate2 WithKey(string file)
    {
        try
        {
            return X509CertificateLoader.LoadPkcs12FromFile(file, null);
        }
        catch (CryptographicException)
        {
            return X509Certificate2.CreateFromPemFile(file);
        }
    }

    private static bool Reads(Func<X509Certificate2> read)
    {
        try
        {
            read().Dispose();
            return true;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
