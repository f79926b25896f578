using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// The JSON form of what is kept in KV. Members are snake_case; a member or a schema that this version does not know is refused rather than
/// dropped at the next write, so an older replica never undoes what a newer one keeps. What an earlier version did not write is empty: the reader that
/// the compiler makes hands null to initialisers of members that are absent, and they make the empty value of it.
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
        // Readable in the KV browser. The text is never put into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new PlainTextConverter() },
    });

    /// <summary>Writes a document.</summary>
    public static byte[] Write(IdentityDocument document) => JsonSerializer.SerializeToUtf8Bytes(document, Context.IdentityDocument);

    /// <summary>Writes the state.</summary>
    public static byte[] Write(BrokerState state) => JsonSerializer.SerializeToUtf8Bytes(state, Context.BrokerState);

    /// <summary>Writes a lockdown's story.</summary>
    public static byte[] Write(LockdownStory story) => JsonSerializer.SerializeToUtf8Bytes(story, Context.LockdownStory);

    /// <summary>Writes the worker's lease.</summary>
    public static byte[] Write(WorkerLease lease) => JsonSerializer.SerializeToUtf8Bytes(lease, Context.WorkerLease);

    /// <summary>Reads the worker's lease; null where it is none of this version's: nobody can tell then who leads.</summary>
    public static WorkerLease? ReadLease(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Context.WorkerLease) is { Schema: WorkerLease.CurrentSchema } lease ? lease : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

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
                : DocumentSoundness.Flaw(read);
            document = error is null ? read : null;
        }
        catch (JsonException e)
        {
            error = "not a document of this version, " + Place(e);
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
            error = read is null ? "empty" : read.Schema != BrokerState.CurrentSchema ? $"schema {read.Schema} is unknown to this version" : DocumentSoundness.Flaw(read);
            state = error is null ? read : null;
        }
        catch (JsonException e)
        {
            error = "not a state of this version, " + Place(e);
        }

        return state is not null;
    }

    /// <summary>Reads the story of one lockdown; one of another is refused.</summary>
    public static bool TryReadStory(
        ReadOnlySpan<byte> json, string id, [NotNullWhen(true)] out LockdownStory? story, [NotNullWhen(false)] out string? error)
    {
        story = null;
        try
        {
            var read = JsonSerializer.Deserialize(json, Context.LockdownStory);
            error = read is null ? "empty"
                : read.Schema != LockdownStory.CurrentSchema ? $"schema {read.Schema} is unknown to this version"
                : read.Lockdown.Id != id ? "the document is of another lockdown"
                : DocumentSoundness.Flaw(read);
            story = error is null ? read : null;
        }
        catch (JsonException e)
        {
            error = "not a story of this version, " + Place(e);
        }

        return story is not null;
    }

    /// <summary>Bytes of a code.</summary>
    internal static int Size(StoredCode code) => JsonSerializer.SerializeToUtf8Bytes(code, Context.StoredCode).Length;

    /// <summary>Bytes of a lockdown.</summary>
    internal static int Size(Lockdown lockdown) => JsonSerializer.SerializeToUtf8Bytes(lockdown, Context.Lockdown).Length;

    /// <summary>Bytes of a lockdown that was lifted.</summary>
    internal static int Size(LiftedLockdown lifted) => JsonSerializer.SerializeToUtf8Bytes(lifted, Context.LiftedLockdown).Length;

    /// <summary>Bytes of a lockdown's scope.</summary>
    internal static int Size(LockdownScope scope) => JsonSerializer.SerializeToUtf8Bytes(scope, Context.LockdownScope).Length;

    /// <summary>Bytes of an event.</summary>
    internal static int Size(DocumentEvent entry) => JsonSerializer.SerializeToUtf8Bytes(entry, Context.DocumentEvent).Length;

    /// <summary>Bytes of an approval.</summary>
    internal static int Size(Approval approval) => JsonSerializer.SerializeToUtf8Bytes(approval, Context.Approval).Length;

    /// <summary>Bytes of a review.</summary>
    internal static int Size(OpenReview review) => JsonSerializer.SerializeToUtf8Bytes(review, Context.OpenReview).Length;

    /// <summary>Bytes of what a recovery handed out.</summary>
    internal static int Size(Recovery recovery) => JsonSerializer.SerializeToUtf8Bytes(recovery, Context.Recovery).Length;

    /// <summary>Bytes of a notice.</summary>
    internal static int Size(OutboxEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, Context.OutboxEntry).Length;

    // The exception's path names members, and labels and unknown members are content.
    private static string Place(JsonException e) => string.Create(
        CultureInfo.InvariantCulture, $"at line {e.LineNumber.GetValueOrDefault() + 1}, byte {e.BytePositionInLine.GetValueOrDefault() + 1}");
}

[JsonSerializable(typeof(IdentityDocument))]
[JsonSerializable(typeof(BrokerState))]
[JsonSerializable(typeof(LockdownStory))]
[JsonSerializable(typeof(WorkerLease))]
internal sealed partial class DocumentJsonContext : JsonSerializerContext;
