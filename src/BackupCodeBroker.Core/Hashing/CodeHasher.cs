using System.Security.Cryptography;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Core.Hashing;

/// <summary>
/// Makes and checks digests of codes. For a peppered scheme the digest made here is the input of Transit's HMAC and what Transit answers
/// is stored; the code itself never goes there. SP 800-63B-4, 3.1.2.2: salted with at least 32 bits (here 128), stretched below 112 bits.
/// </summary>
public static class CodeHasher
{
    /// <summary>Bytes of salt, unique per code.</summary>
    public const int SaltLength = 16;

    /// <summary>Bytes of a digest.</summary>
    public const int DigestLength = 32;

    /// <summary>The digest of a code under a scheme and a salt, before any pepper.</summary>
    /// <exception cref="NotSupportedException">The scheme's name is unknown to this version.</exception>
    public static byte[] Digest(BackupCode code, CodeBinding binding, HashScheme scheme, ReadOnlySpan<byte> salt)
    {
        var message = binding.Message(code);
        try
        {
            return scheme.Name switch
            {
                HashScheme.HmacSha256 => HMACSHA256.HashData(salt, message),
                HashScheme.Pbkdf2Sha256 =>
                    Rfc2898DeriveBytes.Pbkdf2(message, salt, scheme.Iterations, HashAlgorithmName.SHA256, DigestLength),
                _ => throw new NotSupportedException("a hash scheme that this version does not know: " + scheme.Name),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(message);
        }
    }

    /// <summary>Compares in constant time.</summary>
    public static bool Matches(ReadOnlySpan<byte> stored, ReadOnlySpan<byte> computed) =>
        CryptographicOperations.FixedTimeEquals(stored, computed);
}
