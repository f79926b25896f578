using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Report.Page;

/// <summary>The period as a line from left to right: where a time lies on it, and which times are written below it.</summary>
internal sealed class TimeAxis(DateTimeOffset first, DateTimeOffset last)
{
    // What lies at the ends has to be seen whole.
    private const double Margin = 1.5;

    private const int MostTicks = 8;

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15),
        TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(7),
        TimeSpan.FromDays(14), TimeSpan.FromDays(28), TimeSpan.FromDays(91), TimeSpan.FromDays(182), TimeSpan.FromDays(364),
    ];

    /// <summary>Where it begins.</summary>
    public DateTimeOffset First { get; } = first;

    /// <summary>Where it ends.</summary>
    public DateTimeOffset Last { get; } = last;

    /// <summary>How long it is; never nothing.</summary>
    public TimeSpan Length => Last > First ? Last - First : TimeSpan.FromSeconds(1);

    /// <summary>The period of a report, widened by what happened; null where nothing did.</summary>
    public static TimeAxis? Of(AuditReport report)
    {
        var (from, to) = Words.Span(report);
        IEnumerable<DateTimeOffset?> times =
        [
            from, to, .. report.Findings.Select(f => (DateTimeOffset?)f.At), .. report.Sets.SelectMany(s => s.Events).Select(e => (DateTimeOffset?)e.At),
        ];
        var known = times.OfType<DateTimeOffset>().ToList();
        return known.Count == 0 ? null : new TimeAxis(report.Since ?? known.Min(), report.Until ?? known.Max());
    }

    /// <summary>Where a time lies, from 0 to 1; what is outside lies at the end.</summary>
    public double Share(DateTimeOffset time) => Math.Clamp((time - First) / Length, 0, 1);

    /// <summary>Where a share of the line lies, in percent of the width.</summary>
    public static double Place(double share) => Margin + (share * (100 - (2 * Margin)));

    /// <summary>Where a time lies, in percent of the width.</summary>
    public double Place(DateTimeOffset time) => Place(Share(time));

    /// <summary>Round times to write below, and how.</summary>
    public IEnumerable<(DateTimeOffset At, string Text)> Ticks()
    {
        var step = Steps.FirstOrDefault(s => Length / s <= MostTicks, TimeSpan.FromDays(364 * Math.Ceiling(Length.TotalDays / 364 / MostTicks)));
        var ticks = First.UtcTicks + step.Ticks - 1;
        for (var at = new DateTimeOffset(ticks - (ticks % step.Ticks), TimeSpan.Zero); at <= Last; at += step)
        {
            yield return (at, Written(at, step));
        }
    }

    private static string Written(DateTimeOffset at, TimeSpan step) => at.ToString(
        step switch
        {
            { TotalDays: >= 28 } => "yyyy-MM-dd",
            { TotalDays: >= 1 } => "MM-dd",
            { TotalMinutes: >= 1 } => at.TimeOfDay == TimeSpan.Zero ? "MM-dd" : "HH:mm",
            _ => "HH:mm:ss",
        },
        System.Globalization.CultureInfo.InvariantCulture);
}
