using System.Globalization;
using System.Text.Json;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Report;

/// <summary>Words that the terminal and the page share: counts, times, people, steps, and the verdict.</summary>
internal static class Words
{
    // Up to this many of a unit before the next one says it better.
    private const int MostSeconds = 100;
    private const int MostMinutes = 100;
    private const int MostHours = 48;

    /// <summary>The verdict in one line, with counts.</summary>
    public static string Verdict(AuditReport report)
    {
        if (report.Explained)
        {
            return Calm(report) + Unread(report);
        }

        var groups = report.Findings.GroupBy(f => FindingWords.For(f.Kind).Group).OrderBy(g => g.Key)
            .Select(g => GroupCount(g.Key, g.Count())).ToList();
        if (report.FindingsNotListed > 0)
        {
            groups.Add(string.Create(CultureInfo.InvariantCulture, $"{report.FindingsNotListed:N0} not listed"));
        }

        return $"{Count(report.Findings.Count + report.FindingsNotListed, "finding")}: {string.Join(", ", groups)}{Unread(report)}";
    }

    /// <summary>A kind's name, as JSON and the guide spell it.</summary>
    public static string Kind(FindingKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    /// <summary>A number of findings of one group.</summary>
    public static string GroupCount(FindingGroup group, int count) => group switch
    {
        FindingGroup.Access => Count(count, "unexplained access", "unexplained accesses"),
        FindingGroup.Delivery => count == 1 ? "1 suspicious delivery" : Count(count, "", "suspicious deliveries"),
        FindingGroup.Gap => Count(count, "gap in the records", "gaps in the records"),
        _ => Count(count, "change to what protects codes", "changes to what protects codes"),
    };

    /// <summary>A heading for a group.</summary>
    public static string GroupTitle(FindingGroup group) => group switch
    {
        FindingGroup.Access => "Access to codes that nothing explains",
        FindingGroup.Delivery => "Deliveries that look intercepted",
        FindingGroup.Gap => "Gaps in the records",
        _ => "Changes to what protects the codes",
    };

    /// <summary>A count with its noun.</summary>
    public static string Count(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + "s")}");

    /// <summary>A time: ISO 8601, UTC, milliseconds.</summary>
    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time for people; UTC, which is said once.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>A time for people where milliseconds do not matter.</summary>
    public static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A time for people where seconds matter.</summary>
    public static string Second(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The day of a time, in UTC; a dash where there is none.</summary>
    public static string Day(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>The period that the report is about.</summary>
    public static string Period(AuditReport report)
    {
        var (first, last) = Span(report);
        if (first is not { } from || last is not { } to)
        {
            return "no time at all";
        }

        return to - from < TimeSpan.FromHours(2) ? $"{Second(from)} to {Second(to)} UTC" : $"{Minute(from)} to {Minute(to)} UTC";
    }

    /// <summary>From when to when: as asked, and where that is open, as the files go.</summary>
    public static (DateTimeOffset? First, DateTimeOffset? Last) Span(AuditReport report) =>
        (report.Since ?? report.Sources.Min(s => s.First), report.Until ?? report.Sources.Max(s => s.Last));

    /// <summary>How long something took.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 1000 } => Number(time.TotalMilliseconds, "0", "ms"),
        { TotalSeconds: < 10 } => Number(time.TotalSeconds, "0.0", "s"),
        { TotalSeconds: < MostSeconds } => Number(time.TotalSeconds, "0", "s"),
        { TotalMinutes: < MostMinutes } => Number(time.TotalMinutes, "0", "min"),
        { TotalHours: < MostHours } => Number(time.TotalHours, "0", "h"),
        _ => Number(time.TotalDays, "#,0", "days"),
    };

    /// <summary>Somebody, in short: the name that says most.</summary>
    public static string? Name(Party? party) => party switch
    {
        null => null,
        // Every token that was made by hand is called so.
        { Name: "token", Entity: { Length: > 0 } entity } => "entity " + entity,
        { Name: { Length: > 0 } name } => name,
        { Entity: { Length: > 0 } entity } => "entity " + entity,
        { Accessor: { Length: > 0 } accessor } => "accessor " + accessor,
        { Address: { Length: > 0 } address } => "somebody at " + address,
        _ => null,
    };

    /// <summary>Somebody, with all that the log says.</summary>
    public static string? Who(Party? party)
    {
        if (Name(party) is not { } name || party is null)
        {
            return null;
        }

        List<string> parts = [];
        parts.Add(party.Root ? "a root token" : "");
        parts.Add(party.Entity is { Length: > 0 } entity && !name.EndsWith(entity, StringComparison.Ordinal) ? "entity " + entity : "");
        parts.Add(party.Address is { Length: > 0 } address && !name.EndsWith(address, StringComparison.Ordinal) ? "from " + address : "");
        return string.Join(", ", parts.Where(p => p.Length > 0).Prepend(name));
    }

    /// <summary>A code set by name.</summary>
    public static string? Set(string? identity, int? generation) =>
        identity is null || generation is null ? identity : string.Create(CultureInfo.InvariantCulture, $"{identity}, generation {generation}");

    /// <summary>A step in words.</summary>
    public static string Step(LifeStep step) => step switch
    {
        LifeStep.Issued => "issued",
        LifeStep.Unwrapped => "unwrapped",
        LifeStep.UnwrapFailed => "unwrap failed",
        LifeStep.Activated => "activated",
        LifeStep.ActivationRefused => "activation refused",
        LifeStep.Consumed => "consumed",
        LifeStep.ConsumeRefused => "consume refused",
        LifeStep.Replaced => "replaced",
        LifeStep.Revoked => "revoked",
        LifeStep.Intercepted => "reported intercepted",
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    /// <summary>Whether a step is a refusal, a failure or an alarm.</summary>
    public static bool IsBad(LifeStep step) => step is LifeStep.UnwrapFailed or LifeStep.ActivationRefused or LifeStep.ConsumeRefused or LifeStep.Intercepted;

    private static string Calm(AuditReport report) => report.Totals is { Requests: 0, Operations: 0 }
        ? "Nothing to explain: no request and no operation lies in the period"
        : $"Every access is explained: {Count(report.Totals.Requests, "request")}, {Count(report.Totals.Operations, "operation")}";

    // What could not be read could be anything: a verdict does not pass over it.
    private static string Unread(AuditReport report)
    {
        var lines = report.Sources.Sum(s => s.Unreadable);
        return lines == 0 ? "" : $"; {Count(lines, "line")} could not be read";
    }

    private static string Number(double value, string format, string unit) => value.ToString(format, CultureInfo.InvariantCulture) + " " + unit;
}
