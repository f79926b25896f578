using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Server;

/// <summary>A server that cannot start says so in a line, not with a stack trace, and by its exit code.</summary>
public sealed class StartTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    public async Task A_port_in_use_is_one_line_and_exit_3()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = "http://" + taken.LocalEndpoint;
        var (exit, output, error) = await RunAsync("--listen", address, "--credentials", environment.Credentials);
        Assert.Equal((3, $"bcb server: cannot listen on {address}: address already in use"), (exit, error.Trim()));
        Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_used_is_told_and_exit_2()
    {
        var (exit, _, error) = await RunAsync("--listen", "https://broker.example:8499", "--credentials", environment.Credentials);
        Assert.Equal(2, exit);
        Assert.Equal(
            ["The configuration has errors:", "listen is https: tls.certificate and tls.key are needed", "listen: the host must be an IP address or localhost"],
            error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "bcb.dll"), "server", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["VAULT_ADDR"] = environment.Vault.Address;
        start.Environment.Remove("VAULT_TOKEN");
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
