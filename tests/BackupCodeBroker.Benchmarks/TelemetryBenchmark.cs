using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BackupCodeBroker.IntegrationTests.Kit;
using Spectre.Console;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// What telemetry costs: consume by brokers that differ in nothing but where they send it, one beside another on one Vault. They take turns, each round
/// in another order, so that a change of the machine's speed meets all of them; what counts are ratios to the one that sends nothing.
/// </summary>
internal sealed class TelemetryBenchmark(BenchDeployment bench)
{
    /// <summary>The program's argument that runs this alone.</summary>
    public const string Only = "telemetry";

    private const int Rounds = 6;
    private const int SetsOfOne = 4;

    private static readonly int[] Levels = [1, 16];

    private int _identities;

    public async Task RunAsync()
    {
        using var sink = await OtlpSink.StartAsync();
        var brokers = new List<(string Name, string Address)>
        {
            ("off", await bench.StartBrokerAsync(new Dictionary<string, string>())),
            ("on", await StartAsync(sink.Good)),
            ("receiver down", await StartAsync("http://127.0.0.1:" + UnusedPort())),
            ("receiver slow", await StartAsync(sink.Slow)),
            ("receiver failing", await StartAsync(sink.Failing)),
        };
        var owner = await bench.PersonAsync("register/*", "issue/*", "retrieve/*");
        var caller = (await bench.PersonAsync("consume/*")).Token;
        foreach (var (_, address) in brokers)
        {
            await RoundAsync(address, 8, owner, caller, new Measurement());
        }

        var table = new Table().AddColumns("telemetry", "clients", "consumes/s", "to off", "p50 ms", "to off", "p99 ms");
        foreach (var level in Levels)
        {
            var runs = brokers.Select(_ => new Measurement()).ToList();
            for (var round = 0; round < Rounds; round++)
            {
                foreach (var which in Enumerable.Range(0, brokers.Count).Select(i => (i + round) % brokers.Count))
                {
                    await RoundAsync(brokers[which].Address, level, owner, caller, runs[which]);
                }
            }

            for (var i = 0; i < brokers.Count; i++)
            {
                Row(table, brokers[i].Name, level, runs[i], runs[0]);
            }
        }

        AnsiConsole.WriteLine($"what telemetry costs at consume (machine, warm), spans, metrics and access records over OTLP/gRPC, on the {VaultBackend.Kind} Vault");
        AnsiConsole.Write(table);
    }

    private static void Row(Table table, string name, int level, Measurement run, Measurement off) => table.AddRow(
        name,
        level.ToString(CultureInfo.InvariantCulture),
        Figure(run.Throughput, "F0"),
        Figure(run.Throughput / off.Throughput, "F3"),
        Figure(run.Milliseconds(50), "F2"),
        Figure(run.Milliseconds(50) / off.Milliseconds(50), "F3"),
        Figure(run.Milliseconds(99), "F2"));

    private static string Figure(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private Task<string> StartAsync(string endpoint) => bench.StartBrokerAsync(new Dictionary<string, string>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "5000",
    });

    // Identities, codes and children are there before the clock starts; every client has identities of its own.
    private async Task RoundAsync(string address, int clients, (string Token, string EntityId) owner, string caller, Measurement into)
    {
        using var api = new ApiClient(address, caller);
        var work = new List<List<(string Identity, string Code)>>();
        for (var client = 0; client < clients; client++)
        {
            var own = new List<(string, string)>();
            for (var set = 0; set < (clients == 1 ? SetsOfOne : 1); set++)
            {
                var identity = "telemetry." + Interlocked.Increment(ref _identities).ToString(CultureInfo.InvariantCulture);
                var codes = await bench.ClaimAsync(identity, owner);
                await ConsumeAsync(api, identity, codes[0]);
                own.AddRange(codes.Skip(1).Select(c => (identity, c)));
            }

            work.Add(own);
        }

        await into.RunAsync(work, item => ConsumeAsync(api, item.Identity, item.Code));
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
}
