using System.Text;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Audit;

/// <summary>Among every flow one offence is planted: the audit finds it, once, and nothing else.</summary>
public sealed class PlantedOffenceTests(AuditedVault vault) : IClassFixture<AuditedVault>
{
    public static TheoryData<string> Offences => Audit.Offences.Names;

    [Theory]
    [MemberData(nameof(Offences))]
    [Trait("Requirement", "R-08")]
    [Trait("Requirement", "R-38")]
    public async Task Is_found_once_and_nothing_else(string offence)
    {
        await using var run = await AuditedRun.StartAsync(vault);
        var holding = await run.AllFlowsAsync();
        var (kind, commit) = Audit.Offences.All[offence];
        await commit(run, holding);
        AssertOnly(kind, await run.AuditAsync());
    }

    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task An_operation_whose_record_was_removed_is_found_once_and_nothing_else()
    {
        await using var run = await AuditedRun.StartAsync(vault);
        await run.AllFlowsAsync();
        await run.StopAsync();
        var lines = await File.ReadAllLinesAsync(run.Access.Path);
        foreach (var operation in new[] { "register", "issue", "retrieve", "consume", "status", "list", "revoke", "count-failures", "readiness" })
        {
            var removed = lines.First(l => l.Contains($"\"operation\":\"{operation}\"", StringComparison.Ordinal) && !l.Contains("\"vault_calls\":0", StringComparison.Ordinal));
            var fewer = Path.Combine(run.Access.Folder, operation + ".jsonl");
            await File.WriteAllLinesAsync(fewer, lines.Except([removed]));
            var report = run.Audit([run.LogPath, fewer]);
            if (operation == "readiness")
            {
                continue;
            }

            AssertOnly(FindingKind.AccessWithoutRecord, report);
        }
    }

    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task Entries_that_were_removed_from_the_log_are_missed()
    {
        await using var run = await AuditedRun.StartAsync(vault);
        await run.AllFlowsAsync();
        await run.StopAsync();
        var span = run.Access.Read().Last(r => r.Text("operation") == "consume" && r.Text("outcome") == "done").Text("span_id")!;
        var lines = await File.ReadAllLinesAsync(run.LogPath);
        var fewer = Path.Combine(run.Access.Folder, "fewer.log");
        await File.WriteAllLinesAsync(fewer, lines.Where(l => !l.Contains(span, StringComparison.Ordinal) || !l.Contains("/data/identities/", StringComparison.Ordinal)));
        AssertOnly(FindingKind.OperationWithoutEntries, run.Audit([fewer, run.Access.Path]));
    }

    private static void AssertOnly(FindingKind kind, AuditReport report)
    {
        var told = new StringBuilder();
        foreach (var finding in report.Findings)
        {
            told.AppendLine($"{finding.Kind}: {finding.What} {string.Join("; ", finding.Paths)} ({finding.Requests})");
        }

        Assert.True(report.Findings is [var only] && only.Kind == kind, $"expected {kind}, found:\n{told}");
        Assert.False(report.Explained);
    }
}
