using BackupCodeBroker.IntegrationTests.Bootstrap;
using Xunit;

[assembly: AssemblyFixture(typeof(BootstrapVaultFixture))]

namespace BackupCodeBroker.IntegrationTests.Bootstrap;

/// <summary>The Vault that bootstrap is tried on: the one at <c>VAULT_ADDR</c> where <c>BCB_TEST_VAULT</c> is <c>address</c>.</summary>
public sealed class BootstrapVaultFixture : IAsyncLifetime
{
    internal RawVault Vault { get; private set; } = null!;

    public ValueTask InitializeAsync()
    {
        Vault = new RawVault(Environment.GetEnvironmentVariable("VAULT_ADDR")!, Environment.GetEnvironmentVariable("VAULT_TOKEN")!);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Vault.Dispose();
        return ValueTask.CompletedTask;
    }

    internal BootstrapEnvironment NewEnvironment() => new(Vault);
}
