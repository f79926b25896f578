using System.Text.Json.Nodes;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Bootstrap;

/// <summary>What bootstrap remarks about audit devices.</summary>
public sealed class AuditRemarkTests
{
    [Theory]
    [InlineData("", "no audit device", "vault audit enable file")]
    [InlineData("path \"sys/mounts\" { capabilities = [\"read\"] }", "could not be seen (sys/audit)", "bcb doctor")]
    public async Task A_Vault_without_an_audit_device_is_remarked_and_no_failure(string policy, string remark, string advice)
    {
        // Of its own: others turn devices on in the one that tests share.
        Assert.SkipWhen(TestVault.Kind is "address", "this needs a Vault of its own");
        await using var backend = new VaultBackend();
        await backend.StartAsync();
        var environment = BootstrapEnvironment.On(TestVault.At(backend.Address, backend.RootToken));
        await environment.RunAsync();
        if (policy.Length > 0)
        {
            await environment.Vault.MustAsync("PUT", $"sys/policies/acl/{environment.Prefix}few", new JsonObject { ["policy"] = policy });
        }

        var report = await environment.CheckAsync(with: policy.Length > 0 ? await environment.Vault.TokenWithAsync(environment.Prefix + "few") : null);

        Assert.False(report.HasChanges);
        Assert.True(policy.Length > 0 || !report.HasDrift);
        var said = Assert.Single(report.Remarks);
        Assert.Contains(remark, said, StringComparison.Ordinal);
        Assert.Contains(advice, said, StringComparison.Ordinal);
    }
}
