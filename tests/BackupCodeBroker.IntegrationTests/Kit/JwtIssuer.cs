using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>Somebody who signs JWTs: a key of its own, and the claims that a test wants.</summary>
internal sealed class JwtIssuer : IDisposable
{
    private readonly AsymmetricAlgorithm _key;

    private JwtIssuer(AsymmetricAlgorithm key, string algorithm) => (_key, Algorithm) = (key, algorithm);

    public string Algorithm { get; }

    /// <summary>Its public key, as Vault takes it.</summary>
    public string PublicPem => _key.ExportSubjectPublicKeyInfoPem();

    public static JwtIssuer Rsa() => new(RSA.Create(2048), "RS256");

    public static JwtIssuer Curve() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256), "ES256");

    /// <summary>A JWT of these claims; <paramref name="algorithm"/> is what its header says, true or not.</summary>
    public string Sign(IReadOnlyDictionary<string, object> claims, string? algorithm = null)
    {
        var signed = $"{Part(new { alg = algorithm ?? Algorithm, typ = "JWT" })}.{Part(claims)}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature = _key is RSA rsa
            ? rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : ((ECDsa)_key).SignData(bytes, HashAlgorithmName.SHA256);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>A JWT as an identity provider makes them: who it is about, for whom it is, and how long it is good.</summary>
    public string Sign(string subject, string audience, TimeSpan life, params (string Name, object Value)[] more)
    {
        var now = DateTimeOffset.UtcNow;
        var claims = new Dictionary<string, object>
        {
            ["iss"] = "https://issuer.example",
            ["sub"] = subject,
            ["aud"] = new[] { audience },
            ["iat"] = (life < TimeSpan.Zero ? now + life + life : now).ToUnixTimeSeconds(),
            ["exp"] = (now + life).ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString(),
        };
        foreach (var (name, value) in more)
        {
            claims[name] = value;
        }

        return Sign(claims);
    }

    /// <summary>Whether it has signed a JWT.</summary>
    public bool HasSigned(string jwt)
    {
        var end = jwt.LastIndexOf('.');
        var (signed, signature) = (Encoding.ASCII.GetBytes(jwt[..end]), Base64Url.DecodeFromChars(jwt[(end + 1)..]));
        return _key is RSA rsa
            ? rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : ((ECDsa)_key).VerifyData(signed, signature, HashAlgorithmName.SHA256);
    }

    public void Dispose() => _key.Dispose();

    private static string Part<T>(T value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
}
