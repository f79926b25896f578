using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Administration;
using BackupCodeBroker.WhoCan;
using Xunit;

[assembly: AssemblyFixture(typeof(BackupCodeBroker.IntegrationTests.WhoCan.WhoCanVault))]

namespace BackupCodeBroker.IntegrationTests.WhoCan;

/// <summary>A Vault for these tests alone, as they read all there is of it, with one deployment on it.</summary>
public sealed class WhoCanVault : IAsyncLifetime
{
    private readonly VaultBackend _backend = new();

    /// <summary>The deployment.</summary>
    public BrokerEnvironment Environment { get; private set; } = null!;

    /// <summary>An auditor under the shipped policy.</summary>
    public Person Auditor { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _backend.StartAsync();
        Environment = new BrokerEnvironment(TestVault.At(_backend.Address, _backend.RootToken));
        await Environment.InitializeAsync();
        Auditor = await Environment.PersonAsync("auditor", "auditor");
    }

    /// <summary>Reads with a token.</summary>
    internal async Task<AccessRead> ReadAsync(string token)
    {
        var settings = Environment.Names with { CallTimeout = TimeSpan.FromSeconds(30) };
        using var wire = new AdminWire(settings, new VaultToken(token), VaultCall.Fresh(CancellationToken.None), TimeProvider.System);
        return await AccessReading.Over(wire, settings, TestContext.Current.CancellationToken).ReadAsync();
    }

    /// <summary>Reads as the auditor, who sees all that there is.</summary>
    internal async Task<AccessEvaluator> EvaluatorAsync()
    {
        var read = await ReadAsync(Auditor.Token);
        Assert.Empty(read.Gaps);
        return new AccessEvaluator(read.Map, Environment.Names.AskMount);
    }

    public async ValueTask DisposeAsync()
    {
        await Environment.DisposeAsync();
        await _backend.DisposeAsync();
    }
}
