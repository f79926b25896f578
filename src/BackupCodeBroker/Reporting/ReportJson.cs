using System.Text.Json.Serialization;
using BackupCodeBroker.Core.Reports;

namespace BackupCodeBroker.Reporting;

/// <summary>How rows are kept in a snapshot: as they are answered, what is absent left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(List<ReportRow>))]
internal sealed partial class ReportJson : JsonSerializerContext;
