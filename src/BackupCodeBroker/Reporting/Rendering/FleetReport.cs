using BackupCodeBroker.Core.Reports;

namespace BackupCodeBroker.Reporting.Rendering;

/// <summary>A whole report, as it was read from a broker, for whoever draws it.</summary>
internal sealed record FleetReport
{
    private static readonly Dictionary<string, ReadinessCause> CausesByName = ReadinessCauses.All.ToDictionary(c => c.Name());

    /// <summary>The identities, in the order of their names.</summary>
    public required IReadOnlyList<ReportRow> Rows { get; init; }

    /// <summary>When the look at the fleet began that the oldest page is from.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>As above, of the newest page: another one where the report was long and the fleet was looked at again meanwhile.</summary>
    public required DateTimeOffset TakenUntil { get; init; }

    /// <summary>What narrowed it down, in words; empty for nothing.</summary>
    public string About { get; init; } = "";

    /// <summary>Whether the reader sees the fleet; else what they hold <c>status</c> on.</summary>
    public required bool IsFleet { get; init; }

    /// <summary>The figures of the rows.</summary>
    public FleetSummary Summary => field ??= FleetSummary.Of(Rows, TakenUntil);

    /// <summary>Identities that could not be recovered, by what is worst about them and then by name.</summary>
    public IReadOnlyList<ReportRow> NotRecoverable => field ??= Of(Readiness.NotRecoverable);

    /// <summary>Identities that could be recovered and of which something is to be seen to, likewise.</summary>
    public IReadOnlyList<ReportRow> AtRisk => field ??= Of(Readiness.AtRisk);

    /// <summary>Documents that could not be read.</summary>
    public int Unreadable => Rows.Count(r => !r.IsReadable);

    /// <summary>The verdict in one line.</summary>
    public string Verdict => (Count(Readiness.NotRecoverable), Living) switch
    {
        (_, 0) => "There is no identity to report on",
        (0, 1) => "The identity could be recovered today",
        (0, var all) => $"All {CauseWords.Number(all)} identities could be recovered today",
        (var lost, 1) when lost == 1 => "The identity could not be recovered today",
        (var lost, var all) => $"{CauseWords.Number(lost)} of {CauseWords.Number(all)} identities could not be recovered today",
    };

    /// <summary>Identities that were not retired.</summary>
    public int Living => Summary.Identities - Count(Readiness.Retired);

    /// <summary>How many are of a readiness.</summary>
    public int Count(string level) => Summary.Readiness.GetValueOrDefault(level);

    /// <summary>The worst cause of a row; null where it has none that is known here.</summary>
    public static ReadinessCause? Worst(ReportRow row) => row.Causes.Select(name => CausesByName.TryGetValue(name, out var cause) ? cause : (ReadinessCause?)null).Min();

    /// <summary>The causes of a row that are known here.</summary>
    public static IEnumerable<ReadinessCause> Known(ReportRow row) => row.Causes.Where(CausesByName.ContainsKey).Select(name => CausesByName[name]);

    private List<ReportRow> Of(string level) =>
        [.. Rows.Where(r => r.Readiness == level).OrderBy(r => Worst(r) ?? ReadinessCause.NoProfile).ThenBy(r => r.Identity, StringComparer.Ordinal)];
}
