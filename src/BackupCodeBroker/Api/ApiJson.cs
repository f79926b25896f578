using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using BackupCodeBroker.Features.Approvals;
using BackupCodeBroker.Features.Consume;
using BackupCodeBroker.Features.Drill;
using BackupCodeBroker.Features.Issue;
using BackupCodeBroker.Features.Leaks;
using BackupCodeBroker.Features.Listing;
using BackupCodeBroker.Features.Lockdowns;
using BackupCodeBroker.Features.Recover;
using BackupCodeBroker.Features.Register;
using BackupCodeBroker.Features.Reports;
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
        // Answers are JSON and say so (nosniff); an apostrophe in a sentence stays readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcTimes() },
    });

    /// <summary>A time in UTC with a Z, to the millisecond.</summary>
    public static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed class UtcTimes : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Utc(value));
    }
}

[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(RegisterAnswer))]
[JsonSerializable(typeof(IssueAnswer))]
[JsonSerializable(typeof(ConsumeAnswer))]
[JsonSerializable(typeof(RecoverAnswer))]
[JsonSerializable(typeof(DrillAnswer))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(ListAnswer))]
[JsonSerializable(typeof(ReportAnswer))]
[JsonSerializable(typeof(RequestedAnswer))]
[JsonSerializable(typeof(ApprovalsAnswer))]
[JsonSerializable(typeof(DeclaredAnswer))]
[JsonSerializable(typeof(DryRunAnswer))]
[JsonSerializable(typeof(LockdownAnswer))]
[JsonSerializable(typeof(LockdownsAnswer))]
[JsonSerializable(typeof(LeakAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ReadinessAnswer))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
