using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BackupCodeBroker.IntegrationTests.Kit;
using Spectre.Console;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// What telemetry costs: consume by brokers that differ in nothing but where they send it, one beside another on one Vault. What counts are ratios, and
/// three things blur them. The machine changes its speed: in a round the brokers take turns of half a second, and a ratio is taken of each round. What one
/// leaves to do meets the one after it: so the order is another one each time. And a process is faster or slower than another of the same program for
/// as long as it lives, by more than telemetry costs: so all are started anew several times, and the figure is the mean over those starts, with its
/// standard error. Two brokers send nothing, and all are compared with the mean of the two; by as much as they differ, nothing was measured.
/// </summary>
internal sealed class TelemetryBenchmark(BenchDeployment bench)
{
    /// <summary>The program's argument that runs this alone.</summary>
    public const string Only = "telemetry";

    // Two processes of one program differ by more than two rounds of one do: starts are what a longer run needs.
    private const int Starts = 12;
    private const int RoundsOfStart = 2;
    private const int TurnsOfRound = 5;
    // A round of one broker lasts two seconds and more.
    private const int SetsOfOne = 10;
    private const int SetsOfMany = 1;
    private const int WarmUps = 3;
    private const double MostCost = 0.05;
    private const string Off = "off";
    private const string Control = "off, again";

    private static readonly int[] Levels = [1, 16];

    private int _identities;

    public async Task RunAsync()
    {
        using var sink = await OtlpSink.StartAsync();
        (string Name, string? Endpoint)[] kinds =
        [
            (Off, null),
            (Control, null),
            ("on", sink.Good),
            ("receiver down", "http://127.0.0.1:" + UnusedPort()),
            ("receiver slow", sink.Slow),
            ("receiver failing", sink.Failing),
        ];
        var owner = await bench.PersonAsync("register/*", "issue/*", "retrieve/*");
        var caller = (await bench.PersonAsync("consume/*")).Token;
        var results = Levels.ToDictionary(level => level, _ => new TelemetryFigures(Off, Control));
        for (var start = 0; start < Starts; start++)
        {
            List<Candidate> brokers = [];
            foreach (var (name, endpoint) in kinds)
            {
                brokers.Add(await StartAsync(name, endpoint));
            }

            await MeasureAsync(brokers, new Random(start), results, owner, caller);
            foreach (var broker in brokers)
            {
                await bench.EndBrokerAsync(broker.Process);
            }
        }

        AnsiConsole.WriteLine(
            $"what telemetry costs at consume (machine, warm): spans, metrics and access records over OTLP/gRPC, on the {VaultBackend.Kind} Vault; "
            + $"{Starts} starts of {RoundsOfStart} rounds of {TurnsOfRound} turns each");
        var table = new Table().AddColumns("telemetry", "clients", "consumes/s", "to off", "p50 ms", "to off", "broker's processor ms", "to off");
        foreach (var (level, figures) in results)
        {
            foreach (var (name, _) in kinds)
            {
                table.AddRow([name, level.ToString(CultureInfo.InvariantCulture), .. Cells(figures, name)]);
            }
        }

        AnsiConsole.Write(table);
        foreach (var (level, figures) in results)
        {
            foreach (var (name, _) in kinds.Skip(1))
            {
                AnsiConsole.WriteLine(Verdict(figures, name, level));
            }
        }
    }

