using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// The worker's sweep, in a broker process of its own, over a fleet of identities that have a set, an owner of a hundred and an entity each, one in a hundred of
/// them past its life: how long, and how much memory over a broker that does nothing.
/// </summary>
internal sealed class SweepBenchmark(BenchDeployment bench, int? identities = null)
{
    /// <summary>The argument that leaves everything else out; a number of identities may follow it.</summary>
    public const string Only = "sweep";

    private const int Identities = 20_000;
    private const double GoalSeconds = 30;
    private const double GoalMegabytes = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private int Count => identities ?? Identities;

    /// <summary>Runs it; false where a goal was missed.</summary>
    public async Task<bool> RunAsync()
    {
        await new BenchFleet(bench).MakeAsync(Count);
        var (_, idle) = await bench.StartBrokerAsync(new Dictionary<string, string>());
        await Task.Delay(Settling);
        var before = ProcessMemory.Megabytes(idle);

        var done = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var watch = Stopwatch.StartNew();
        var (_, process) = await bench.StartBrokerAsync(new Dictionary<string, string> { ["BCB_WORKER__ENABLED"] = "true" }, line =>
        {
            if (line.Contains("sweep", StringComparison.Ordinal))
            {
                Console.WriteLine("  " + line);
            }

            if (line.Contains("sweep done", StringComparison.Ordinal))
            {
                done.TrySetResult(line);
            }
        });
        var peak = await ProcessMemory.PeakAsync(process, done.Task, Patience);
        var seconds = watch.Elapsed.TotalSeconds;
        return Tell(seconds, before, peak, await done.Task);
    }

    private bool Tell(double seconds, double before, double peak, string line)
    {
        var complete = line.Contains($"sweep done: {Count} identities", StringComparison.Ordinal) && line.Contains($"{Count / BenchFleet.Owners} expired", StringComparison.Ordinal);
        var reached = complete && peak - before <= GoalMegabytes && seconds * Identities <= GoalSeconds * Math.Max(Count, Identities);
        var table = new Table().AddColumns("identities", "s, start included", "a second", "idle MiB", "peak MiB", "over idle MiB");
        table.AddRow(Count.ToString(CultureInfo.InvariantCulture), Figure(seconds), Figure(Count / seconds), Figure(before), Figure(peak), Figure(peak - before));
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"goals: {Identities} within {GoalSeconds} s, at most {GoalMegabytes} MiB over idle, nothing left out: {(reached ? "reached" : "MISSED")}");
        return reached;
    }

    private static string Figure(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
