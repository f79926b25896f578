using System.Security.Cryptography;

namespace BackupCodeBroker.DevVault.Logical;

/// <summary>Random identifiers in Vault's alphabets.</summary>
internal static class Secrets
{
    private const string Base62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static string Base62Text(int length) => RandomNumberGenerator.GetString(Base62, length);

    public static string Hex(int length) => RandomNumberGenerator.GetHexString(length, lowercase: true);

    /// <summary>Vault prints plain random bytes in the form of a UUID.</summary>
    public static string Uuid()
    {
        string hex = Hex(32);
        return string.Join('-', hex[..8], hex[8..12], hex[12..16], hex[16..20], hex[20..]);
    }
}
