using BackupCodeBroker.Core.Reports;

namespace BackupCodeBroker.Reporting;

/// <summary>
/// Gathers the rows of one look at the fleet, which goes through it in the order of names, a page at a time and within a page side by side. Rows are packed
/// page by page: no more than one page lies open.
/// </summary>
internal sealed class SnapshotBuilder(DateTimeOffset takenAt)
{
    private readonly Lock _lock = new();
    private readonly List<PackedRows> _pages = [];
    private readonly FleetSummaryCount _count = new(takenAt);
    private List<ReportRow> _open = [];
    private int _unreadable;

    /// <summary>Takes a row in.</summary>
    public void Add(ReportRow row)
    {
        lock (_lock)
        {
            _open.Add(row);
            _unreadable += row.IsReadable ? 0 : 1;
        }
    }

    /// <summary>A page is done.</summary>
    public void EndPage()
    {
        if (_open.Count == 0)
        {
            return;
        }

        var rows = _open;
        _open = [];
        rows.Sort((one, other) => string.CompareOrdinal(one.Identity, other.Identity));
        rows.ForEach(_count.Add);
        _pages.Add(PackedRows.Of(rows));
    }

    /// <summary>All pages are done.</summary>
    public FleetSnapshot End(DateTimeOffset at) => new(_pages, _count.Summary(), takenAt, at, _unreadable);
}
