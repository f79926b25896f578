using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using BackupCodeBroker.Core.Codes;

namespace BackupCodeBroker.Core.Documents;

/// <summary>HMAC-SHA-256 under a set's random 256-bit key. Each use has its own domain, each part its length, so no two messages coincide.</summary>
public static class SetKey
{
    /// <summary>Bytes of a set's key.</summary>
    public const int Length = 32;

    /// <summary>What is stored of an activation secret.</summary>
    public static string ActivationHash(string setKey, ActivationSecret secret)
    {
        Span<char> text = stackalloc char[ActivationSecret.Length];
        secret.WriteTo(text);
        try
        {
            return Hmac(setKey, "activation", text);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text));
        }
    }

    /// <summary>What is stored of an idempotency key.</summary>
    public static string KeyHash(string setKey, string idempotencyKey) => Hmac(setKey, "key", idempotencyKey);

    /// <summary>What is stored of a whole request, so that a repeat is told from another request under the same key.</summary>
    public static string RequestHash(string setKey, string idempotencyKey, Actor by, string selector, string purpose) =>
        Hmac(setKey, "request", string.Concat(Part(idempotencyKey), Part(by.Key), Part(selector), Part(purpose)));

    /// <summary>Compares two of these in constant time.</summary>
    public static bool Same(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(one.AsSpan()), MemoryMarshal.AsBytes(other.AsSpan()));

    private static string Part(string text) => text.Length + ":" + text + ";";

    private static string Hmac(string setKey, string domain, ReadOnlySpan<char> message)
    {
        var bytes = new byte[2 + domain.Length + Encoding.UTF8.GetByteCount(message)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)domain.Length);
        Encoding.ASCII.GetBytes(domain, bytes.AsSpan(2));
        Encoding.UTF8.GetBytes(message, bytes.AsSpan(2 + domain.Length));
        var hash = HMACSHA256.HashData(Convert.FromBase64String(setKey), bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return Convert.ToBase64String(hash);
    }
}
