using BackupCodeBroker.Core.Reports;

namespace BackupCodeBroker.Reporting;

/// <summary>
/// All identities as one look at the fleet found them, in the order of their names. A row takes some hundred bytes: rows are kept as compressed JSON, a few
/// hundred together, and opened where somebody reads them.
/// </summary>
internal sealed class FleetSnapshot
{
    private readonly IReadOnlyList<PackedRows> _pages;

    /// <summary>Made by <see cref="SnapshotBuilder"/>.</summary>
    public FleetSnapshot(IReadOnlyList<PackedRows> pages, FleetSummary summary, DateTimeOffset takenAt, DateTimeOffset finishedAt, int unreadable)
    {
        _pages = pages;
        (Summary, TakenAt, FinishedAt, Unreadable) = (summary, takenAt, finishedAt, unreadable);
    }

    /// <summary>The figures of all.</summary>
    public FleetSummary Summary { get; }

    /// <summary>When the look began: no row is older.</summary>
    public DateTimeOffset TakenAt { get; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset FinishedAt { get; }

    /// <summary>Documents that were deleted or cannot be read; each has a row that says so.</summary>
    public int Unreadable { get; }

    /// <summary>Bytes that it takes.</summary>
    public long Bytes => _pages.Sum(p => (long)p.Bytes);

    /// <summary>The rows behind a name.</summary>
    public IEnumerable<ReportRow> After(string? name)
    {
        foreach (var page in _pages.Where(p => name is null || string.CompareOrdinal(p.Last, name) > 0))
        {
            foreach (var row in page.Open())
            {
                if (name is null || string.CompareOrdinal(row.Identity, name) > 0)
                {
                    yield return row;
                }
            }
        }
    }
}
