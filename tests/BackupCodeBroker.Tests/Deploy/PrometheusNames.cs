using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>
/// How OpenTelemetry's names become Prometheus's, as the collector's prometheus exporter writes them under <c>UnderscoreEscapingWithSuffixes</c>: what
/// is no letter or digit becomes an underscore; the unit is spelled out at the end, where the name does not hold it already (a unit in braces is a
/// remark); counters end in <c>_total</c>, gauges of unit 1 in <c>_ratio</c>; a histogram is three series.
/// </summary>
internal static partial class PrometheusNames
{
    private static readonly Dictionary<string, string> Units = new()
    {
        ["ns"] = "nanoseconds",
        ["us"] = "microseconds",
        ["ms"] = "milliseconds",
        ["s"] = "seconds",
        ["min"] = "minutes",
        ["h"] = "hours",
        ["d"] = "days",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["MiBy"] = "mebibytes",
        ["%"] = "percent",
    };

    /// <summary>The series of one instrument and what each has for labels beyond the measurements' own.</summary>
    public static IEnumerable<(string Series, string[] Labels)> Of(string instrument, string? unit, InstrumentKind kind)
    {
        var tokens = NotAlphanumeric().Split(instrument).Where(t => t.Length > 0).ToList();
        if (Unit(unit) is { } spelled && !tokens.Contains(spelled))
        {
            tokens.Add(spelled);
        }

        if (kind == InstrumentKind.Counter)
        {
            tokens.RemoveAll(t => t == "total");
            tokens.Add("total");
        }

        if (kind == InstrumentKind.Gauge && unit == "1")
        {
            tokens.RemoveAll(t => t == "ratio");
            tokens.Add("ratio");
        }

        var name = string.Join('_', tokens);
        return kind == InstrumentKind.Histogram ? [(name + "_bucket", ["le"]), (name + "_sum", []), (name + "_count", [])] : [(name, [])];
    }

    /// <summary>The label that an attribute becomes.</summary>
    public static string Label(string attribute) => NotAlphanumericOrUnderscore().Replace(attribute, "_");

    /// <summary>The kind of a .NET instrument as OpenTelemetry sees it.</summary>
    public static InstrumentKind Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => InstrumentKind.Counter,
        "Histogram" => InstrumentKind.Histogram,
        "Gauge" or "ObservableGauge" => InstrumentKind.Gauge,
        "UpDownCounter" or "ObservableUpDownCounter" => InstrumentKind.UpDownCounter,
        var other => throw new NotSupportedException($"nobody has said what an {other} becomes"),
    };

    private static string? Unit(string? unit) =>
        string.IsNullOrEmpty(unit) || unit == "1" || unit.StartsWith('{') ? null
        : Units.TryGetValue(unit, out var spelled) ? spelled
        : throw new NotSupportedException($"nobody has said how the unit {unit} is spelled");

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex NotAlphanumeric();

    [GeneratedRegex("[^A-Za-z0-9_]")]
    private static partial Regex NotAlphanumericOrUnderscore();
}

/// <summary>Kinds of instruments, by what becomes of their names.</summary>
internal enum InstrumentKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Grows and shrinks by amounts.</summary>
    UpDownCounter,

    /// <summary>A value as it is.</summary>
    Gauge,

    /// <summary>A distribution.</summary>
    Histogram,
}
