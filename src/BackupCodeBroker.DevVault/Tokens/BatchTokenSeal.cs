using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>
/// Batch tokens carry all there is to know about them, encrypted under a key of this server. They are stored nowhere, which
/// is why they have no accessor and cannot be renewed, revoked or limited in uses.
/// </summary>
internal sealed class BatchTokenSeal : IDisposable
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>The key's term and the cipher's version, as in front of everything that Vault encrypts.</summary>
    private static readonly byte[] Header = [0, 0, 0, 1, 2];

    private static readonly SearchValues<char> UrlDigits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private readonly AesGcm _cipher = new(RandomNumberGenerator.GetBytes(32), TagSize);

    public string Seal(TokenEntry token)
    {
        var content = new JsonObject
        {
            ["p"] = token.Parent,
            ["l"] = GoValue.Array(token.Policies),
            ["a"] = token.Path,
            ["m"] = GoValue.Map(token.Meta),
            ["d"] = token.DisplayName,
            ["c"] = token.CreationTime,
            ["t"] = (long)token.Ttl.TotalSeconds,
            ["r"] = token.Role,
            ["e"] = token.EntityId,
            ["b"] = GoValue.Array(token.BoundCidrs),
        };
        byte[] plain = Encoding.UTF8.GetBytes(content.ToJsonString());
        byte[] sealedBytes = new byte[Header.Length + NonceSize + plain.Length + TagSize];
        Header.CopyTo(sealedBytes, 0);
        Span<byte> nonce = sealedBytes.AsSpan(Header.Length, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        Span<byte> cipherText = sealedBytes.AsSpan(Header.Length + NonceSize, plain.Length);
        _cipher.Encrypt(nonce, plain, cipherText, sealedBytes.AsSpan(sealedBytes.Length - TagSize), Header);
        return "b." + Base64Url.EncodeToString(sealedBytes);
    }

    /// <summary>Null for a text that this server did not make.</summary>
    public TokenEntry? Open(string id)
    {
        byte[] bytes = new byte[id.Length];
        if (ErrorAt(id[2..]) >= 0
            || !Base64Url.TryDecodeFromChars(id.AsSpan(2), bytes, out int length) || length < Header.Length + NonceSize + TagSize)
        {
            return null;
        }

        ReadOnlySpan<byte> sealedBytes = bytes.AsSpan(0, length);
        byte[] plain = new byte[length - Header.Length - NonceSize - TagSize];
        try
        {
            _cipher.Decrypt(
                sealedBytes.Slice(Header.Length, NonceSize),
                sealedBytes.Slice(Header.Length + NonceSize, plain.Length),
                sealedBytes[^TagSize..],
                plain,
                sealedBytes[..Header.Length]);
        }
        catch (CryptographicException)
        {
            return null;
        }

        using var content = JsonDocument.Parse(plain);
        return Read(id, content.RootElement);
    }

    /// <summary>Where a text stops being unpadded URL base64, as Go counts; -1 where it is.</summary>
    public static int ErrorAt(string text)
    {
        int bad = text.AsSpan().IndexOfAnyExcept(UrlDigits);
        return bad >= 0 ? bad : text.Length % 4 == 1 ? text.Length - 1 : -1;
    }

    public void Dispose() => _cipher.Dispose();

    private static TokenEntry Read(string id, JsonElement content)
    {
        long created = content.GetProperty("c").GetInt64();
        var ttl = TimeSpan.FromSeconds(content.GetProperty("t").GetInt64());
        return new TokenEntry
        {
            Id = id,
            Parent = content.GetProperty("p").GetString()!,
            Policies = Texts(content.GetProperty("l")),
            Path = content.GetProperty("a").GetString()!,
            Meta = content.GetProperty("m") is { ValueKind: JsonValueKind.Object } meta
                ? new(meta.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!), StringComparer.Ordinal)
                : null,
            DisplayName = content.GetProperty("d").GetString()!,
            CreationTime = created,
            Ttl = ttl,
            Role = content.GetProperty("r").GetString()!,
            EntityId = content.GetProperty("e").GetString()!,
            BoundCidrs = Texts(content.GetProperty("b")),
            Type = TokenType.Batch,
            IssueTime = Instant.FromUnixSeconds(created),
            ExpireTime = Instant.FromUnixSeconds(created) + ttl,
        };
    }

    private static List<string> Texts(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString()!)];
}
