using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.IntegrationTests.Recoveries;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Audit;

/// <summary>U-3: a privileged service's emergency codes: in Vault and nowhere else, and nothing happens to them that its log does not show.</summary>
public sealed class UThreeTests(AuditedVault vault) : IClassFixture<AuditedVault>
{
    [Fact]
    [Trait("Requirement", "U-3")]
    [Trait("Requirement", "R-38")]
    public async Task A_services_emergency_codes_live_in_the_secrets_manager_with_every_access_logged()
    {
        var environment = vault.Environment;
        await environment.BootstrapAsync(recoveries: true);
        await using var run = await AuditedRun.StartAsync(vault, Recovering.Settings);
        var lab = new Recovering(environment, run.Broker, run.Cast);
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        var other = await lab.HoldingAsync(Recovering.ByRole);
        var secrets = new SecretSearch();
        foreach (var code in holding.Payload.Codes.Concat(other.Payload.Codes))
        {
            secrets.Add("code", code);
        }

        using var verifier = run.Broker.As(run.Cast.Verifier);
        using var stranger = run.Broker.As(await environment.HolderAsync("stranger", "status/team-a.*"));
        using var nobody = run.Broker.AsNobody();
        using var driller = run.Broker.As(await environment.HolderAsync("driller", "drill/*"));
        using var team = run.Broker.As(run.Cast.Team);
        // What an administrator arranged is not part of it.
        run.Since = DateTimeOffset.UtcNow;
        Assert.Equal(200, (await verifier.ConsumeAsync(holding.Identity, holding.Code())).Status);
        Assert.Equal(403, (await stranger.ConsumeAsync(holding.Identity, holding.Code(1))).Status);
        Assert.Equal(200, (await driller.DrillAsync(holding.Identity, holding.Code(2))).Status);
        Assert.Equal(403, (await driller.DrillAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code(2)))).Status);
        Assert.Equal(403, (await nobody.RecoverAsync(holding.Identity, MadeCodes.WrongSecretOf(holding.Code(3)))).Status);
        Assert.Equal(403, (await nobody.RecoverAsync(BrokerEnvironment.NewIdentity(), holding.Code(3))).Status);
        var token = await lab.LogInAsync(await nobody.RecoverAsync(holding.Identity, holding.Code(3), "k"));
        Assert.Equal(200, (await nobody.RecoverAsync(holding.Identity, holding.Code(3), "k")).Status);
        Assert.Equal(403, await lab.ReadsAsync(token, holding.Identity));
        Assert.Equal(204, (await team.RevokeAsync(holding.Identity)).Status);
        Assert.Equal(200, (await lab.TryLogInAsync(await lab.OpenAsync(await nobody.RecoverAsync(other.Identity, other.Code())))).Status);
        Assert.Equal(204, (await team.RevokeAsync(other.Identity)).Status);

        var report = await run.AuditAsync();

        var document = DocumentJson.Write((await environment.DocumentAsync(holding.Identity)).Document);
        Assert.Equal([], report.Findings.Select(f => f.Kind + " " + f.What + string.Join(';', f.Paths)));
        Assert.True(report.Explained);
        Assert.Equal(report.Totals.BrokerRequests, report.Totals.Explained);
        var log = await File.ReadAllBytesAsync(run.LogPath, TestContext.Current.CancellationToken);
        var text = System.Text.Encoding.UTF8.GetString(log);
        // Whoever got codes made, received them, used or tried to use them stands there under their own name; a recovery's caller has none.
        foreach (var access in new[] { "issue/@owned", "retrieve/@owned", "consume/" + holding.Identity, "drill/" + holding.Identity, "sys/wrapping/unwrap", environment.Names.RecoveryRolePrefix + holding.Identity })
        {
            Assert.Contains(access, text, StringComparison.Ordinal);
        }

        Assert.All([log, document, await File.ReadAllBytesAsync(run.Access.Path, TestContext.Current.CancellationToken)], sink => Assert.Empty(secrets.In(sink)));
    }
}
