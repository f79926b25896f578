namespace BackupCodeBroker.Core.Reports;

/// <summary>Which identities a report is about; all that is given must hold.</summary>
public sealed record ReportFilter
{
    /// <summary>Everything.</summary>
    public static ReportFilter None { get; } = new();

    /// <summary>Id of the owner.</summary>
    public string? Owner { get; init; }

    /// <summary>Labels, each with its value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>Where it stands.</summary>
    public string? State { get; init; }

    /// <summary>One of <see cref="Readiness.Levels"/>.</summary>
    public string? Readiness { get; init; }

    /// <summary>Name of a <see cref="ReadinessCause"/>.</summary>
    public string? Cause { get; init; }

    /// <summary>Whether nothing narrows it down.</summary>
    public bool IsNone => Owner is null && Labels.Count == 0 && State is null && Readiness is null && Cause is null;

    /// <summary>Whether a row is wanted.</summary>
    public bool Wants(ReportRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return (Owner is null || row.Owner?.Id == Owner)
            && (State is null || row.State == State)
            && (Readiness is null || row.Readiness == Readiness)
            && (Cause is null || row.Causes.Contains(Cause))
            && Labels.All(l => row.Labels.TryGetValue(l.Key, out var value) && value == l.Value);
    }
}
