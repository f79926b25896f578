using System.Globalization;
using BackupCodeBroker.IntegrationTests.Kit;
using Spectre.Console;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// The broker's consume against its bare calls at 1, 16 and 64 clients, warm and cold. Every client has identities of its own, so that none waits for
/// another's check-and-set. Bare and broker take turns, so that a change of the machine's speed meets both.
/// </summary>
internal sealed class ConsumeBenchmark(BenchDeployment bench)
{
    /// <summary>The program's argument that runs this alone.</summary>
    public const string Only = "consume";

    private const int Turns = 2;
    private const int WarmUpClients = 8;

    private static readonly int[] Levels = [1, 16, 64];

    private int _identities;

    public async Task RunAsync()
    {
        AnsiConsole.WriteLine($"consume (machine, no pepper) on the {VaultBackend.Kind} Vault at {bench.VaultAddress}, {Environment.ProcessorCount} processors, load, broker and Vault share them");
        var idle = bench.BrokerMegabytes;
        var owner = await bench.PersonAsync("register/*", "issue/*", "retrieve/*");
        var caller = await bench.PersonAsync("consume/*");
        using var bare = new BareClient(bench, await bench.LogInAsync(), await AccessorAsync());
        var table = new Table().AddColumns("", "clients", "bare/s", "broker/s", "ratio", "bare p50 ms", "broker p50 ms", "bare p99 ms", "broker p99 ms");
        // Not counted: what is measured is a broker that has been running, not its first minute of compiling.
        await WarmAsync(bare, WarmUpClients, owner, caller.Token);
        foreach (var level in Levels)
        {
            var (bareRun, brokerRun) = await WarmAsync(bare, level, owner, caller.Token);
            Row(table, "warm", level, bareRun, brokerRun);
        }

        foreach (var level in Levels)
        {
            var (bareRun, brokerRun) = await ColdAsync(bare, level, owner);
            Row(table, "cold", level, bareRun, brokerRun);
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"broker memory: {idle:F0} MiB resident when ready, {bench.BrokerMegabytes:F0} MiB after the last run"));
    }

    private static void Row(Table table, string kind, int level, Measurement bare, Measurement broker) => table.AddRow(
        kind,
        level.ToString(CultureInfo.InvariantCulture),
        Figure(bare.Throughput, "F0"),
        Figure(broker.Throughput, "F0"),
        Figure(broker.Throughput / bare.Throughput, "F2"),
        Figure(bare.Milliseconds(50), "F2"),
        Figure(broker.Milliseconds(50), "F2"),
        Figure(bare.Milliseconds(99), "F2"),
        Figure(broker.Milliseconds(99), "F2"));

    private static string Figure(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private async Task<(Measurement Bare, Measurement Broker)> WarmAsync(BareClient bare, int clients, (string Token, string EntityId) owner, string caller)
    {
        var (bareRun, brokerRun) = (new Measurement(), new Measurement());
        using var api = new ApiClient(bench.BrokerAddress, caller);
        for (var turn = 0; turn < Turns; turn++)
        {
            var targets = await TargetsAsync(clients, owner, _ => Task.FromResult(caller));
            foreach (var (target, codes) in targets)
            {
                await bare.MintAsync(target);
                await ConsumeAsync(api, target.Identity, codes[0]);
            }

            await bareRun.RunAsync([.. targets.Select(t => Enumerable.Repeat(t.Target, t.Codes.Count - 1).ToList())], bare.WarmAsync);
            await brokerRun.RunAsync(
                [.. targets.Select(t => t.Codes.Skip(1).Select(c => (t.Target.Identity, Code: c)).ToList())], item => ConsumeAsync(api, item.Identity, item.Code));
        }

        return (bareRun, brokerRun);
    }

    // Each operation has a caller's token and an identity that the measured broker has not seen: another one has set them up.
    private async Task<(Measurement Bare, Measurement Broker)> ColdAsync(BareClient bare, int clients, (string Token, string EntityId) owner)
    {
        var (bareRun, brokerRun) = (new Measurement(), new Measurement());
        var each = clients == 1 ? 32 : clients == 16 ? 6 : 3;
        for (var turn = 0; turn < Turns; turn++)
        {
            var first = await TargetsAsync(clients * each, owner, async _ => (await bench.PersonAsync("consume/*")).Token);
            var second = await TargetsAsync(clients * each, owner, async _ => (await bench.PersonAsync("consume/*")).Token);
            await bareRun.RunAsync([.. first.Select(t => t.Target).Chunk(each)], bare.ColdAsync);
            await brokerRun.RunAsync([.. second.Chunk(each)], async t =>
            {
                using var api = new ApiClient(bench.BrokerAddress, t.Target.Caller);
                await ConsumeAsync(api, t.Target.Identity, t.Codes[0]);
            });
        }

        return (bareRun, brokerRun);
    }

    private async Task<List<(BareClient.Target Target, IReadOnlyList<string> Codes)>> TargetsAsync(
        int count, (string Token, string EntityId) owner, Func<string, Task<string>> callerOf)
    {
        var targets = new List<(BareClient.Target, IReadOnlyList<string>)>();
        for (var i = 0; i < count; i++)
        {
            var identity = "bench." + Interlocked.Increment(ref _identities).ToString(CultureInfo.InvariantCulture);
            var codes = await bench.ClaimAsync(identity, owner);
            var document = (await bench.Root.GetAsync($"{bench.Names.KvMount}/data/identities/bcb.{identity}")).GetProperty("data").GetProperty("data");
            targets.Add((new BareClient.Target(identity, owner.EntityId, document.GetProperty("alias_entity").GetString()!, await callerOf(identity)), codes));
        }

        return targets;
    }

    private async Task<string> AccessorAsync() => (await bench.Root.GetAsync("sys/auth")).GetProperty("data").GetProperty("token/").GetProperty("accessor").GetString()!;

    private static async Task ConsumeAsync(ApiClient api, string identity, string code)
    {
        var reply = await api.ConsumeAsync(identity, code);
        if (reply.Status != 200)
        {
            throw new InvalidOperationException($"consume: {reply.Status} {reply.Text}");
        }
    }
}
