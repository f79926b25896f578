using BackupCodeBroker.Tests.Architecture;
using Xunit;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>The unit and the rotation of the logs.</summary>
public sealed class SystemdTests
{
    private static readonly ILookup<string, string> Service = DeployFiles.Text("systemd/bcb.service").Split('\n')
        .SkipWhile(l => l != "[Service]").Skip(1).TakeWhile(l => l != "[Install]").Where(l => l.Contains('=', StringComparison.Ordinal) && !l.StartsWith('#'))
        .ToLookup(l => l.Split('=')[0], l => l.Split('=', 2)[1]);

    [Fact]
    public void The_program_understands_its_command_line_and_gets_its_credentials_from_the_manager()
    {
        var words = Assert.Single(Service["ExecStart"]).Split(' ');
        Assert.Empty(DeployFiles.CommandLineErrors(words.Skip(1)));
        Assert.Equal("${CREDENTIALS_DIRECTORY}", words[Array.IndexOf(words, "--credentials") + 1]);
        Assert.Equal(["role-id", "secret-id"], Service["LoadCredential"].Select(c => c.Split(':')[0]));
    }

    [Fact]
    public void It_ends_as_the_program_ends()
    {
        Assert.Equal(["15"], Service["TimeoutStopSec"]);
        Assert.Equal(["on-failure"], Service["Restart"]);
        Assert.Equal(["2"], Service["RestartPreventExitStatus"]);
        Assert.Equal(["exec"], Service["Type"]);
        Assert.DoesNotContain("Hosting.Systemd", Repository.Read("Directory.Packages.props"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DynamicUser", "yes")]
    [InlineData("NoNewPrivileges", "yes")]
    [InlineData("CapabilityBoundingSet", "")]
    [InlineData("ProtectSystem", "strict")]
    [InlineData("PrivateDevices", "yes")]
    [InlineData("PrivateTmp", "yes")]
    [InlineData("ProtectKernelModules", "yes")]
    [InlineData("ProtectKernelTunables", "yes")]
    [InlineData("ProtectKernelLogs", "yes")]
    [InlineData("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX")]
    [InlineData("MemoryDenyWriteExecute", "no")]
    [InlineData("LimitCORE", "0")]
    public void It_is_shut_in(string setting, string value) => Assert.Equal([value], Service[setting]);

    [Fact]
    public void Its_settings_are_ones_that_the_program_reads()
    {
        var settings = Service["Environment"].SelectMany(e => e.Split(' ')).Concat(Assignments("systemd/otel.env")).Select(e => e.Split('=', 2)).ToList();
        Assert.Empty(BrokerVariables.Unknown(settings.Select(e => e[0])));
        Assert.Contains(settings, e => e[0] == "BCB_TELEMETRY__ACCESS_FILE" && e[1].StartsWith("/var/log/" + Service["LogsDirectory"].Single() + "/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Systemd_takes_the_unit()
    {
        var folder = Directory.CreateTempSubdirectory("bcb-unit-");
        try
        {
            // It insists on a program that is there.
            var unit = Path.Combine(folder.FullName, "bcb.service");
            var here = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "bcb.exe" : "bcb");
            await File.WriteAllTextAsync(unit, DeployFiles.Text("systemd/bcb.service").Replace("/opt/bcb/bcb", here, StringComparison.Ordinal), TestContext.Current.CancellationToken);
            Assert.Empty((await Tool.RunAsync("systemd-analyze", "verify", unit)).Trim());
            // 2.0 is exposure of 2 in 10: what is left is mostly that a server has to have a network and a compiler.
            await Tool.RunAsync("systemd-analyze", "security", "--offline=yes", "--threshold=20", unit);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Vault_is_told_of_a_rotation_and_the_broker_need_not_be()
    {
        var blocks = DeployFiles.Text("logrotate/backup-code-broker").Split("}\n").Select(b => string.Join('\n', b.Split('\n').Where(l => !l.StartsWith('#')))).ToList();
        var broker = Assert.Single(blocks, b => b.Contains("/var/log/bcb/access.jsonl {", StringComparison.Ordinal));
        var vault = Assert.Single(blocks, b => b.Contains("audit.log {", StringComparison.Ordinal));
        Assert.DoesNotContain("postrotate", broker, StringComparison.Ordinal);
        Assert.Contains("--signal=HUP vault.service", vault, StringComparison.Ordinal);
        foreach (var block in (string[])[broker, vault])
        {
            // A batch that is being written to the old name must not be lost, and the two must be kept for the same time.
            Assert.Contains("delaycompress", block, StringComparison.Ordinal);
            Assert.Contains("rotate 400", block, StringComparison.Ordinal);
            Assert.DoesNotContain("copytruncate", block, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> Assignments(string file) => DeployFiles.Text(file).Split('\n').Where(l => l.Contains('=', StringComparison.Ordinal) && !l.StartsWith('#'));
}
