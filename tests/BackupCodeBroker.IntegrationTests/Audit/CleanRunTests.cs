using Xunit;

namespace BackupCodeBroker.IntegrationTests.Audit;

/// <summary>A run of every flow, refusals and failures included: every request is explained, and every operation has its entries.</summary>
public sealed class CleanRunTests(AuditedVault vault) : IClassFixture<AuditedVault>
{
    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task Every_flow_is_explained()
    {
        await using var run = await AuditedRun.StartAsync(vault);
        await run.AllFlowsAsync();
        await ExplainedAsync(run);
    }

    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task Whatever_becomes_of_an_identitys_owner_is_explained()
    {
        await using var run = await AuditedRun.StartAsync(vault);
        await run.OwnershipFlowsAsync();
        await ExplainedAsync(run);
    }

    private static async Task ExplainedAsync(AuditedRun run)
    {
        var report = await run.AuditAsync();
        Assert.Equal([], report.Findings.Select(f => f.Kind + " " + f.What + string.Join(';', f.Paths)));
        Assert.True(report.Explained);
        Assert.Empty(report.Unreadable);
        Assert.Equal(report.Totals.Operations, report.Totals.OperationsFound);
        Assert.Equal(report.Totals.BrokerRequests, report.Totals.Explained);
    }
}
