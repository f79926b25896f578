using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>A <c>bcb server</c> of its own process, as it is deployed, on a free port.</summary>
internal sealed class BrokerProcess : IAsyncDisposable
{
    private const string Listening = "bcb server listens on ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _config;
    private readonly StringBuilder _said = new();
    private Task _reading = Task.CompletedTask;

    private BrokerProcess(Process process, string config) => (_process, _config) = (process, config);

    public string Address { get; private set; } = "";

    public int Id => _process.Id;

    /// <summary>What it has written to its console so far, both streams.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <param name="environment">The deployment that it serves.</param>
    /// <param name="vault">Where it finds Vault, if not where the deployment's is.</param>
    /// <param name="variables">Environment variables beside its own.</param>
    /// <param name="folder">Where it runs; there, as a service manager would, without core dumps, which hold a process's whole memory.</param>
    public static async Task<BrokerProcess> StartAsync(
        BrokerEnvironment environment, string? vault = null, IReadOnlyDictionary<string, string>? variables = null, string? folder = null)
    {
        var config = Path.GetTempFileName();
        await File.WriteAllTextAsync(config, ConfigurationOf(environment));
        string[] command =
        [
            "dotnet", Path.Combine(AppContext.BaseDirectory, "bcb.dll"), "server", "--listen", "http://127.0.0.1:0", "--credentials", environment.Credentials, "--config", config,
        ];
        var start = folder is null ? new ProcessStartInfo(command[0], command[1..]) : new ProcessStartInfo("sh", ["-c", "ulimit -c 0; exec \"$0\" \"$@\"", .. command]);
        (start.RedirectStandardOutput, start.RedirectStandardError, start.WorkingDirectory) = (true, true, folder ?? "");
        start.Environment["VAULT_ADDR"] = vault ?? environment.Vault.Address;
        start.Environment.Remove("VAULT_TOKEN");
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var broker = new BrokerProcess(Process.Start(start)!, config);
        try
        {
            await broker.UntilListeningAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public ApiClient As(Person person) => new(Address, person.Token);

    /// <summary>Does something with servers; where one of them has ended meanwhile, that is what went wrong, and it tells with what last words.</summary>
    public static async Task WhileTheyRunAsync(Func<Task> work, params BrokerProcess[] servers)
    {
        try
        {
            await work();
        }
        catch (HttpRequestException lost)
        {
            await Task.WhenAll(servers.Select(s => s.TellAsync()));
            Assert.Fail(string.Join('\n', [lost.Message, .. servers.Select(s => s.Ending)]));
        }
    }

    /// <summary>Tells the process to end, as a service manager does, and waits; its exit code.</summary>
    public async Task<int> TerminateAsync(TimeSpan patience)
    {
        await SendAsync("TERM");
        using var limit = new CancellationTokenSource(patience);
        await _process.WaitForExitAsync(limit.Token);
        await _reading;
        return _process.ExitCode;
    }

    /// <summary>The process ends itself, as a runtime does that finds its own memory broken; its exit code.</summary>
    public async Task<int> AbortAsync()
    {
        // The first is the runtime's, which then leaves the next to the system.
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!_process.HasExited)
        {
            await SendAsync("ABRT");
            await beat.WaitForNextTickAsync();
        }

        await _reading;
        return _process.ExitCode;
    }

    /// <summary>The process ends at once, as by a power cut.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        File.Delete(_config);
    }

    private string Ending => _process.HasExited
        ? string.Create(CultureInfo.InvariantCulture, $"{Address} ended with {_process.ExitCode}, saying: {Last(Said)}")
        : $"{Address} runs and listens, saying: {Last(Said)}";

    private static string Last(string said) => said[Math.Max(0, said.Length - 4000)..];

    private Task TellAsync() => _process.HasExited ? _reading : Task.CompletedTask;

    private async Task SendAsync(string signal)
    {
        using var told = Process.Start("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await told.WaitForExitAsync();
    }

    private async Task UntilListeningAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            Keep(line + "\n");
            if (line.StartsWith(Listening, StringComparison.Ordinal))
            {
                Address = line[Listening.Length..].Split(',', ' ')[0];
                // A full pipe would stop the server.
                _reading = Task.WhenAll(KeepAsync(_process.StandardOutput), KeepAsync(_process.StandardError));
                await UntilReadyAsync(patience.Token);
                return;
            }
        }

        Assert.Fail("bcb server did not start: " + Said + await _process.StandardError.ReadToEndAsync(patience.Token));
    }

    private async Task KeepAsync(StreamReader stream)
    {
        var buffer = new char[4096];
        while (await stream.ReadAsync(buffer) is var read and > 0)
        {
            Keep(new string(buffer, 0, read));
        }
    }

    private void Keep(string text)
    {
        lock (_said)
        {
            _said.Append(text);
        }
    }

    private async Task UntilReadyAsync(CancellationToken patience)
    {
        using var http = new HttpClient();
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await beat.WaitForNextTickAsync(patience))
        {
            using var answer = await http.GetAsync(new Uri(Address + "/readyz"), patience);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }
        }
    }

    private static string ConfigurationOf(BrokerEnvironment environment)
    {
        var names = environment.Names;
        return JsonSerializer.Serialize(new
        {
            vault = new
            {
                kv_mount = names.KvMount,
                ask_mount = names.AskMount,
                transit_mount = names.TransitMount,
                approle_mount = names.AppRoleMount,
                token_role = names.TokenRole,
                sweeper_role = names.SweeperRole,
                recovery_mount = names.RecoveryMount,
                recovery_role_prefix = names.RecoveryRolePrefix,
            },
        });
    }
}
