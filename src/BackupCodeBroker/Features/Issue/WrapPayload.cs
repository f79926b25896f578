using System.Buffers;
using System.Security.Cryptography;
using System.Runtime.InteropServices;
using System.Text.Json;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;

namespace BackupCodeBroker.Features.Issue;

/// <summary>
/// What is wrapped: identity, generation, the activation secret, the codes (strings in an array: Vault's audit log shows keys and numbers in
/// clear, string values never) and dates.
/// </summary>
internal static class WrapPayload
{
    /// <summary>Writes it; the caller zeroes the bytes.</summary>
    public static byte[] Write(string identity, IssuePlan plan, CodeMint mint)
    {
        // Large enough for the longest set, so that the writer never grows it and leaves a copy behind.
        var buffer = new ArrayBufferWriter<byte>(512 + identity.Length + mint.Codes.Count * (BackupCode.MaxTextLength / 2));
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("identity", identity);
            json.WriteNumber("generation", plan.Generation);
            json.WriteString("kind", plan.Profile.Kind.Name());
            WriteSecret(json, "activation", ActivationSecret.Length, mint.Activation.WriteTo);
            json.WriteStartArray("codes");
            foreach (var code in mint.Codes)
            {
                WriteSecret(json, null, code.TextLength, code.WriteTo);
            }

            json.WriteEndArray();
            json.WriteString("issued_at", ApiJson.Utc(plan.At));
            json.WriteString("expires_at", ApiJson.Utc(plan.ExpiresAt));
            json.WriteEndObject();
        }

        var payload = buffer.WrittenSpan.ToArray();
        buffer.Clear();
        return payload;
    }

    private static void WriteSecret(Utf8JsonWriter json, string? name, int length, SpanWriter write)
    {
        Span<char> text = stackalloc char[length];
        write(text);
        if (name is null)
        {
            json.WriteStringValue(text);
        }
        else
        {
            json.WriteString(name, text);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text));
    }

    private delegate void SpanWriter(Span<char> destination);
}