    // With a receiver that takes it throughput is promised, with one that does not the median.
    private static string Verdict(TelemetryFigures figures, string name, int level)
    {
        var whole = name is "on" or Control;
        var figure = whole ? figures.ToOff(name, r => r.Throughput) : figures.ToOff(name, r => r.P50);
        var cost = whole ? 1 - figure.Mean : figure.Mean - 1;
        var verdict = name == Control ? "so far two alike differ" : $"goal at most {MostCost:P0}: {(cost <= MostCost ? "reached" : "MISSED")}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {level} {(level == 1 ? "client" : "clients")}: {(whole ? "throughput" : "p50")} worse by {cost:P1} (standard error {figure.Error:P1}), {verdict}");
    }

    private static IEnumerable<string> Cells(TelemetryFigures figures, string name) =>
        new (Func<TelemetryRun, double> Figure, string Format)[] { (r => r.Throughput, "F0"), (r => r.P50, "F2"), (r => r.Processor, "F2") }
            .SelectMany(column => new[]
            {
                figures.Mean(name, column.Figure).ToString(column.Format, CultureInfo.InvariantCulture),
                figures.ToOff(name, column.Figure).ToString(),
            });

    private async Task MeasureAsync(
        List<Candidate> brokers, Random random, Dictionary<int, TelemetryFigures> results, (string Token, string EntityId) owner, string caller)
    {
        foreach (var broker in brokers)
        {
            for (var round = 0; round < WarmUps; round++)
            {
                await RoundAsync([broker], 8, random, owner, caller);
            }
        }

        foreach (var (level, figures) in results)
        {
            figures.BeginStart();
            for (var round = 0; round < RoundsOfStart; round++)
            {
                figures.BeginRound();
                foreach (var share in await RoundAsync(brokers, level, random, owner, caller))
                {
                    figures.Add(share.Broker.Name, share.Run);
                }
            }
        }
    }

    private async Task<Candidate> StartAsync(string name, string? endpoint)
    {
        var variables = new Dictionary<string, string>(OtlpSink.SoonWarm);
        if (endpoint is not null)
        {
            variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
            variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
            variables["OTEL_METRIC_EXPORT_INTERVAL"] = "5000";
            // Shorter than a turn: what waited for the usual five seconds would go out in somebody else's.
            variables["OTEL_BSP_SCHEDULE_DELAY"] = "200";
            variables["OTEL_BLRP_SCHEDULE_DELAY"] = "200";
        }

        var (address, process) = await bench.StartBrokerAsync(variables);
        return new Candidate(name, address, process);
    }

    // Identities, codes and children are there before the clock starts; every client has identities of its own.
    private async Task<List<Share>> RoundAsync(
        List<Candidate> brokers, int clients, Random random, (string Token, string EntityId) owner, string caller)
    {
        List<Share> shares = [];
        foreach (var broker in brokers)
        {
            var api = new ApiClient(broker.Address, caller);
            List<(string, string)[]> work = [];
            for (var client = 0; client < clients; client++)
            {
                work.Add(await WorkAsync(api, clients == 1 ? SetsOfOne : SetsOfMany, owner));
            }

            shares.Add(new Share(broker, api, work));
        }

        for (var turn = 0; turn < TurnsOfRound; turn++)
        {
            var order = shares.ToArray();
            random.Shuffle(order);
            foreach (var share in order)
            {
                await share.TakeTurnAsync(turn);
            }
        }

        shares.ForEach(share => share.Dispose());
        return shares;
    }

    private async Task<(string Identity, string Code)[]> WorkAsync(ApiClient api, int sets, (string Token, string EntityId) owner)
    {
        List<(string, string)> work = [];
        for (var set = 0; set < sets; set++)
        {
            var identity = "telemetry." + Interlocked.Increment(ref _identities).ToString(CultureInfo.InvariantCulture);
            var codes = await bench.ClaimAsync(identity, owner);
            await ConsumeAsync(api, identity, codes[0]);
            work.AddRange(codes.Skip(1).Select(code => (identity, code)));
        }

        return [.. work];
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

    /// <summary>A broker that takes part.</summary>
    private sealed record Candidate(string Name, string Address, Process Process)
    {
        public TimeSpan Processor
        {
            get
            {
                Process.Refresh();
                return Process.TotalProcessorTime;
            }
        }
    }

    /// <summary>What one broker does in a round: the work of each client, in as many pieces as there are turns.</summary>
    private sealed class Share(Candidate broker, ApiClient api, List<(string Identity, string Code)[]> work) : IDisposable
    {
        private readonly Measurement _measured = new();
        private TimeSpan _processor;

        public Candidate Broker => broker;

        public TelemetryRun Run => new(_measured.Throughput, _measured.Milliseconds(50), _processor.TotalMilliseconds / work.Sum(own => own.Length));

        public async Task TakeTurnAsync(int turn)
        {
            var before = broker.Processor;
            await _measured.RunAsync(work.ConvertAll(own => Piece(own, turn)), item => ConsumeAsync(api, item.Identity, item.Code));
            _processor += broker.Processor - before;
        }

        public void Dispose() => api.Dispose();

        private static IReadOnlyList<(string Identity, string Code)> Piece((string Identity, string Code)[] own, int turn)
        {
            var (from, to) = (own.Length * turn / TurnsOfRound, own.Length * (turn + 1) / TurnsOfRound);
            return new ArraySegment<(string, string)>(own, from, to - from);
        }
    }
}
