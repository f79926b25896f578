using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Server;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Tests.Architecture;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>
/// The series that a broker's metrics become, with their labels. The instruments are those that a host really makes; their labels stand in the table of
/// the telemetry's documentation, which a test of its own keeps true.
/// </summary>
internal static partial class ExportedMetrics
{
    // Prometheus gives each series these two: service.name and service.instance.id.
    private static readonly string[] Everywhere = ["job", "instance"];

    private static readonly Lazy<Dictionary<string, HashSet<string>>> Found = new(Find);

    /// <summary>Labels by series.</summary>
    public static IReadOnlyDictionary<string, HashSet<string>> Series => Found.Value;

    /// <summary>The instruments that a host makes.</summary>
    public static IReadOnlyList<Instrument> Instruments()
    {
        List<Instrument> instruments = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == TelemetryNames.Source)
                {
                    instruments.Add(instrument);
                }
            },
        };
        listener.Start();
        IServiceCollection? registered = null;
        using var host = (IDisposable)BrokerHost.Build(new BrokerSettings(), services => registered = services);
        foreach (var service in registered!.Where(s => s.Lifetime == ServiceLifetime.Singleton && Ours(s.ServiceType)).Select(s => s.ServiceType).ToList())
        {
            _ = ((WebApplication)host).Services.GetService(service);
        }

        // Instruments that are kept in static fields are made with their type.
        foreach (var type in typeof(TelemetryNames).Assembly.GetTypes().Where(HoldsInstruments))
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }

        return [.. instruments.DistinctBy(i => i.Name)];
    }

    private static bool Ours(Type type) => type.Namespace?.StartsWith("BackupCodeBroker", StringComparison.Ordinal) == true;

    private static bool HoldsInstruments(Type type) => !type.ContainsGenericParameters
        && type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public).Any(f => f.FieldType.IsAssignableTo(typeof(Instrument)));

    private static Dictionary<string, HashSet<string>> Find()
    {
        var documented = Documented();
        var found = new Dictionary<string, HashSet<string>>();
        foreach (var instrument in Instruments())
        {
            var attributes = documented[instrument.Name].Select(PrometheusNames.Label);
            foreach (var (series, labels) in PrometheusNames.Of(instrument.Name, instrument.Unit, PrometheusNames.Kind(instrument)))
            {
                found[series] = [.. Everywhere, .. labels, .. attributes];
            }
        }

        return found;
    }

    /// <summary>What stands between backticks in the documentation of telemetry, where every value of a bounded label is listed.</summary>
    public static IReadOnlySet<string> DocumentedWords() => Words().Matches(Repository.Read("src/docs/telemetry.md")).Select(m => m.Groups[1].Value).ToHashSet();

    // | `bcb.operations` | counter | `bcb.operation`, `bcb.outcome`: `done`, … | operations |
    private static Dictionary<string, List<string>> Documented() => Repository.Read("src/docs/telemetry.md")
        .Split("\n## ").Single(section => section.StartsWith("Metrics\n", StringComparison.Ordinal)).Split('\n')
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Split('|'))
        .ToDictionary(cells => cells[1].Trim(' ', '`'), cells => Names().Matches(cells[3]).Select(m => m.Groups[1].Value).ToList());

    [GeneratedRegex("`([a-z_]+(?:\\.[a-z_]+)+)`")]
    private static partial Regex Names();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Words();
}
