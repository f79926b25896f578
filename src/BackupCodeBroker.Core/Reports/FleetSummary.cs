using System.Text.Json.Serialization;

namespace BackupCodeBroker.Core.Reports;

/// <summary>The figures of many identities: how many could be recovered, how old their codes are, how often they were replaced, and how they ended.</summary>
public sealed record FleetSummary
{
    /// <summary>Identities.</summary>
    public required int Identities { get; init; }

    /// <summary>Identities by readiness; every level is there.</summary>
    public required IReadOnlyDictionary<string, int> Readiness { get; init; }

    /// <summary>Identities by cause; one that has several counts at each.</summary>
    public required IReadOnlyDictionary<string, int> Causes { get; init; }

    /// <summary>Identities by where they stand.</summary>
    public required IReadOnlyDictionary<string, int> States { get; init; }

    /// <summary>Codes in force, by how long ago they were issued; every band is there.</summary>
    public required IReadOnlyList<AgeBand> Ages { get; init; }

    /// <summary>What happened within seven days, and within 30 and 90, of the last events that each document keeps.</summary>
    [JsonPropertyName("last_7_days")]
    public required ReportActivity Last7Days { get; init; }

    /// <summary>As above.</summary>
    [JsonPropertyName("last_30_days")]
    public required ReportActivity Last30Days { get; init; }

    /// <summary>As above.</summary>
    [JsonPropertyName("last_90_days")]
    public required ReportActivity Last90Days { get; init; }

    /// <summary>The last set of each identity that ended, by how.</summary>
    public required IReadOnlyDictionary<string, int> Ended { get; init; }

    /// <summary>Those of them of which a code had been used.</summary>
    public required int EndedAfterUse { get; init; }

    /// <summary>Those that ended with a change of owner or role.</summary>
    public required int EndedAfterChange { get; init; }

    /// <summary>Codes in force of which some were used, and which were not replaced since.</summary>
    public required int UsedAndStanding { get; init; }

    /// <summary>When the oldest codes in force were issued.</summary>
    public DateTimeOffset? OldestIssuedAt { get; init; }

    /// <summary>Of some rows, as of a time.</summary>
    public static FleetSummary Of(IEnumerable<ReportRow> rows, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var count = new FleetSummaryCount(at);
        foreach (var row in rows)
        {
            count.Add(row);
        }

        return count.Summary();
    }
}

/// <summary>Codes of an age.</summary>
/// <param name="FromDays">Youngest, in whole days.</param>
/// <param name="ToDays">Oldest, exclusive; null for any.</param>
/// <param name="Sets">How many sets.</param>
/// <param name="Overdue">How many of them should have been replaced.</param>
public sealed record AgeBand(int FromDays, int? ToDays, int Sets, int Overdue);

/// <summary>Counts rows one after the other, so that nobody has to hold them all.</summary>
public sealed class FleetSummaryCount
{
    private static readonly int[] Bands = [0, 7, 30, 60, 90, 180, 365];

    private readonly DateTimeOffset _at;
    private readonly Dictionary<string, int> _readiness = Readiness.Levels.ToDictionary(l => l, _ => 0);
    private readonly Dictionary<string, int> _causes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ended = new(StringComparer.Ordinal);
    private readonly int[] _sets = new int[Bands.Length];
    private readonly int[] _overdue = new int[Bands.Length];
    private ReportActivity _week = ReportActivity.None;
    private ReportActivity _month = ReportActivity.None;
    private ReportActivity _quarter = ReportActivity.None;
    private int _identities;
    private int _afterUse;
    private int _afterChange;
    private int _standing;
    private DateTimeOffset? _oldest;

    /// <summary>Begins; ages are as of <paramref name="at"/>.</summary>
    public FleetSummaryCount(DateTimeOffset at) => _at = at;

    /// <summary>Counts one.</summary>
    public void Add(ReportRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        _identities++;
        Count(_readiness, row.Readiness);
        Count(_states, row.State);
        foreach (var cause in row.Causes)
        {
            Count(_causes, cause);
        }

        (_week, _month, _quarter) = (_week + row.Last7Days, _month + row.Last30Days, _quarter + row.Last90Days);
        if (row.Active is { } set)
        {
            AddSet(row, set);
        }

        if (row.Previous is { } end)
        {
            Count(_ended, end.How);
            _afterUse += end.Used > 0 ? 1 : 0;
            _afterChange += SetEnd.IsChangeOfRole(end.How) ? 1 : 0;
        }
    }

    /// <summary>The figures.</summary>
    public FleetSummary Summary() => new()
    {
        Identities = _identities,
        Readiness = _readiness,
        Causes = _causes,
        States = _states,
        Ages = [.. Bands.Select((from, i) => new AgeBand(from, i + 1 < Bands.Length ? Bands[i + 1] : null, _sets[i], _overdue[i]))],
        Last7Days = _week,
        Last30Days = _month,
        Last90Days = _quarter,
        Ended = _ended,
        EndedAfterUse = _afterUse,
        EndedAfterChange = _afterChange,
        UsedAndStanding = _standing,
        OldestIssuedAt = _oldest,
    };

    private void AddSet(ReportRow row, ReportSet set)
    {
        var days = Math.Max(0, (_at - set.IssuedAt).TotalDays);
        var band = Array.FindLastIndex(Bands, from => days >= from);
        _sets[band]++;
        _overdue[band] += row.Causes.Contains(ReadinessCause.Overdue.Name()) ? 1 : 0;
        _standing += set.Used > 0 ? 1 : 0;
        _oldest = _oldest < set.IssuedAt ? _oldest : set.IssuedAt;
    }

    private static void Count(Dictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;
}
