using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

[assembly: AssemblyFixture(typeof(TestVault))]

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>The Vault that all tests of this assembly share; the choice is printed.</summary>
public sealed class TestVault : IAsyncLifetime
{
    private readonly VaultBackend _backend = new();
    private readonly (string Address, string RootToken)? _other;

    public TestVault()
    {
    }

    private TestVault((string Address, string RootToken) other) => _other = other;

    /// <summary>A Vault that a test started for itself.</summary>
    public static TestVault At(string address, string rootToken) => new((address, rootToken));

    /// <summary>Which backend.</summary>
    public static string Kind => VaultBackend.Kind;

    /// <summary>Whether it is the embedded Vault: for tests that need its clock or its audit file at hand.</summary>
    public static bool IsEmbedded => VaultBackend.IsEmbedded;

    /// <summary>Address of the server.</summary>
    public string Address => _other?.Address ?? _backend.Address;

    /// <summary>Administrator's token.</summary>
    public string RootToken => _other?.RootToken ?? _backend.RootToken;

    public async ValueTask InitializeAsync()
    {
        await _backend.StartAsync();
        Console.WriteLine($"integration tests run against: {Kind} Vault at {Address}");
    }

    public ValueTask DisposeAsync() => _backend.DisposeAsync();
}
