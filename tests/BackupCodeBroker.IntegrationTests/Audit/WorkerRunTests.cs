using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.IntegrationTests.Worker;
using BackupCodeBroker.Worker;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Audit;

/// <summary>A worker that leads, sweeps and changes what it finds, beside every flow: nothing in Vault's log is left over.</summary>
public sealed class WorkerRunTests(AuditedVault vault) : IClassFixture<AuditedVault>
{
    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task What_the_worker_does_is_explained()
    {
        var watch = new SweepWatch();
        await using var run = await AuditedRun.StartAsync(vault, s => s with { Worker = SweepWatch.Quick(s.Worker) }, services => services.AddSingleton<ISweepObserver>(watch));
        var swept = new Swept(run.Broker, watch, new CapturingLogs());
        await run.AllFlowsAsync();
        await swept.UntilLeadsAsync();
        var taken = BrokerEnvironment.NewIdentity();
        await run.Broker.RegisterAsync(run.Cast.Team, taken, run.Cast.Owner);
        using var owner = run.Broker.As(run.Cast.Owner);
        await run.Environment.UnwrapAsync(run.Cast.Owner, await owner.IssueAsync(taken));
        var notes = await swept.SweepAsync();
        Assert.NotNull(notes.Seen.Single(d => d.Identity == taken).Pending!.Delivery.TakenAt);
        var report = await run.AuditAsync();

        Assert.Equal([], report.Findings.Select(f => f.Kind + " " + f.What + string.Join(';', f.Paths)));
        Assert.Equal(report.Totals.Operations, report.Totals.OperationsFound);
        Assert.Equal(report.Totals.BrokerRequests, report.Totals.Explained);
        foreach (var work in (string[])[OwnWork.Sweep, OwnWork.Enforce, OwnWork.Lead])
        {
            Assert.Contains($"\"operation\":\"{work}\"", await File.ReadAllTextAsync(run.Access.Path, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task The_codes_of_a_disabled_owner_ended_when_the_worker_came_by()
    {
        var watch = new SweepWatch();
        await using var run = await AuditedRun.StartAsync(vault, s => s with { Worker = SweepWatch.Quick(s.Worker) }, services => services.AddSingleton<ISweepObserver>(watch));
        var swept = new Swept(run.Broker, watch, new CapturingLogs());
        var holding = await run.Environment.HoldingAsync(run.Broker, run.Cast);
        await swept.UntilLeadsAsync();
        await run.Root.PostAsync("identity/entity/id/" + run.Cast.Owner.EntityId, new { disabled = true });

        await swept.SweepAsync();
        var report = await run.AuditAsync();

        var change = Assert.Single(report.Changes, c => c.Identity == holding.Identity);
        Assert.NotNull(change.EndedAt);
        Assert.Empty(report.Findings);
    }
}
