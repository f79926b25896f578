using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupCodeBroker.Configuration;

/// <summary>The server's certificate and key: read once with the settings, so that a wrong file is told among their errors instead of ending the start.</summary>
internal static class TlsFiles
{
    /// <summary>What is wrong with the two files; null where nothing is, or where one is not there at all, which is told elsewhere.</summary>
    public static string? Fault(string? certificate, string? key)
    {
        if (!File.Exists(certificate))
        {
            return null;
        }

        if (!Reads(() => X509Certificate2.CreateFromPem(File.ReadAllText(certificate))))
        {
            return "tls.certificate: cannot be read as a PEM certificate";
        }

        return File.Exists(key) && !Reads(() => X509Certificate2.CreateFromPemFile(certificate, key))
            ? "tls.key: cannot be read as the PEM key, without a password, of tls.certificate"
            : null;
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
