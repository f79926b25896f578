using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Health;

/// <summary>Whether the process lives.</summary>
/// <param name="Status"><c>alive</c>.</param>
internal sealed record HealthAnswer(string Status) : ApiAnswer;

/// <summary>Whether the broker can serve, and what is missing.</summary>
/// <param name="Status"><c>ready</c> or <c>not-ready</c>.</param>
/// <param name="Reasons">What is missing.</param>
internal sealed record ReadinessAnswer(string Status, IReadOnlyList<string> Reasons) : ApiAnswer;
