using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BackupCodeBroker.Core.Documents;
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
    private const int Owners = 100;
    private const int Parallel = 16;
    private const double GoalSeconds = 30;
    private const double GoalMegabytes = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private int Count => identities ?? Identities;

    /// <summary>Runs it; false where a goal was missed.</summary>
    public async Task<bool> RunAsync()
    {
        await MakeAsync();
        var (_, idle) = await bench.StartBrokerAsync(new Dictionary<string, string>());
        await Task.Delay(Settling);
        var before = Megabytes(idle);

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
        var peak = await PeakAsync(process, done.Task);
        var seconds = watch.Elapsed.TotalSeconds;
        return Tell(seconds, before, peak, await done.Task);
    }

    private bool Tell(double seconds, double before, double peak, string line)
    {
        var complete = line.Contains($"sweep done: {Count} identities", StringComparison.Ordinal) && line.Contains($"{Count / Owners} expired", StringComparison.Ordinal);
        var reached = complete && peak - before <= GoalMegabytes && seconds * Identities <= GoalSeconds * Math.Max(Count, Identities);
        var table = new Table().AddColumns("identities", "s, start included", "a second", "idle MiB", "peak MiB", "over idle MiB");
        table.AddRow(Count.ToString(CultureInfo.InvariantCulture), Figure(seconds), Figure(Count / seconds), Figure(before), Figure(peak), Figure(peak - before));
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"goals: {Identities} within {GoalSeconds} s, at most {GoalMegabytes} MiB over idle, nothing left out: {(reached ? "reached" : "MISSED")}");
        return reached;
    }

    // The most that the process ever held, looked at until the sweep is done.
    private static async Task<double> PeakAsync(Process process, Task done)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var peak = 0.0;
        do
        {
            peak = Math.Max(peak, Megabytes(process));
        }
        while (!done.IsCompleted && await beat.WaitForNextTickAsync(patience.Token));

        return peak;
    }

    private static double Megabytes(Process process)
    {
        process.Refresh();
        return process.WorkingSet64 / 1048576.0;
    }

    private static string Figure(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    // One set is claimed as sets are; the others are its likes, with an entity each, past the broker: making them as a fleet grows would take a quarter of an hour.
    private async Task MakeAsync()
    {
        var owner = await bench.PersonAsync("register/*", "issue/*", "retrieve/*");
        await bench.ClaimAsync("sweep.template", owner);
        var data = (await bench.Root.GetAsync($"{bench.Names.KvMount}/data/identities/bcb.sweep.template")).GetProperty("data").GetProperty("data").GetRawText();
        if (!DocumentJson.TryReadIdentity(Encoding.UTF8.GetBytes(data), "sweep.template", out var template, out var error))
        {
            throw new InvalidOperationException(error);
        }

        template = template with { Active = template.Active! with { Codes = [.. template.Active.Codes.Take(10)] } };
        var owners = new List<string>();
        for (var i = 0; i < Owners; i++)
        {
            owners.Add((await bench.Root.PostAsync("identity/entity", new { name = $"sweep-owner-{i}-{Guid.NewGuid()}" })).GetProperty("data").GetProperty("id").GetString()!);
        }

        var accessor = (await bench.Root.GetAsync("sys/auth")).GetProperty("data").GetProperty("token/").GetProperty("accessor").GetString()!;
        // The template is one of them.
        await System.Threading.Tasks.Parallel.ForAsync(1, Count, new ParallelOptions { MaxDegreeOfParallelism = Parallel }, async (i, _) =>
            await MakeAsync(template, string.Create(CultureInfo.InvariantCulture, $"sweep.n{i:d6}"), owners[i % Owners], accessor, isExpired: i % Owners == 0 || i == 1));
    }

    private async Task MakeAsync(IdentityDocument template, string name, string owner, string accessor, bool isExpired)
    {
        var entity = (await bench.Root.PostAsync("identity/entity", new { name = "bench-" + name + Guid.NewGuid() })).GetProperty("data").GetProperty("id").GetString()!;
        if (isExpired)
        {
            await bench.Root.PostAsync("identity/entity-alias", new { name = "bcb." + name, canonical_id = entity, mount_accessor = accessor });
        }

        var set = template.Active! with
        {
            Owner = template.Active!.Owner with { EntityId = owner },
            Entity = template.Active.Entity with { EntityId = entity },
            ExpiresAt = isExpired ? template.Active.IssuedAt : template.Active.ExpiresAt,
        };
        var document = template with { Identity = name, Owner = owner, AliasEntity = entity, Active = set };
        await bench.Root.PostAsync(
            $"{bench.Names.KvMount}/data/identities/bcb.{name}",
            new { options = new { cas = 0 }, data = JsonSerializer.Deserialize<JsonElement>(DocumentJson.Write(document)) });
    }
}
