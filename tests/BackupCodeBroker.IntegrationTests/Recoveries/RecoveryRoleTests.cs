using BackupCodeBroker.Doctor;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Recoveries;

/// <summary>What makes one code worth more than an hour's work is found in the role, and gone once the printed command was run.</summary>
public sealed class RecoveryRoleTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Theory]
    [InlineData("token_period", "24h", "token_period is 86400 s")]
    [InlineData("secret_id_num_uses", "0", "secret_id_num_uses is 0")]
    [InlineData("secret_id_ttl", "2h", "secret_id_ttl is 7200 s")]
    [InlineData("token_max_ttl", "0", "token_max_ttl is 0 s")]
    [Trait("Requirement", "R-47")]
    public async Task An_AppRole_whose_log_ins_live_on_is_found_and_set_right_as_printed(string field, string value, string what)
    {
        var lab = await Recovering.OpenAsync(environment);
        var identity = BrokerEnvironment.NewIdentity();
        await lab.MakeRoleAsync(identity);
        var role = $"auth/{environment.Names.RecoveryMount}/role/{identity}";
        Assert.Empty(await FindingsAsync(role));
        await environment.Root.PostAsync(role, new Dictionary<string, string> { [field] = value });

        var found = Assert.Single(await FindingsAsync(role));

        Assert.Equal((Severity.Warning, what), (found.Severity, found.What));
        var command = Assert.Single(found.Fix.Commands);
        Assert.StartsWith($"vault write {role} {field}=", command, StringComparison.Ordinal);
        await environment.Root.PostAsync(role, new Dictionary<string, string> { [field] = command[(command.IndexOf('=') + 1)..] });
        Assert.Empty(await FindingsAsync(role));
    }

    private async Task<IReadOnlyList<CheckResult.Finding>> FindingsAsync(string role)
    {
        var report = await new BackupCodeBroker.Doctor.Doctor(
            new DoctorOptions { Vault = environment.Names, PolicyPrefix = environment.PolicyPrefix, Recoveries = true }, TimeProvider.System, null)
            .RunAsync(new VaultToken(environment.Vault.RootToken), TestContext.Current.CancellationToken);
        return [.. report.Checks.Where(c => c.Id == DoctorChecks.RecoveryRoles && c.About == role).Select(c => c.Result).OfType<CheckResult.Finding>()];
    }
}
