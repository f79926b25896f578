using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace BackupCodeBroker.Vault;

/// <summary>
/// A JWT that the broker shows Vault to log in. Like a <see cref="VaultToken"/> it is somebody's authority: it prints as a placeholder and is read by this
/// folder alone. Nothing here believes what it says; its own word on when it ends helps people to see why Vault did not take it.
/// </summary>
internal sealed class ServiceJwt
{
    /// <summary>The longest JWT taken: several times what Kubernetes and identity providers make, and far below Vault's limit for a request.</summary>
    public const int MaxLength = 16 * 1024;

    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly string _text;

    private ServiceJwt(string text) => _text = text;

    /// <summary>Characters of the text.</summary>
    public int Length => _text.Length;

    /// <summary>When it ends by its own word (<c>exp</c>); null where it does not say.</summary>
    public DateTimeOffset? Expires => ReadExpiry(_text.Split('.')[1]);

    /// <summary>Takes a signed JWT in its compact form; what is wrong with one that is not taken is said without repeating it.</summary>
    public static ServiceJwt? TryParse(string? text, out string error)
    {
        error = text switch
        {
            null or "" => "the JWT is missing",
            { Length: > MaxLength } => "the JWT has more than 16384 characters",
            _ when text.AsSpan().ContainsAnyExcept(Alphabet) => "not a JWT: it has characters that JWTs do not have",
            _ when text.Split('.') is not [{ Length: > 0 }, { Length: > 0 }, { Length: > 0 }] => "not a signed JWT: those have three parts",
            _ => "",
        };
        return error.Length == 0 ? new ServiceJwt(text!) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => "[jwt]";

    /// <summary>The text, for a body sent to Vault.</summary>
    internal string Reveal() => _text;

    private static DateTimeOffset? ReadExpiry(string payload)
    {
        byte[]? json = null;
        try
        {
            json = Base64Url.DecodeFromChars(payload);
            using var claims = JsonDocument.Parse(json);
            return claims.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("exp", out var exp) && exp.TryGetDouble(out var seconds) && seconds is > 0 and < 253402300800
                ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }
}
