using System.Text;
using System.Text.Json;

namespace BackupCodeBroker.Vault.Wire;

/// <summary>
/// Tells answers that repeat their request. Vault's do not, but what stands between may (a proxy's page for its developers), and the words of such an
/// answer would take a token, a code or an input of the pepper into the log.
/// </summary>
internal static class Echo
{
    // Shorter values are names and numbers, which Vault's own errors repeat.
    private const int ShortestSecret = 12;

    /// <summary>Whether an answer holds the request's token or a value of its body.</summary>
    public static bool IsIn(ReadOnlySpan<byte> answer, VaultRequest request)
    {
        if (request.Token is { } token && answer.IndexOf(Encoding.ASCII.GetBytes(token.Reveal())) >= 0)
        {
            return true;
        }

        if (request.Body is not { Bytes.Length: > 0 } body)
        {
            return false;
        }

        var reader = new Utf8JsonReader(body.Bytes.Span);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length >= ShortestSecret && answer.IndexOf(reader.ValueSpan) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
