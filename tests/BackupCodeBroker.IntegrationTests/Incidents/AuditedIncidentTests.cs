using BackupCodeBroker.Audit;
using BackupCodeBroker.Audit.Join;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.IntegrationTests.Audit;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Incidents;

/// <summary>An incident under Vault's audit device: the audit explains every request of it, denials, counts, the worker's and the stories' included.</summary>
public sealed class AuditedIncidentTests(AuditedVault vault) : IClassFixture<AuditedVault>
{
    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task Every_request_of_an_incident_is_explained()
    {
        var environment = vault.Environment;
        await using var log = await AuditFile.StartAsync(environment);
        using var access = new AccessRecords();
        var clock = new TestClock();
        var broker = await environment.StartAsync(
            s => s with
            {
                Telemetry = s.Telemetry with { AccessFile = access.Path },
                Worker = s.Worker with { Enabled = true, Interval = TimeSpan.FromMilliseconds(300) },
            },
            clock: clock);
        var cast = await Cast.OfAsync(environment);
        var (responder, team) = (await environment.ResponderAsync(), await environment.ResponderForAsync("team-b."));
        var since = DateTimeOffset.UtcNow;
        var holding = await environment.HoldingAsync(broker, cast);
        using (var all = broker.As(responder))
        using (var other = broker.As(team))
        using (var desk = broker.As(cast.Desk))
        {
            Assert.Equal(200, (await all.DeclareAsync(new { all = true }, dryRun: true)).Status);
            Assert.Equal(403, (await other.DeclareAsync(new { identities = "team-a.*" })).Status);
            Assert.Equal(409, (await all.DeclareAsync(new { identities = holding.Identity }, expect: 9)).Status);
            var id = (await all.DeclareAsync(new { identities = holding.Identity }, key: "k")).Member("id")!;
            Assert.Equal(201, (await all.DeclareAsync(new { identities = holding.Identity }, key: "k")).Status);
            Assert.Equal(403, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
            Assert.Equal(403, (await other.LockdownAsync(id)).Status);
            Assert.Equal(409, (await all.LiftAsync(id)).Status);
            clock.Move(TimeSpan.FromSeconds(6));
            await broker.UntilAsync(async () => (await all.LockdownAsync(id)).Json.TryGetProperty("completed_at", out _));
            Assert.Equal(200, (await all.SendAsync(HttpMethod.Get, "/v1/lockdowns")).Status);
            Assert.Equal(204, (await all.LiftAsync(id)).Status);
            Assert.Equal(404, (await all.LockdownAsync("20270131120000-0123456789ab")).Status);
        }

        await broker.DisposeAsync();
        var question = new AuditQuestion(AuditRun.NamesOf(environment.Names, environment.PolicyPrefix), since, null, TimeSpan.FromSeconds(30));
        var report = new AuditRun(question, () => Stream.Null).Run([log.Path, access.Path], _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal([], report.Findings.Select(f => f.Kind + " " + f.What + string.Join(';', f.Paths)));
        Assert.True(report.Explained);
        // What the worker had under way when it was stopped may not have reached Vault.
        Assert.InRange(report.Totals.OperationsFound, report.Totals.Operations - 2, report.Totals.Operations);
        Assert.Equal(report.Totals.BrokerRequests, report.Totals.Explained);
        Assert.Contains(OwnWork.LockdownProgress, await File.ReadAllTextAsync(access.Path, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
