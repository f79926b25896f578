using BackupCodeBroker.Dev;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Server;
using BackupCodeBroker.Telemetry;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Telemetry;

/// <summary>One access file per process, told at start; and a development environment whose file is complete, bootstrap included.</summary>
public sealed class AccessFileStartTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>, IDisposable
{
    private readonly AccessRecords _file = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_broker_with_the_same_file_does_not_start()
    {
        await using var first = await environment.StartAsync(s => s with { Telemetry = s.Telemetry with { AccessFile = _file.Path } });
        var refusal = Assert.Throws<AccessFileException>(
            () => BrokerHost.Build(environment.Settings with { Telemetry = environment.Settings.Telemetry with { AccessFile = _file.Path } }));
        Assert.Contains("another process writes", refusal.Message, StringComparison.Ordinal);

        var exit = await ServerCommand.RunAsync(
            null,
            [("listen", "http://127.0.0.1:0"), ("login:credentials", environment.Credentials), ("vault:address", environment.Vault.Address), ("telemetry:access_file", _file.Path)],
            Cancellation);
        Assert.Equal(2, exit);
    }

    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task The_development_environment_records_its_bootstrap_too()
    {
        await using (await DevEnvironment.StartAsync(
            new Uri("http://127.0.0.1:0"), vaultPort: 0, _ => { }, s => s, name => name == "BCB_TELEMETRY__ACCESS_FILE" ? _file.Path : null, quiet: true, Cancellation))
        {
        }

        var records = _file.Read();
        var bootstrap = Assert.Single(records, r => r.Text("operation") == "bootstrap");
        Assert.Equal(("done", 0), (bootstrap.Text("outcome"), bootstrap.Number("vault_uncertain")));
        Assert.True(bootstrap.Number("vault_calls") > 20, bootstrap.ToString());
        Assert.Contains(records, r => r.Text("operation") == "readiness" && r.Text("outcome") == "done");
    }

    public void Dispose() => _file.Dispose();
}
