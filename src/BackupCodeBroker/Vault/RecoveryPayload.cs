using System.Buffers;
using System.Text.Json;
using BackupCodeBroker.Vault.Wire;

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

    /// <summary>Reads it; null where it is not in that form.</summary>
    public static RecoveredRole? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && root.Text("mount") is { Length: > 0 } mount && VaultPath.IsPath(mount)
                && root.Text("role_id") is { Length: > 0 } roleId
                && VaultSecretId.TryParse(root.Text("secret_id"), out _) is { } secretId
                    ? new RecoveredRole(root.Text("identity"), mount, roleId, secretId)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a log-in by a recovered AppRole needs.</summary>
internal sealed record RecoveredRole(string Identity, string Mount, string RoleId, VaultSecretId SecretId);
