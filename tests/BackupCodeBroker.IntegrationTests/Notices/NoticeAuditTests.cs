using BackupCodeBroker.IntegrationTests.Audit;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Notices;

/// <summary>Taking delivered notices out of documents is work of the broker's own, and an audit finds it explained.</summary>
public sealed class NoticeAuditTests(AuditedVault vault) : IClassFixture<AuditedVault>
{
    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task A_run_with_notices_is_explained()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var run = await AuditedRun.StartAsync(vault, s => s with { Notices = receiver.Settings });
        var holding = await run.AllFlowsAsync();
        await run.Broker.UntilAsync(() => Task.FromResult(run.Access.Read().Any(r => r.Text("operation") == "deliver" && r.Text("identity") == holding.Identity && r.Text("outcome") == "done")));
        var report = await run.AuditAsync();
        Assert.Equal([], report.Findings.Select(f => f.Kind + " " + f.What + string.Join(';', f.Paths)));
        Assert.True(report.Explained);
        Assert.Equal(report.Totals.Operations, report.Totals.OperationsFound);
        Assert.Equal(report.Totals.BrokerRequests, report.Totals.Explained);
    }
}
