using System.Diagnostics;
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

    private BrokerProcess(Process process, string config, string address) => (_process, _config, Address) = (process, config, address);

    public string Address { get; }

    public static async Task<BrokerProcess> StartAsync(BrokerEnvironment environment)
    {
        var config = Path.GetTempFileName();
        await File.WriteAllTextAsync(config, ConfigurationOf(environment));
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "bcb.dll"), "server", "--listen", "http://127.0.0.1:0", "--credentials", environment.Credentials, "--config", config,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["VAULT_ADDR"] = environment.Vault.Address;
        start.Environment.Remove("VAULT_TOKEN");
        var process = Process.Start(start)!;
        var said = new List<string>();
        using var patience = new CancellationTokenSource(Patience);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            said.Add(line);
            if (line.StartsWith(Listening, StringComparison.Ordinal))
            {
                Drain(process);
                var broker = new BrokerProcess(process, config, line[Listening.Length..].Split(',', ' ')[0]);
                await broker.UntilReadyAsync(patience.Token);
                return broker;
            }
        }

        Assert.Skip("this build of bcb has no server verb: " + string.Join(' ', said) + await process.StandardError.ReadToEndAsync(patience.Token));
        throw new InvalidOperationException();
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

    // A full pipe would stop the server.
    private static void Drain(Process process)
    {
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
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
            },
        });
    }
}
