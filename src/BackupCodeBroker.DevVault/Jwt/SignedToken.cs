using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;

namespace BackupCodeBroker.DevVault.Jwt;

/// <summary>A JWT in its compact form, taken apart and not yet believed.</summary>
internal sealed class SignedToken
{
    public const string NotCompact = "square/go-jose: compact JWS format must have three parts";

    private readonly byte[] _signed;
    private readonly byte[] _signature;

    private SignedToken(string algorithm, JsonObject claims, byte[] signed, byte[] signature) =>
        (Algorithm, Claims, _signed, _signature) = (algorithm, claims, signed, signature);

    public string Algorithm { get; }

    public JsonObject Claims { get; }

    public static SignedToken? Parse(string text)
    {
        if (text.Split('.') is not [{ } header, { } payload, { } signature] || Object(header) is not { } head || Object(payload) is not { } claims)
        {
            return null;
        }

        return Decoded(signature) is { } bytes && head["alg"] is JsonValue algorithm
            ? new SignedToken(GoValue.Text(algorithm), claims, Encoding.ASCII.GetBytes($"{header}.{payload}"), bytes)
            : null;
    }

    /// <summary>Whether the key has signed it, by an algorithm of the key's own kind: a public key is never a secret of HMAC's.</summary>
    public bool IsSignedBy(AsymmetricAlgorithm key) => (key, Algorithm) switch
    {
        (RSA rsa, "RS256") => rsa.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        (RSA rsa, "RS384") => rsa.VerifyData(_signed, _signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        (RSA rsa, "RS512") => rsa.VerifyData(_signed, _signature, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        (RSA rsa, "PS256") => rsa.VerifyData(_signed, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        (RSA rsa, "PS384") => rsa.VerifyData(_signed, _signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pss),
        (RSA rsa, "PS512") => rsa.VerifyData(_signed, _signature, HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        (ECDsa { KeySize: 256 } curve, "ES256") => curve.VerifyData(_signed, _signature, HashAlgorithmName.SHA256),
        (ECDsa { KeySize: 384 } curve, "ES384") => curve.VerifyData(_signed, _signature, HashAlgorithmName.SHA384),
        (ECDsa { KeySize: 521 } curve, "ES512") => curve.VerifyData(_signed, _signature, HashAlgorithmName.SHA512),
        _ => false,
    };

    private static JsonObject? Object(string part) =>
        Decoded(part) is { } json && JsonReading.TryReadObject(json, out JsonObject? data) ? data : null;

    private static byte[]? Decoded(string part)
    {
        try
        {
            return Base64Url.DecodeFromChars(part);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
