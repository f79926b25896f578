using System.Globalization;

namespace BackupCodeBroker.Benchmarks;

/// <summary>What a round came to: consumes a second, their median in milliseconds, and the broker's own processor time for each, in milliseconds.</summary>
internal sealed record TelemetryRun(double Throughput, double P50, double Processor);

/// <summary>A ratio, and the standard error of it over the starts that it is the mean of.</summary>
internal readonly record struct Ratio(double Mean, double Error)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mean:F3} ±{Error:F3}");
}

/// <summary>Rounds of several starts, and their ratios to the mean of the two brokers that are alike.</summary>
internal sealed class TelemetryFigures(string off, string again)
{
    private readonly List<List<Dictionary<string, TelemetryRun>>> _starts = [];

    /// <summary>What follows is of processes that were started anew.</summary>
    public void BeginStart() => _starts.Add([]);

    /// <summary>What follows is compared with one another.</summary>
    public void BeginRound() => _starts[^1].Add([]);

    /// <summary>One broker's turn.</summary>
    public void Add(string name, TelemetryRun run) => _starts[^1][^1].Add(name, run);

    /// <summary>Mean of a figure over all rounds.</summary>
    public double Mean(string name, Func<TelemetryRun, double> figure) => _starts.SelectMany(rounds => rounds).Average(round => figure(round[name]));

    /// <summary>
    /// A broker to those without telemetry. The two are compared with each other, everybody else with their mean. Ratios are averaged as logarithms, so
    /// that twice and half cancel out; of a start's rounds the median counts, so that one round that was disturbed does not.
    /// </summary>
    public Ratio ToOff(string name, Func<TelemetryRun, double> figure)
    {
        var logs = _starts.ConvertAll(rounds => Median(rounds.ConvertAll(round => Math.Log(figure(round[name])) - Reference(name, round, figure))));
        var mean = logs.Average();
        var error = Math.Sqrt(logs.Sum(l => (l - mean) * (l - mean)) / (logs.Count - 1) / logs.Count);
        return new Ratio(Math.Exp(mean), Math.Exp(mean) * error);
    }

    private double Reference(string name, Dictionary<string, TelemetryRun> round, Func<TelemetryRun, double> figure) =>
        name == again ? Math.Log(figure(round[off])) : (Math.Log(figure(round[off])) + Math.Log(figure(round[again]))) / 2;

    private static double Median(List<double> figures)
    {
        figures.Sort();
        return (figures[(figures.Count - 1) / 2] + figures[figures.Count / 2]) / 2;
    }
}
