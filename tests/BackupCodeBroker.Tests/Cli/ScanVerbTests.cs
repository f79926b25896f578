using BackupCodeBroker.Core.Codes;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary><c>bcb scan</c>: places are shown and codes are not; the exit code tells, and reports reach the broker.</summary>
public sealed class ScanVerbTests : IDisposable
{
    private const string Report = "POST /v1/leaks";
    private const string Taken = $$"""{"operation_id":"{{FakeServer.OperationId}}","trace_id":"{{FakeServer.TraceId}}"}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-scan").FullName;
    private readonly string[] _codes = [.. Codes.Set(3), Codes.Text(9, CodeKind.Printable)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Trait("Requirement", "R-46")]
    [Trait("Requirement", "R-02")]
    public async Task A_find_is_a_place_and_a_masked_code_and_exit_1()
    {
        File.WriteAllText(At("wiki.md"), $"# Rescue\n\nuse {_codes[0].ToLowerInvariant()} then {_codes[3]}\n");
        var run = new CliRun();
        run.Environment.Clear();

        Assert.Equal(1, await run.RunAsync("scan", _folder));

        Assert.Contains($"{At("wiki.md")}:3:5: BCB1-{Selector(0)}-***** (machine)", run.Out, StringComparison.Ordinal);
        Assert.Contains($"{At("wiki.md")}:3:57: BCB1-{Selector(3)}-***** (printable)", run.Out, StringComparison.Ordinal);
        Assert.Contains("2 places with backup codes (2 different) in 1 file", run.Out, StringComparison.Ordinal);
        AssertSilent(run);

        Assert.Equal(1, await run.RunAsync("scan", _folder, "--json"));
        Assert.Equal(
            [("machine", 3, 5, Selector(0)), ("printable", 3, 57, Selector(3))],
            run.Json["findings"]!.AsArray().Select(f => ((string)f!["kind"]!, (int)f["line"]!, (int)f["column"]!, (string)f["selector"]!)));
        Assert.True((bool)run.Json["complete"]!);
        AssertSilent(run);
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public async Task Nothing_found_is_exit_0_and_something_that_could_not_be_read_is_exit_3()
    {
        File.WriteAllText(At("a.txt"), "BCB1-ABCDE-ABCDE-ABCDE-ABCDE-ABCDE");
        Assert.Equal(0, await new CliRun().RunAsync("scan", _folder));

        File.WriteAllBytes(At("b.gz"), [0x1f, 0x8b, 0x08, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        var run = new CliRun();
        Assert.Equal(3, await run.RunAsync("scan", _folder, "--json"));
        Assert.False((bool)run.Json["complete"]!);
        Assert.Equal(At("b.gz"), (string?)run.Json["unreadable"]!.AsArray().Single()!["file"]);

        File.WriteAllText(At("c.txt"), _codes[0]);
        Assert.Equal(1, await new CliRun().RunAsync("scan", _folder));
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public async Task What_was_not_looked_into_is_counted_beside_none()
    {
        File.WriteAllText(At("a.txt"), "nothing");
        var run = new CliRun();
        Assert.Equal(0, await run.RunAsync("scan", _folder));
        Assert.DoesNotContain("Not looked into", run.Out, StringComparison.Ordinal);

        File.CreateSymbolicLink(At("link"), At("a.txt"));
        File.WriteAllBytes(At("b.zip"), [0x50, 0x4B, 0x03, 0x04, 0, 0]);
        File.WriteAllBytes(At("c.xz"), [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]);
        foreach (var folder in (string[])["bare/objects", "bare/refs"])
        {
            Directory.CreateDirectory(At(folder));
        }

        File.WriteAllText(At("bare/HEAD"), "ref: refs/heads/main");
        Assert.Equal(0, await run.RunAsync("scan", _folder));
        Assert.Contains("No backup codes in 4 files, 0.0 MiB. Not looked into: 1 symbolic link (not followed), 2 packed files (zip, xz and the like), 1 folder of git objects.", run.Out, StringComparison.Ordinal);
        Assert.Equal(0, await run.RunAsync("scan", _folder, "--json"));
        Assert.Equal((1, 2), ((int)run.Json["links_not_followed"]!, (int)run.Json["packed_not_unpacked"]!));
    }

    [Fact]
    public async Task What_does_not_exist_is_a_usage_error_that_repeats_no_secret()
    {
        var run = new CliRun();
        foreach (var path in (string[])[At("gone"), _codes[0], "x" + _codes[3], CliRun.Token])
        {
            Assert.Equal(2, await run.RunAsync("scan", path));
            AssertSilent(run);
            Assert.DoesNotContain(CliRun.Token, run.Everything, StringComparison.Ordinal);
        }

        Assert.Equal(2, await run.RunAsync("scan"));
        Assert.Equal(2, await run.RunAsync("scan", "-", "-"));
        Assert.Equal(2, await run.RunAsync("scan", _folder, "--report", "--address", "http://broker.example:8400"));
        Assert.Empty(run.Broker.Seen);
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public async Task Each_different_code_is_reported_once_and_exit_1_stays()
    {
        File.WriteAllText(At("a"), string.Join('\n', _codes.Concat(_codes)));
        File.WriteAllText(At("b"), _codes[1].Replace("-", "", StringComparison.Ordinal).ToLowerInvariant());
        var run = new CliRun();
        run.Broker.On(Report, 202, Taken);

        Assert.Equal(1, await run.RunAsync("scan", _folder, "--report"));

        Assert.Equal(_codes.Order(), run.Broker.Seen.Select(s => (string)s.Json["code"]!).Order());
        Assert.All(run.Broker.Seen, s => Assert.Equal(CliRun.Token, s.Token));
        Assert.Contains("Reported 4 of 4 codes. Those that were in use have been ended", run.Out, StringComparison.Ordinal);
        AssertSilent(run);
    }

    [Fact]
    public async Task Nothing_is_reported_where_nothing_was_found()
    {
        File.WriteAllText(At("a"), "nothing");
        var run = new CliRun();
        Assert.Equal(0, await run.RunAsync("scan", _folder, "--report"));
        Assert.Empty(run.Broker.Seen);
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public async Task A_report_that_was_not_answered_is_sent_again_and_then_told()
    {
        File.WriteAllText(At("a"), _codes[0]);
        var run = new CliRun();
        run.Broker.Lost(Report).On(Report, 202, Taken);
        Assert.Equal(1, await run.RunAsync("scan", _folder, "--report"));
        Assert.Equal(2, run.Broker.Seen.Count);

        var never = new CliRun();
        never.Broker.Problem(Report, 503, "unavailable");
        Assert.Equal(3, await never.RunAsync("scan", _folder, "--report", "--json"));
        Assert.Equal((0, 1, "unavailable"), ((int)never.Json["reported"]!, (int)never.Json["not_reported"]!, (string)never.Json["error"]!["code"]!));
        Assert.Single(never.Json["findings"]!.AsArray());
        AssertSilent(never);
    }

    [Fact]
    public async Task A_denied_report_is_told_with_what_would_grant_it()
    {
        File.WriteAllText(At("a"), string.Join(' ', Codes.Set(60)));
        var run = new CliRun();
        run.Broker.Problem(Report, 403, "not-permitted", rest: ""","path":"backup-codes-broker/leaks","stanza":"path \"backup-codes-broker/leaks\" {}" """);
        Assert.Equal(1, await run.RunAsync("scan", _folder, "--report"));
        Assert.Contains("backup-codes-broker/leaks", run.Out, StringComparison.Ordinal);
        Assert.Contains("Reported 0 of 60 codes.", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("have been ended", run.Out, StringComparison.Ordinal);
        Assert.InRange(run.Broker.Seen.Count, 1, 8);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private string Selector(int index) => _codes[index].Substring(5, 5);

    private void AssertSilent(CliRun run) => Assert.All(_codes, code =>
    {
        Assert.DoesNotContain(code[11..], run.Everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(code.Replace("-", "", StringComparison.Ordinal)[9..], run.Everything, StringComparison.OrdinalIgnoreCase);
    });
}
