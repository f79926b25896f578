using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Benchmarks;

/// <summary>A deployment on the chosen Vault: set up by the product's bootstrap, a broker process beside it, people with real tokens.</summary>
internal sealed class BenchDeployment : IAsyncDisposable
{
    /// <summary>Codes in a set: the most there can be, so that few sets are needed.</summary>
    public const int CodesPerSet = 64;

    private readonly VaultBackend _backend;
    private readonly Process _broker;
    private readonly Process _other;
    private readonly string _otherAddress;
    private readonly string _credentials;
    private readonly string _prefix;
    private readonly string _program;
    private readonly List<Process> _more = [];

    private BenchDeployment(
        VaultBackend backend, (Process Process, string Address) broker, (Process Process, string Address) other, string credentials, string prefix, string program, VaultSettings names)
    {
        (_backend, _credentials, _prefix, _program, Names) = (backend, credentials, prefix, program, names);
        ((_broker, BrokerAddress), (_other, _otherAddress)) = (broker, other);
        Root = new RootClient(backend.Address, backend.RootToken);
    }

    /// <summary>The broker that is measured.</summary>
    public string BrokerAddress { get; }

    public VaultSettings Names { get; }

    public RootClient Root { get; }

    public string VaultAddress => _backend.Address;

    /// <summary>Resident memory of the broker, in MiB.</summary>
    public double BrokerMegabytes
    {
        get
        {
            _broker.Refresh();
            return _broker.WorkingSet64 / 1048576.0;
        }
    }

