using System.Buffers;
using System.Text.Json;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Tokens;
using BackupCodeBroker.DevVault.Wrapping;

namespace BackupCodeBroker.DevVault.Http;

/// <summary>The body around every answer. A wrapped one has an empty <c>request_id</c>; errors have no envelope at all.</summary>
internal static class Envelope
{
    public static byte[] Bytes(VaultResponse response, string requestId)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(buffer, response, requestId, inject: false);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Injected, the data's fields stand at the top as well: some paths of <c>sys/</c> have had it ever since.</summary>
    public static void Write(IBufferWriter<byte> output, VaultResponse response, string requestId, bool inject)
    {
        using var writer = new Utf8JsonWriter(output, Json.Writer);
        writer.WriteStartObject();
        if (inject && response.Data is { } top && response.Wrap is null)
        {
            foreach ((string key, System.Text.Json.Nodes.JsonNode? value) in top)
            {
                writer.WritePropertyName(key);
                WriteNode(writer, value);
            }
        }

        writer.WriteString("request_id"u8, response.Wrap is null ? requestId : "");
        writer.WriteString("lease_id"u8, "");
        writer.WriteBoolean("renewable"u8, false);
        writer.WriteNumber("lease_duration"u8, response.LeaseSeconds ?? 0);
        writer.WritePropertyName("data"u8);
        WriteNode(writer, response.Data);
        writer.WritePropertyName("wrap_info"u8);
        WriteWrap(writer, response.Wrap);
        writer.WritePropertyName("warnings"u8);
        WriteTexts(writer, response.Wrap is null ? response.Warnings : null);
        writer.WritePropertyName("auth"u8);
        WriteAuth(writer, response.Auth);
        writer.WriteEndObject();
    }

    private static void WriteNode(Utf8JsonWriter writer, System.Text.Json.Nodes.JsonNode? node)
    {
        if (node is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            node.WriteTo(writer);
        }
    }

    private static void WriteWrap(Utf8JsonWriter writer, WrapInfo? wrap)
    {
        if (wrap is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("token"u8, wrap.Token);
        writer.WriteString("accessor"u8, wrap.Accessor);
        writer.WriteNumber("ttl"u8, (long)wrap.Ttl.TotalSeconds);
        writer.WriteString("creation_time"u8, wrap.CreationTime.ToString());
        writer.WriteString("creation_path"u8, wrap.CreationPath);
        if (wrap.WrappedAccessor.Length > 0)
        {
            writer.WriteString("wrapped_accessor"u8, wrap.WrappedAccessor);
        }

        writer.WriteEndObject();
    }

    private static void WriteAuth(Utf8JsonWriter writer, AuthBlock? auth)
    {
        if (auth is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("client_token"u8, auth.ClientToken);
        writer.WriteString("accessor"u8, auth.Accessor);
        writer.WritePropertyName("policies"u8);
        WriteTexts(writer, auth.Policies);
        WriteFilled(writer, "token_policies", auth.TokenPolicies);
        WriteFilled(writer, "identity_policies", auth.IdentityPolicies);
        writer.WritePropertyName("metadata"u8);
        WriteNode(writer, GoValue.Map(auth.Metadata));
        writer.WriteNumber("lease_duration"u8, auth.LeaseSeconds);
        writer.WriteBoolean("renewable"u8, auth.Renewable);
        writer.WriteString("entity_id"u8, auth.EntityId);
        writer.WriteString("token_type"u8, auth.Type == TokenType.Batch ? "batch" : "service");
        writer.WriteBoolean("orphan"u8, auth.Orphan);
        writer.WriteEndObject();
    }

    private static void WriteFilled(Utf8JsonWriter writer, string name, List<string> texts)
    {
        if (texts.Count > 0)
        {
            writer.WritePropertyName(name);
            WriteTexts(writer, texts);
        }
    }

    private static void WriteTexts(Utf8JsonWriter writer, List<string>? texts)
    {
        if (texts is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartArray();
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
