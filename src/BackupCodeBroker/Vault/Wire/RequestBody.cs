using System.Buffers;
using System.Text.Json;

namespace BackupCodeBroker.Vault.Wire;

/// <summary>The JSON of one request. Bodies carry tokens, secret-ids, plaintext to wrap: the buffer is zeroed when the call is over.</summary>
internal sealed class RequestBody : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer;

    private RequestBody(int capacity) => _buffer = new ArrayBufferWriter<byte>(capacity);

    /// <summary>The bytes to send.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.WrittenMemory;

    /// <summary>An object, written by <paramref name="fields"/>; with a good guess of its size no copy of a secret is left by growing.</summary>
    public static RequestBody Of(Action<Utf8JsonWriter> fields, int capacity = 512)
    {
        var body = new RequestBody(capacity);
        using var writer = new Utf8JsonWriter(body._buffer);
        writer.WriteStartObject();
        fields(writer);
        writer.WriteEndObject();
        writer.Flush();
        return body;
    }

    /// <summary>JSON as it is.</summary>
    public static RequestBody Of(ReadOnlySpan<byte> json)
    {
        var body = new RequestBody(Math.Max(json.Length, 1));
        body._buffer.Write(json);
        return body;
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Clear();
}
