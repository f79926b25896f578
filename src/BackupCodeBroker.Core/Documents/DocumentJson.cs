using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// The JSON form of what is kept in KV. Members are snake_case; a member or a schema that this version does not know is refused rather than
/// dropped at the next write, so an older replica never undoes what a newer one keeps.
/// </summary>
public static class DocumentJson
{
    private static readonly DocumentJsonContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        IgnoreReadOnlyProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
        // Readable in the KV browser, and one byte for a quote: the size limit counts on it. The text is never put into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes a document.</summary>
    public static byte[] Write(IdentityDocument document) => JsonSerializer.SerializeToUtf8Bytes(document, Context.IdentityDocument);

    /// <summary>Writes the state.</summary>
    public static byte[] Write(BrokerState state) => JsonSerializer.SerializeToUtf8Bytes(state, Context.BrokerState);

    /// <summary>Reads the document of one identity.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="identity">The name asked for: a document of another identity is refused.</param>
    /// <param name="document">The document.</param>
    /// <param name="error">What is wrong with it, without any of its content.</param>
    public static bool TryReadIdentity(
        ReadOnlySpan<byte> json, string identity, [NotNullWhen(true)] out IdentityDocument? document, [NotNullWhen(false)] out string? error)
    {
        document = null;
        try
        {
            var read = JsonSerializer.Deserialize(json, Context.IdentityDocument);
            error = read is null ? "empty"
                : read.Schema != IdentityDocument.CurrentSchema ? $"schema {read.Schema} is unknown to this version"
                : read.Identity != identity ? "the document names another identity"
                : null;
            document = error is null ? read : null;
        }
        catch (JsonException e)
        {
            error = "not a document of this version, at " + (e.Path ?? "$");
        }

        return document is not null;
    }

    /// <summary>Reads the state.</summary>
    public static bool TryReadState(
        ReadOnlySpan<byte> json, [NotNullWhen(true)] out BrokerState? state, [NotNullWhen(false)] out string? error)
    {
        state = null;
        try
        {
            var read = JsonSerializer.Deserialize(json, Context.BrokerState);
            error = read is null ? "empty" : read.Schema != BrokerState.CurrentSchema ? $"schema {read.Schema} is unknown to this version" : null;
            state = error is null ? read : null;
        }
        catch (JsonException e)
        {
            error = "not a state of this version, at " + (e.Path ?? "$");
        }

        return state is not null;
    }
}

[JsonSerializable(typeof(IdentityDocument))]
[JsonSerializable(typeof(BrokerState))]
internal sealed partial class DocumentJsonContext : JsonSerializerContext;
