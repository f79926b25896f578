using BackupCodeBroker.DevVault;
using BackupCodeBroker.IntegrationTests.Bootstrap;
using Xunit;

[assembly: AssemblyFixture(typeof(BootstrapVaultFixture))]

namespace BackupCodeBroker.IntegrationTests.Bootstrap;

/// <summary>
/// The Vault that bootstrap is tried on: the embedded one, or where <c>BCB_TEST_VAULT</c> is <c>address</c> the one at
/// <c>VAULT_ADDR</c>. The tests do not know which, and each sets up an environment of its own in it.
/// </summary>
public sealed class BootstrapVaultFixture : IAsyncLifetime
{
    private DevVaultServer? _embedded;

    internal RawVault Vault { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("BCB_TEST_VAULT") == "address")
        {
            Vault = new RawVault(Variable("VAULT_ADDR"), Variable("VAULT_TOKEN"));
            return;
        }

        _embedded = await DevVaultServer.StartAsync(new DevVaultOptions(), TestContext.Current.CancellationToken);
        Vault = new RawVault(_embedded.Address.ToString(), _embedded.RootToken);
    }

    public async ValueTask DisposeAsync()
    {
        Vault?.Dispose();
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }

    internal BootstrapEnvironment NewEnvironment() => new(Vault);

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"BCB_TEST_VAULT=address needs {name}");
}
