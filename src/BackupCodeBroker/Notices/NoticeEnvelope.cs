using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;
using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Documents;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;

namespace BackupCodeBroker.Notices;

/// <summary>
/// A notice as a CloudEvent 1.0 in structured JSON. It says what happened to whose codes and who did it; no secret, and nobody's free text, since it leaves the deployment.
/// The same notice is the same bytes at each delivery, unless the identity is called otherwise elsewhere by then.
/// </summary>
internal sealed class NoticeEnvelope(string? environment)
{
    /// <summary>What the types of events begin with.</summary>
    public const string TypePrefix = "bcb.";

    private readonly JsonEventFormatter _formatter = new();
    private readonly Uri _source = new("urn:backup-code-broker:" + (environment ?? "default"));

    /// <summary>The event's bytes, and their media type.</summary>
    public (byte[] Body, string MediaType) Write(Notice notice)
    {
        var entry = notice.Entry;
        var told = new CloudEvent(CloudEventsSpecVersion.V1_0)
        {
            Id = entry.Id,
            Source = _source,
            Subject = notice.Subject,
            Type = TypePrefix + entry.Notice,
            Time = entry.At,
            DataContentType = MediaTypeNames.Application.Json,
            Data = JsonSerializer.SerializeToElement(NoticeData.Of(notice), NoticeJsonContext.Default.NoticeData),
        };
        var body = _formatter.EncodeStructuredModeMessage(told, out var type);
        return (body.ToArray(), type.ToString());
    }
}

/// <summary>The event's data; what there is nothing to say about is left out.</summary>
internal sealed record NoticeData(
    string? Identity, string? ExternalId, string? Owner, string? PreviousOwner, int? Generation, string OperationId, int? Remaining, int? Failures, string? Cause, NoticeActor Actor)
{
    public static NoticeData Of(Notice notice) => notice.Entry is var entry
        ? new NoticeData(
            notice.Identity, notice.ExternalId, notice.Owner, entry.PreviousOwner, entry.Generation, entry.OperationId, entry.Remaining, entry.Failures, entry.Cause, NoticeActor.Of(entry.By))
        : throw new InvalidOperationException("a notice without content");
}

/// <summary>Who did it.</summary>
/// <param name="Entity">Their Vault entity; absent where they have none.</param>
/// <param name="Name">Vault's display name of their token.</param>
internal sealed record NoticeActor(string? Entity, string Name)
{
    public static NoticeActor Of(Actor actor) => new(actor.EntityId.Length > 0 ? actor.EntityId : null, actor.DisplayName);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NoticeData))]
internal sealed partial class NoticeJsonContext : JsonSerializerContext;
