using BackupCodeBroker.Tests.Audit.Join;
using BackupCodeBroker.Tests.Cli;
using Xunit;

namespace BackupCodeBroker.Tests.Audit;

/// <summary><c>bcb audit</c> as it is called.</summary>
public sealed class AuditVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bcb-audit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task Exits_by_whether_all_is_explained(bool offence, int exit)
    {
        var (log, access) = Written(offence);
        var page = Path.Combine(_folder.FullName, "audit.html");
        var run = new CliRun();
        run.Environment.Remove("VAULT_TOKEN");
        Assert.Equal(exit, await run.RunAsync("audit", "--json", "--html", page, log, "--access", access));
        Assert.Equal(!offence, run.Json["explained"]!.GetValue<bool>());
        Assert.Contains("<html", await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(exit, await run.RunAsync("audit", log, access));
        Assert.NotEmpty(run.Out);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task Every_file_that_is_not_there_is_named()
    {
        var (log, _) = Written(offence: false);
        var run = new CliRun();
        Assert.Equal(2, await run.RunAsync("audit", log, "no-such-file-with-a-long-name.log", _folder.FullName, "hvs.looksLikeAToken"));
        Assert.Contains("no-such-file-with-a-long-name.log does not exist", run.Error, StringComparison.Ordinal);
        Assert.Contains("is a directory", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("looksLikeAToken", run.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_alone_are_no_audit()
    {
        var (_, access) = Written(offence: false);
        var run = new CliRun();
        Assert.Equal(2, await run.RunAsync("audit", access));
        Assert.Contains("audit log of Vault's", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--since", "yesterday")]
    [InlineData("--skew", "-1")]
    [InlineData("--config", "/nonexistent/bcb.json")]
    public async Task What_is_wrong_is_said(string option, string value)
    {
        var (log, _) = Written(offence: false);
        Assert.Equal(2, await new CliRun().RunAsync("audit", log, option, value));
    }

    [Fact]
    public async Task A_page_does_not_overwrite_what_is_read()
    {
        var (log, access) = Written(offence: false);
        Assert.Equal(2, await new CliRun().RunAsync("audit", "--html", log, log, access));
        Assert.NotEmpty(await File.ReadAllBytesAsync(log, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_period_leaves_out_what_lies_beside_it()
    {
        var (log, access) = Written(offence: true);
        Assert.Equal(2, await new CliRun().RunAsync("audit", "--since", "2026-11-26", log, access));
        Assert.Equal(0, await new CliRun().RunAsync("audit", "--until", "2026-11-25T08:00:00.010Z", log, access));
        Assert.Equal(1, await new CliRun().RunAsync("audit", "--until", "2026-11-26", log, access));
    }

    private (string Log, string Access) Written(bool offence)
    {
        var story = new Story();
        story.Claim("a.x", 1);
        if (offence)
        {
            story.Say("read", "backup-codes/data/identities/bcb.a.x", "root", Story.Root);
        }

        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1);
        var (log, access) = (Path.Combine(_folder.FullName, "audit.log"), Path.Combine(_folder.FullName, "access.jsonl"));
        File.WriteAllLines(log, story.Lines());
        File.WriteAllLines(access, story.Records);
        return (log, access);
    }
}
