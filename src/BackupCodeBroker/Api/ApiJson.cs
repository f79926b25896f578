using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using BackupCodeBroker.Features.Consume;
using BackupCodeBroker.Features.Issue;
using BackupCodeBroker.Features.Listing;
using BackupCodeBroker.Features.Register;
using BackupCodeBroker.Features.Status;
using BackupCodeBroker.Health;

namespace BackupCodeBroker.Api;

/// <summary>How answers are written: snake_case, absent members left out, dates as RFC 3339.</summary>
internal static class ApiJson
{
    public static ApiJsonContext Context { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Default,
    });
}

[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(RegisterAnswer))]
[JsonSerializable(typeof(IssueAnswer))]
[JsonSerializable(typeof(ConsumeAnswer))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(ListAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ReadinessAnswer))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
