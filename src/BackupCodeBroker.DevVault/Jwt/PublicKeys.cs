using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupCodeBroker.DevVault.Jwt;

/// <summary>Public keys in PEM, also those of certificates: RSA and elliptic curves, as Vault reads them.</summary>
internal static class PublicKeys
{
    public const string Invalid = "data does not contain any valid RSA or ECDSA public keys";

    /// <summary>The key, or null where the text holds none. The caller disposes of it.</summary>
    public static AsymmetricAlgorithm? Read(string pem)
    {
        try
        {
            if (pem.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal))
            {
                using X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem);
                return (AsymmetricAlgorithm?)certificate.GetRSAPublicKey() ?? certificate.GetECDsaPublicKey();
            }

            return Imported(RSA.Create(), pem) ?? Imported(ECDsa.Create(), pem);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static AsymmetricAlgorithm? Imported(AsymmetricAlgorithm key, string pem)
    {
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            return null;
        }
    }
}
