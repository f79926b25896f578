using BackupCodeBroker.Audit;
using BackupCodeBroker.Audit.Join;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.IntegrationTests.Audit;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Leaks;

/// <summary>Reports under Vault's audit device: every request that they led to is explained, and the log holds no code.</summary>
public sealed class AuditedLeakTests(AuditedVault vault) : IClassFixture<AuditedVault>
{
    [Fact]
    [Trait("Requirement", "R-38")]
    [Trait("Requirement", "R-46")]
    public async Task Every_request_of_a_report_is_explained()
    {
        var environment = vault.Environment;
        await using var log = await AuditFile.StartAsync(environment);
        using var access = new AccessRecords();
        var broker = await environment.StartAsync(s => s with { Telemetry = s.Telemetry with { AccessFile = access.Path } });
        var cast = await Cast.OfAsync(environment);
        var since = DateTimeOffset.UtcNow;
        var (machine, printable) = (await environment.HoldingAsync(broker, cast), await environment.HoldingAsync(broker, cast, "printable"));
        using (var team = broker.As(cast.Team))
        using (var verifier = broker.As(cast.Verifier))
        {
            Assert.Equal(403, (await verifier.ReportLeakAsync(machine.Code())).Status);
            Assert.Equal(202, (await team.ReportLeakAsync(MadeCodes.Unknown(CodeKind.Printable))).Status);
            Assert.All(await Task.WhenAll(team.ReportLeakAsync(machine.Code()), team.ReportLeakAsync(printable.Code())), r => Assert.Equal(202, r.Status));
            Assert.Equal(202, (await team.ReportLeakAsync(printable.Code())).Status);
        }

        await broker.DisposeAsync();
        var question = new AuditQuestion(AuditRun.NamesOf(environment.Names, environment.PolicyPrefix), since, null, TimeSpan.FromSeconds(30));
        var report = new AuditRun(question, () => Stream.Null).Run([log.Path, access.Path], _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal([], report.Findings.Select(f => f.Kind + " " + f.What + string.Join(';', f.Paths)));
        Assert.True(report.Explained);
        Assert.Equal(report.Totals.BrokerRequests, report.Totals.Explained);
        Assert.All(new[] { machine, printable }, holding => Assert.Contains(
            report.Sets.Single(s => s.Identity == holding.Identity).Events, e => e.Step == LifeStep.Revoked));
        var everything = await File.ReadAllTextAsync(log.Path, TestContext.Current.CancellationToken) + await File.ReadAllTextAsync(access.Path, TestContext.Current.CancellationToken);
        Assert.Contains(OwnWork.FindLeaked, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(machine.Code()[5..], everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(printable.Code()[5..], everything, StringComparison.OrdinalIgnoreCase);
    }
}
