using BackupCodeBroker.Audit;
using BackupCodeBroker.Audit.Join;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Doctor;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Audit;

/// <summary>The README's first commands, on a Vault that logs from its beginning and does not yet show spans.</summary>
public sealed class FirstSetupTests : IAsyncLifetime
{
    private readonly VaultBackend _backend = new();
    private readonly AccessRecords _access = new();
    private readonly string _log = Path.GetTempFileName();
    private RootClient? _root;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(TestVault.Kind is "embedded" or "binary", "this needs a Vault of its own, on this machine");
        await _backend.StartAsync();
        _root = new RootClient(_backend.Address, _backend.RootToken);
        await _root.SendAsync(HttpMethod.Put, "sys/audit/file", new { type = "file", options = new { file_path = _log } });
    }

    public async ValueTask DisposeAsync()
    {
        _root?.Dispose();
        await _backend.DisposeAsync();
        _access.Dispose();
        File.Delete(_log);
    }

    [Fact]
    public async Task Check_bootstrap_and_doctor_are_explained_by_the_records_that_they_leave()
    {
        var settings = new VaultSettings { Address = _backend.Address };
        await using (var file = AccessFile.Open(_access.Path, loss: null))
        {
            await RunAsync(settings, file, check: true);
            await RunAsync(settings, file, check: false);
            await new BackupCodeBroker.Doctor.Doctor(new DoctorOptions { Vault = settings, AccessFile = file }, TimeProvider.System).RunAsync(new VaultToken(_backend.RootToken), Cancellation);
        }

        var report = Audit();
        Assert.Empty(report.Findings.Select(f => f.Kind + " " + f.What));
        Assert.Contains(report.Notices, n => n.What.Contains("before traceparent was audited", StringComparison.Ordinal));

        // The same without records: none of it is.
        File.WriteAllText(_access.Path, "");
        Assert.Contains(Audit().Findings, f => f.Kind == FindingKind.PolicyChange);
    }

    private async Task RunAsync(VaultSettings settings, AccessFile file, bool check) =>
        await new Bootstrapper(settings, FirstDocuments.For(TimeProvider.System, 1), TimeProvider.System, _ => { })
            .RunAsync(new BootstrapOptions { Check = check, AccessFile = file }, new VaultToken(_backend.RootToken), Cancellation);

    private AuditReport Audit() =>
        new AuditRun(new AuditQuestion(AuditRun.NamesOf(new VaultSettings(), "bcb-"), null, null, TimeSpan.FromSeconds(30)), () => Stream.Null).Run([_log, _access.Path], _ => { }, Cancellation);
}
