using System.Text;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Tests.Audit.Join;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Audit;

/// <summary>Among every flow one offence is planted: the audit finds it, once, and nothing else.</summary>
public sealed class PlantedOffenceTests(AuditedVault vault) : IClassFixture<AuditedVault>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Offences => Audit.Offences.Names;

    [Theory]
    [MemberData(nameof(Offences))]
    [Trait("Requirement", "R-08")]
    [Trait("Requirement", "R-38")]
    public async Task Is_found_once_and_nothing_else(string offence)
    {
        await using var run = await AuditedRun.StartAsync(vault);
        var holding = await run.SomeFlowsAsync();
        var (kind, commit) = Audit.Offences.All[offence];
        await commit(run, holding);
        AssertOnly(kind, await run.AuditAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Requirement", "R-08")]
    [Trait("Requirement", "R-38")]
    public async Task Among_all_flows_each_of_several_is_found_and_nothing_else(bool otlp)
    {
        await using var run = await AuditedRun.StartAsync(vault);
        var holding = await run.AllFlowsAsync();
        string[] planted =
        [
            "a direct read with a root token", "a forged trace with a root token", "an unwrap by a third party", "a shipped policy edited", "a forged trace with a child made by hand",
        ];
        foreach (var offence in planted)
        {
            await Audit.Offences.All[offence].Commit(run, holding);
        }

        await run.StopAsync();
        var lines = await File.ReadAllLinesAsync(run.Access.Path, Cancellation);
        var removed = lines.First(l => l.Contains("\"operation\":\"consume\"", StringComparison.Ordinal));
        var told = Path.Combine(run.Access.Folder, "told.jsonl");
        await File.WriteAllLinesAsync(told, lines.Except([removed]).Select(l => otlp ? Otlp.Of(l) : l), Cancellation);
        Assert.Equal(
            planted.Select(o => Audit.Offences.All[o].Kind).Append(FindingKind.AccessWithoutRecord).Order(),
            run.Audit([run.LogPath, told]).Findings.Select(f => f.Kind).Order());
    }

    [Fact]
    [Trait("Requirement", "R-38")]
    public async Task An_operation_whose_record_was_removed_is_found_once_and_nothing_else()
    {
        await using var run = await AuditedRun.StartAsync(vault);
        await run.AllFlowsAsync();
        await run.StopAsync();
        var lines = await File.ReadAllLinesAsync(run.Access.Path, Cancellation);
        foreach (var operation in new[] { "register", "issue", "retrieve", "consume", "status", "list", "revoke", "count-failures" })
        {
            var removed = lines.First(l => l.Contains($"\"operation\":\"{operation}\"", StringComparison.Ordinal));
            var fewer = Path.Combine(run.Access.Folder, operation + ".jsonl");
            await File.WriteAllLinesAsync(fewer, lines.Except([removed]), Cancellation);
            AssertOnly(FindingKind.AccessWithoutRecord, run.Audit([run.LogPath, fewer]));
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
        var lines = await File.ReadAllLinesAsync(run.LogPath, Cancellation);
        var fewer = Path.Combine(run.Access.Folder, "fewer.log");
        await File.WriteAllLinesAsync(fewer, lines.Where(l => !l.Contains(span, StringComparison.Ordinal) || !l.Contains("/data/identities/", StringComparison.Ordinal)), Cancellation);
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
