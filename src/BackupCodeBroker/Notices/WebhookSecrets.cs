using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace BackupCodeBroker.Notices;

/// <summary>
/// The secrets of a file: one, or while it is being exchanged the new and the old one, each on a line or separated by spaces. A message is signed under
/// all of them, so that the receiver can change over when it likes. The file is read for each delivery: an exchange needs no restart, and secrets are not kept in memory.
/// </summary>
internal sealed class WebhookSecrets : IDisposable
{
    private const int MaxSecrets = 4;
    private const int MaxBytes = 1024;

    private readonly List<WebhookSecret> _secrets;

    private WebhookSecrets(List<WebhookSecret> secrets) => _secrets = secrets;

    /// <summary>Reads a file; null with the reason, which never repeats what is in it.</summary>
    public static WebhookSecrets? Read(string path, out string why)
    {
        why = "";
        var buffer = new byte[MaxBytes + 1];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length <= MaxBytes && Parse(buffer.AsSpan(0, length)) is { } secrets)
            {
                return new WebhookSecrets(secrets);
            }

            why = $"{path} must hold one to {MaxSecrets} secrets of the form whsec_<base64 of 24 to 64 bytes>";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            why = $"{path} cannot be read";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }

        return null;
    }

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    public string Sign(string id, string timestamp, byte[] body) => string.Join(' ', _secrets.Select(s => s.Sign(id, timestamp, body)));

    public void Dispose() => _secrets.ForEach(s => s.Dispose());

    /// <inheritdoc/>
    public override string ToString() => "[webhook secrets]";

    private static List<WebhookSecret>? Parse(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[MaxBytes];
        var secrets = new List<WebhookSecret>();
        try
        {
            text = text[..Encoding.Latin1.GetChars(bytes, text)];
            foreach (var part in MemoryExtensions.SplitAny(text, " \r\n\t"))
            {
                if (text[part].Length == 0)
                {
                    continue;
                }

                if (secrets.Count == MaxSecrets || WebhookSecret.TryParse(text[part]) is not { } secret)
                {
                    secrets.ForEach(s => s.Dispose());
                    return null;
                }

                secrets.Add(secret);
            }

            return secrets.Count > 0 ? secrets : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text));
        }
    }
}
