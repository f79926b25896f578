using System.Buffers;
using System.Text.Json;

namespace BackupCodeBroker.Vault;

/// <summary>
/// What is wrapped where an AppRole is recovered by: all that its holder needs to log in. Here, because a secret-id's text is for this folder alone.
/// </summary>
internal static class RecoveryPayload
{
    /// <summary>Writes it; the caller zeroes the bytes.</summary>
    public static byte[] Write(string identity, string mount, string roleId, VaultSecretId secretId)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("identity", identity);
            json.WriteString("mount", mount);
            json.WriteString("role_id", roleId);
            json.WriteString("secret_id", secretId.Reveal());
            json.WriteEndObject();
        }

        var payload = buffer.WrittenSpan.ToArray();
        buffer.Clear();
        return payload;
    }
}
