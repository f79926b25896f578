using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BackupCodeBroker.IntegrationTests.Kit;
using Spectre.Console;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// What telemetry costs: consume by brokers that differ in nothing but where they send it, one beside another on one Vault. They take turns, each round
/// in another order, so that a change of the machine's speed meets all of them; what counts are ratios to the one that sends nothing. A second one that
/// sends nothing shows what a ratio is worth: by as much as the two differ, nothing was measured.
/// </summary>
internal sealed class TelemetryBenchmark(BenchDeployment bench)
{
    /// <summary>The program's argument that runs this alone.</summary>
    public const string Only = "telemetry";

    private const int Rounds = 13;
    // A round lasts about half a second: shorter ones measure what else the machine did.
    private const int SetsOfOne = 7;
    private const int SetsOfMany = 2;
    private const int WarmUps = 2;
    private const double MostCost = 0.05;
    private const string Control = "off, again";

    private static readonly int[] Levels = [1, 16];

    private int _identities;

    public async Task RunAsync()
    {
        using var sink = await OtlpSink.StartAsync();
        List<Candidate> brokers =
        [
            await StartAsync("off", null),
            await StartAsync(Control, null),
            await StartAsync("on", sink.Good),
            await StartAsync("receiver down", "http://127.0.0.1:" + UnusedPort()),
            await StartAsync("receiver slow", sink.Slow),
            await StartAsync("receiver failing", sink.Failing),
        ];
        var owner = await bench.PersonAsync("register/*", "issue/*", "retrieve/*");
        var caller = (await bench.PersonAsync("consume/*")).Token;
        foreach (var broker in brokers)
        {
            for (var round = 0; round < WarmUps; round++)
            {
                await RoundAsync(broker, 8, owner, caller);
            }
        }

        var verdicts = new List<string>();
        var table = new Table().AddColumns("telemetry", "clients", "consumes/s", "to off", "p50 ms", "to off", "broker's processor ms", "to off");
        foreach (var level in Levels)
        {
            brokers.ForEach(b => b.Runs.Clear());
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var which in Enumerable.Range(0, brokers.Count).Select(i => (i + round) % brokers.Count))
                {
                    brokers[which].Runs.Add(await RoundAsync(brokers[which], level, owner, caller));
                }
            }

            brokers.ForEach(b => Row(table, b, level, brokers[0]));
            verdicts.AddRange(brokers.Skip(1).Select(b => Verdict(b, level, brokers[0])));
        }

        AnsiConsole.WriteLine(
            $"what telemetry costs at consume (machine, warm): spans, metrics and access records over OTLP/gRPC, on the {VaultBackend.Kind} Vault; medians of {Rounds} rounds");
        AnsiConsole.Write(table);
        verdicts.ForEach(AnsiConsole.WriteLine);
    }

    // With a receiver that takes it throughput is promised, with one that does not the median.
    private static string Verdict(Candidate broker, int level, Candidate off)
    {
        var (what, cost) = broker.Name is "on" or Control
            ? ("throughput", 1 - ToOff(broker, off, r => r.Throughput))
            : ("p50", ToOff(broker, off, r => r.P50) - 1);
        var verdict = broker.Name == Control ? "so far two alike differ" : $"goal at most {MostCost:P0}: {(cost <= MostCost ? "reached" : "MISSED")}";
        return string.Create(CultureInfo.InvariantCulture, $"{broker.Name}, {level} {(level == 1 ? "client" : "clients")}: {what} worse by {cost:P1}, {verdict}");
    }

    private static void Row(Table table, Candidate broker, int level, Candidate off) => table.AddRow(
        broker.Name,
        level.ToString(CultureInfo.InvariantCulture),
        Figure(Median(broker.Runs.Select(r => r.Throughput)), "F0"),
        Figure(ToOff(broker, off, r => r.Throughput), "F3"),
        Figure(Median(broker.Runs.Select(r => r.P50)), "F2"),
        Figure(ToOff(broker, off, r => r.P50), "F3"),
        Figure(Median(broker.Runs.Select(r => r.Processor)), "F2"),
        Figure(ToOff(broker, off, r => r.Processor), "F3"));

    // Of each round apart: whatever else the machine did meanwhile met both.
    private static double ToOff(Candidate broker, Candidate off, Func<Run, double> figure) =>
        Median(broker.Runs.Zip(off.Runs, (one, other) => figure(one) / figure(other)));

    private static double Median(IEnumerable<double> figures) => figures.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private static string Figure(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private async Task<Candidate> StartAsync(string name, string? endpoint)
    {
        var variables = new Dictionary<string, string>(OtlpSink.SoonWarm);
        if (endpoint is not null)
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
            variables["OTEL_METRIC_EXPORT_INTERVAL"] = "5000";
        }

        var (address, process) = await bench.StartBrokerAsync(variables);
        return new Candidate(name, address, process);
    }

    // Identities, codes and children are there before the clock starts; every client has identities of its own.
    private async Task<Run> RoundAsync(Candidate broker, int clients, (string Token, string EntityId) owner, string caller)
    {
        using var api = new ApiClient(broker.Address, caller);
        var work = new List<List<(string Identity, string Code)>>();
        for (var client = 0; client < clients; client++)
        {
            var own = new List<(string, string)>();
            for (var set = 0; set < (clients == 1 ? SetsOfOne : SetsOfMany); set++)
            {
                var identity = "telemetry." + Interlocked.Increment(ref _identities).ToString(CultureInfo.InvariantCulture);
                var codes = await bench.ClaimAsync(identity, owner);
                await ConsumeAsync(api, identity, codes[0]);
                own.AddRange(codes.Skip(1).Select(c => (identity, c)));
            }

            work.Add(own);
        }

        var (measured, before) = (new Measurement(), broker.Processor);
        await measured.RunAsync(work, item => ConsumeAsync(api, item.Identity, item.Code));
        return new Run(measured.Throughput, measured.Milliseconds(50), (broker.Processor - before).TotalMilliseconds / work.Sum(w => w.Count));
    }

    private static async Task ConsumeAsync(ApiClient api, string identity, string code)
    {
        var reply = await api.ConsumeAsync(identity, code);
        if (reply.Status != 200)
        {
            throw new InvalidOperationException($"consume: {reply.Status} {reply.Text}");
        }
    }

    // Nobody listens there: connections are refused.
    private static string UnusedPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>What a round came to: consumes a second, their median in milliseconds, and the broker's own processor time for each.</summary>
    private sealed record Run(double Throughput, double P50, double Processor);

    /// <summary>A broker that takes part.</summary>
    private sealed record Candidate(string Name, string Address, Process Process)
    {
        public List<Run> Runs { get; } = [];

        public TimeSpan Processor
        {
            get
            {
                Process.Refresh();
                return Process.TotalProcessorTime;
            }
        }
    }
}
