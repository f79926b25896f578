using System.Diagnostics;
using BackupCodeBroker.Cli;
using BackupCodeBroker.Dev;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Dev;

/// <summary>What a newcomer runs first, <c>make demo</c> and <c>make run</c>, on the embedded Vault whatever Vault the other tests use.</summary>
public sealed class DevelopmentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_demo_tells_its_story_to_the_end()
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var surroundings = CliSurroundings.OfProcess() with { Out = output, Error = error, OutIsTerminal = false, Variable = _ => null };
        var exit = await CommandLineProgram.RunAsync(["demo"], surroundings, DemoCommand.Create);
        Assert.True(exit == 0, output + error.ToString());
        Assert.Empty(error.ToString());
        Assert.Contains("1 of 32 was told yes", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("6. The platform team revokes", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("7. Alice lost her phone", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("8. Alice is locked out of Vault itself", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("11. A service account changes owner", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("12. An incident", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Reviewed. It is not open any more.", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_development_environment_is_ready_with_its_people_and_leaves_nothing_behind()
    {
        string folder;
        await using (var environment = await DevEnvironment.StartAsync(
            new Uri("http://127.0.0.1:0"), vaultPort: 0, _ => { }, s => s, _ => null, quiet: true, Cancellation))
        {
            folder = environment.Folder;
            Assert.True(environment.IsEmbedded);
            using var client = new ApiClient(environment.BrokerAddress, null);
            Assert.Equal(200, (await client.SendAsync(HttpMethod.Get, "/readyz")).Status);
            foreach (var (name, _) in DevEnvironment.Cast)
            {
                Assert.Equal(environment.People[name].HandOver(), await File.ReadAllTextAsync(environment.TokenFile(name), Cancellation));
            }

            using var auditor = new ApiClient(environment.BrokerAddress, environment.People["auditor"].HandOver());
            Assert.Equal(200, (await auditor.ListAsync()).Status);
        }

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task The_development_server_prints_lines_to_paste_and_ends_when_told()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "bcb.dll"), "server", "--dev", "--listen", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("VAULT_ADDR");
        start.Environment.Remove("VAULT_TOKEN");
        using var process = Process.Start(start)!;
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line && line != "Ctrl-C ends it all.")
        {
            lines.Add(line);
        }

        Assert.Contains(lines, l => l.StartsWith("BackupCodeBroker listens on http://127.0.0.1:", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("as owner claim team-a.deployer", StringComparison.Ordinal));
        using var told = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
    }
}
