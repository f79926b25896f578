using System.Security.Cryptography;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Sys;

/// <summary>
/// Sealed, the server answers nothing but its own state. There is one unseal key and no encryption behind it: the state lives in
/// memory only, and sealing is here so that clients can be tried against a sealed Vault.
/// </summary>
internal sealed class Seal
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public string ClusterName { get; } = $"vault-cluster-{Secrets.Hex(8)}";

    public string ClusterId { get; } = Secrets.Uuid();

    public string UnsealKey => Convert.ToBase64String(_key);

    public bool IsSealed { get; private set; }

    public void Close() => IsSealed = true;

    /// <summary>Takes the key in hexadecimal or base64; the text is why it does not open.</summary>
    public string? Open(string key)
    {
        if (key.Length == 0)
        {
            return "'key' must be specified in request body as JSON, or 'reset' set to true";
        }

        if (Decode(key) is not { } bytes)
        {
            return "'key' must be a valid hex or base64 string";
        }

        if (bytes.Length is < 16 or > 33)
        {
            return $"invalid key: key is {(bytes.Length < 16 ? "shorter than minimum 16 bytes" : "longer than maximum 33 bytes")}";
        }

        if (!IsSealed)
        {
            return null;
        }

        if (!CryptographicOperations.FixedTimeEquals(bytes, _key))
        {
            return "Unseal failed, invalid key";
        }

        IsSealed = false;
        return null;
    }

    private static byte[]? Decode(string key)
    {
        if (key.Length % 2 == 0 && key.Length is >= 32 and <= 66 && key.All(char.IsAsciiHexDigit))
        {
            return Convert.FromHexString(key);
        }

        return GoBase64.Decode(key, out _);
    }
}
