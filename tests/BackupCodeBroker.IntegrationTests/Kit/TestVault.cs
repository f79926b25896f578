using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BackupCodeBroker.DevVault;
using BackupCodeBroker.IntegrationTests.Kit;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;
using Xunit;

[assembly: AssemblyFixture(typeof(TestVault))]

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>
/// The Vault that the tests of this assembly run against, chosen by <c>BCB_TEST_VAULT</c>: <c>embedded</c> (default), <c>address</c>
/// (<c>VAULT_ADDR</c>, <c>VAULT_TOKEN</c>), <c>binary</c> (<c>vault</c> or <c>bao</c> on the PATH, or <c>BCB_TEST_VAULT_BINARY</c>, in dev mode) or
/// <c>container</c> (<c>BCB_TEST_VAULT_IMAGE</c>, by default <c>hashicorp/vault</c>; <c>openbao/openbao</c> works as well). The same tests run,
/// unchanged, on every one: each test class works with mounts, roles and policies of its own.
/// </summary>
public sealed class TestVault : IAsyncLifetime
{
    private const string RootText = "bcb-test-root-token";

    private DevVaultServer? _embedded;
    private Process? _process;
    private IContainer? _container;

    /// <summary>A Vault that a test started for itself.</summary>
    public static TestVault At(string address, string rootToken) => new() { Address = address, RootToken = rootToken };

    /// <summary>Which backend.</summary>
    public static string Kind => Environment.GetEnvironmentVariable("BCB_TEST_VAULT") is { Length: > 0 } kind ? kind : "embedded";

    /// <summary>Whether it is the embedded Vault: for tests that need its clock or its audit file at hand.</summary>
    public static bool IsEmbedded => Kind == "embedded";

    /// <summary>Address of the server.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Administrator's token.</summary>
    public string RootToken { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        switch (Kind)
        {
            case "embedded":
                _embedded = await DevVaultServer.StartAsync(new DevVaultOptions { RootToken = RootText });
                (Address, RootToken) = (_embedded.Address.ToString().TrimEnd('/'), RootText);
                break;
            case "address":
                Address = Required("VAULT_ADDR");
                RootToken = Required("VAULT_TOKEN");
                break;
            case "binary":
                await StartBinaryAsync();
                break;
            case "container":
                await StartContainerAsync();
                break;
            default:
                throw new InvalidOperationException("BCB_TEST_VAULT must be embedded, address, binary or container, not " + Kind);
        }

        Console.WriteLine($"integration tests run against: {Kind} Vault at {Address}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }

        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }
    }

    private static string Required(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : throw new InvalidOperationException($"BCB_TEST_VAULT={Kind} needs {name}");

    private async Task StartBinaryAsync()
    {
        var port = FreePort();
        var binary = Environment.GetEnvironmentVariable("BCB_TEST_VAULT_BINARY") is { Length: > 0 } named ? named : OnPath("vault") ?? OnPath("bao")
            ?? throw new InvalidOperationException("BCB_TEST_VAULT=binary: no vault or bao on the PATH, and BCB_TEST_VAULT_BINARY is not set");
        var start = new ProcessStartInfo(binary)
        {
            ArgumentList = { "server", "-dev", "-dev-no-store-token", "-dev-root-token-id=" + RootText, string.Create(CultureInfo.InvariantCulture, $"-dev-listen-address=127.0.0.1:{port}") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        (Address, RootToken) = (string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), RootText);
        await UntilHealthyAsync();
    }

    private async Task StartContainerAsync()
    {
        var image = Environment.GetEnvironmentVariable("BCB_TEST_VAULT_IMAGE") is { Length: > 0 } named ? named : "hashicorp/vault:latest";
        _container = new ContainerBuilder(image)
            .WithEnvironment("VAULT_DEV_ROOT_TOKEN_ID", RootText)
            .WithEnvironment("BAO_DEV_ROOT_TOKEN_ID", RootText)
            .WithEnvironment("SKIP_SETCAP", "true")
            .WithPortBinding(8200, assignRandomHostPort: true)
            .Build();
        await _container.StartAsync();
        (Address, RootToken) = (string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_container.GetMappedPublicPort(8200)}"), RootText);
        await UntilHealthyAsync();
    }

    private async Task UntilHealthyAsync()
    {
        using var http = new HttpClient();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await beat.WaitForNextTickAsync(patience.Token))
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(Address + "/v1/sys/health"), patience.Token);
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

    private static string? OnPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
