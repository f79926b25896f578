using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Reports;

/// <summary>One page of the report.</summary>
internal sealed record ReportAnswer : ApiAnswer
{
    /// <summary>When the look at the fleet began that it is from: no row is older.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Whether every document of the fleet could be read; those that could not are rows too. Absent for a caller who does not see the fleet.</summary>
    public bool? Complete { get; init; }

    /// <summary>Documents of the fleet that are deleted or cannot be read; absent as above.</summary>
    public int? Unreadable { get; init; }

    /// <summary>
    /// The figures of all identities that are wanted, on the first page; absent on others, and for a caller who does not see the fleet, whose client counts
    /// what it was shown.
    /// </summary>
    public FleetSummary? Summary { get; init; }

    /// <summary>The identities, in the order of their names.</summary>
    public required IReadOnlyList<ReportRow> Identities { get; init; }

    /// <summary>What to send as <c>after</c> for the next page; absent on the last. A page can be short, or empty, and yet not the last.</summary>
    public string? Next { get; init; }
}
