using System.Security.Cryptography;
using System.Text;

namespace BackupCodeBroker.Notices;

/// <summary>
/// What a webhook is signed under, as the Standard Webhooks specification has it: <c>whsec_</c> and 24 to 64 random bytes in base64. It signs and does nothing else, prints as a placeholder,
/// and is wiped when it has signed.
/// </summary>
internal sealed class WebhookSecret : IDisposable
{
    private const string Prefix = "whsec_";
    private const int MinLength = 24, MaxLength = 64;

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    /// <summary>Takes a secret from its text; null where it is none.</summary>
    public static WebhookSecret? TryParse(ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        try
        {
            return text.StartsWith(Prefix, StringComparison.Ordinal) && text.Length <= 128
                && Convert.TryFromBase64Chars(text[Prefix.Length..], bytes, out var length) && length >= MinLength
                    ? new WebhookSecret(bytes[..length].ToArray())
                    : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The signature of one message: what goes into <c>webhook-signature</c>.</summary>
    /// <param name="id">What goes into <c>webhook-id</c>.</param>
    /// <param name="timestamp">What goes into <c>webhook-timestamp</c>.</param>
    /// <param name="body">The body.</param>
    public string Sign(string id, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(Encoding.ASCII.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    /// <inheritdoc/>
    public override string ToString() => "[webhook secret]";
}