    public static async Task<BenchDeployment> StartAsync(string program)
    {
        if (!File.Exists(program))
        {
            throw new FileNotFoundException("build the program first: make build", program);
        }

        var backend = new VaultBackend();
        await backend.StartAsync();
        var prefix = "b" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));
        var names = new VaultSettings { Address = backend.Address, KvMount = prefix + "-codes", AskMount = prefix + "-ask" };
        var credentials = Directory.CreateTempSubdirectory("bcb-bench-").FullName;
        var bootstrapper = new Bootstrapper(names, FirstDocuments.For(TimeProvider.System, epoch: 1), TimeProvider.System, _ => { });
        var report = await bootstrapper.RunAsync(
            new BootstrapOptions { CredentialsDirectory = credentials }, new VaultToken(backend.RootToken), CancellationToken.None);
        if (report.HasFailures)
        {
            throw new InvalidOperationException(string.Join('\n', report.Steps));
        }

        var bench = new BenchDeployment(
            backend, StartBroker(program, credentials, names), StartBroker(program, credentials, names), credentials, prefix, program, names);
        await UntilReadyAsync(bench.BrokerAddress);
        await UntilReadyAsync(bench._otherAddress);
        await bench.Root.PostAsync($"auth/token/roles/{prefix}-people", new { allowed_entity_aliases = new[] { "*" }, orphan = true });
        return bench;
    }

    /// <summary>One more broker, with these variables in its environment; it ends with the deployment.</summary>
    public async Task<(string Address, Process Process)> StartBrokerAsync(IReadOnlyDictionary<string, string> variables, Action<string>? said = null)
    {
        var (process, address) = StartBroker(_program, _credentials, Names, variables, said);
        _more.Add(process);
        await UntilReadyAsync(address);
        return (address, process);
    }

    /// <summary>Ends one that was started so.</summary>
    public async Task EndBrokerAsync(Process process)
    {
        _more.Remove(process);
        await EndAsync(process);
    }

    /// <summary>Somebody with an entity and a token that may do these operations.</summary>
    public async Task<(string Token, string EntityId)> PersonAsync(params string[] grants)
    {
        var name = _prefix + "-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5));
        var policy = string.Join('\n', grants.Select(g => $"path \"{Names.AskMount}/{g}\" {{ capabilities = [\"read\"] }}"))
            + "\npath \"auth/token/lookup-self\" { capabilities = [\"read\"] }\npath \"sys/capabilities-self\" { capabilities = [\"update\"] }"
            + "\npath \"sys/wrapping/unwrap\" { capabilities = [\"update\"] }";
        await Root.PostAsync("sys/policies/acl/" + name, new { policy });
        return await TokenAsync(name);
    }

    /// <summary>One more token for somebody: as good as the first, and unknown to the broker.</summary>
    public async Task<(string Token, string EntityId)> TokenAsync(string policy)
    {
        var auth = (await Root.PostAsync(
            $"auth/token/create/{_prefix}-people", new { entity_alias = policy, policies = new[] { policy }, ttl = "2h", no_default_policy = true })).GetProperty("auth");
        return (auth.GetProperty("client_token").GetString()!, auth.GetProperty("entity_id").GetString()!);
    }

    /// <summary>The broker's own log-in, for the bare client that does what the broker does.</summary>
    public async Task<string> LogInAsync() => (await Root.PostAsync(
        $"auth/{Names.AppRoleMount}/login",
        new
        {
            role_id = (await File.ReadAllTextAsync(Path.Combine(_credentials, "role-id"))).Trim(),
            secret_id = (await File.ReadAllTextAsync(Path.Combine(_credentials, "secret-id"))).Trim(),
        })).GetProperty("auth").GetProperty("client_token").GetString()!;

    /// <summary>Registers an identity and claims a set for it, through the broker that is not measured.</summary>
    public async Task<IReadOnlyList<string>> ClaimAsync(string identity, (string Token, string EntityId) owner)
    {
        using var api = new ApiClient(_otherAddress, owner.Token);
        await MustAsync(api.RegisterAsync(identity, owner.EntityId, "bench"));
        var token = (await MustAsync(api.IssueAsync(identity))).Json.GetProperty("wrapping").GetProperty("token").GetString();
        var payload = (await Root.SendAsync(HttpMethod.Post, "sys/wrapping/unwrap", new { token }, owner.Token)).GetProperty("data");
        await MustAsync(api.ActivateAsync(identity, payload.GetProperty("generation").GetInt32(), payload.GetProperty("activation").GetString()!));
        return [.. payload.GetProperty("codes").EnumerateArray().Select(c => c.GetString()!)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _more.Append(_broker).Append(_other))
        {
            await EndAsync(process);
        }

        Root.Dispose();
        await _backend.DisposeAsync();
        Directory.Delete(_credentials, recursive: true);
    }

    private static async Task EndAsync(Process process)
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static async Task<ApiReply> MustAsync(Task<ApiReply> calling) =>
        await calling is { Status: < 300 } reply ? reply : throw new InvalidOperationException((await calling).Text);

    private static (Process Process, string Address) StartBroker(
        string program, string credentials, VaultSettings names, IReadOnlyDictionary<string, string>? variables = null, Action<string>? said = null)
    {
        var address = "http://127.0.0.1:" + FreePort();
        var start = new ProcessStartInfo(program) { ArgumentList = { "server", "--listen", address, "--credentials", credentials }, RedirectStandardOutput = true };
        start.Environment["VAULT_ADDR"] = names.Address;
        start.Environment["BCB_VAULT__KV_MOUNT"] = names.KvMount;
        start.Environment["BCB_VAULT__ASK_MOUNT"] = names.AskMount;
        // What nobody asked for would be measured with what was.
        start.Environment["BCB_WORKER__ENABLED"] = "false";
        start.Environment["BCB_PROFILES__BENCH__KIND"] = "machine";
        start.Environment["BCB_PROFILES__BENCH__COUNT"] = CodesPerSet.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        // A pipe that nobody reads would stop the broker once it is full.
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => said?.Invoke(line.Data ?? "");
        process.BeginOutputReadLine();
        return (process, address);
    }

    private static async Task UntilReadyAsync(string address)
    {
        using var http = new HttpClient();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await beat.WaitForNextTickAsync(patience.Token))
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(address + "/readyz"), patience.Token);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
