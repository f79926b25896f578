using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Tests.Reporting;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary><c>bcb report</c>: all pages, in every form, and exit 1 where somebody could not be recovered.</summary>
public sealed class ReportVerbTests : IDisposable
{
    private static readonly JsonSerializerOptions Wire = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private const string First = "GET /v1/report?limit=500";

    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-report-").FullName;

    [Fact]
    public async Task Shows_who_could_not_be_recovered_first_and_why_within_80_columns()
    {
        var run = Run(SampleFleet.Of(50).Rows);

        Assert.Equal(1, await run.RunAsync("report"));

        var lines = run.Out.Split('\n').Select(l => l.TrimEnd('\r')).ToList();
        Assert.Equal("5 of 49 identities could not be recovered today", lines[0]);
        Assert.Equal("as of 2026-11-29 07:00:00 UTC", lines[1]);
        Assert.Equal("1 document could not be read, and listed as not recoverable", lines[2]);
        Assert.Equal("Could not be recovered today:", lines[4]);
        Assert.All(lines, l => Assert.InRange(l.Length, 0, 80));
        Assert.Contains("every code is spent or void, 10 of 10 used", run.Out, StringComparison.Ordinal);
        Assert.Contains("identities          5 not recoverable, 9 at risk, 35 ready, 1 retired", run.Out, StringComparison.Ordinal);
        Assert.Contains("bcb who-can IDENTITY", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_exit_0_where_all_could_be()
    {
        var run = Run([SampleFleet.Of(1).Rows[0]]);
        Assert.Equal(0, await run.RunAsync("report"));
        Assert.StartsWith("The identity could be recovered today", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_every_page_and_prints_them_as_one_document()
    {
        var rows = SampleFleet.Of(3).Rows;
        var run = new CliRun();
        run.Broker.On(First + "&owner=o&label=a%3D1&cause=low", 200, Page([rows[0]], next: "b"));
        run.Broker.On(First + "&after=b&owner=o&label=a%3D1&cause=low", 200, Page([], next: "c"));
        run.Broker.On(First + "&after=c&owner=o&label=a%3D1&cause=low", 200, Page([rows[2]], at: SampleFleet.At.AddSeconds(30)));

        Assert.Equal(0, await run.RunAsync("report", "--owner", "o", "--label", "a=1", "--cause", "low", "--json"));

        Assert.Equal([rows[0].Identity, rows[2].Identity], run.Json["identities"]!.AsArray().Select(i => (string?)i!["identity"]));
        Assert.Null(run.Json["next"]);
        Assert.Equal(3, run.Broker.Seen.Count);
    }

    [Fact]
    public async Task Writes_the_table_and_the_page_into_files()
    {
        var run = Run(SampleFleet.Of(50).Rows);
        var (csv, html) = (Path.Combine(_folder, "report.csv"), Path.Combine(_folder, "report.html"));

        Assert.Equal(1, await run.RunAsync("report", "--csv", csv, "--html", html));

        Assert.Equal(52, (await File.ReadAllTextAsync(csv, TestContext.Current.CancellationToken)).Split("\r\n").Length);
        Assert.Contains("<h1>", await File.ReadAllTextAsync(html, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.StartsWith("5 of 49 identities", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_the_table_and_nothing_else_to_standard_output()
    {
        var run = Run(SampleFleet.Of(2).Rows);
        Assert.Equal(0, await run.RunAsync("report", "--csv", "-"));
        Assert.Equal(4, run.Out.Split("\r\n").Length);
        Assert.StartsWith("identity,external_id,readiness", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Requirement", "R-25")]
    public async Task A_name_commands_no_terminal_and_programs_get_it_as_it_is(bool terminal)
    {
        const string Name = "\u001b]0;owned\u0007\u001b[2J\nx\u202ey";
        var run = Run([SampleFleet.Of(1).Rows[0] with { ExternalId = Name }]);
        run.Terminal = terminal;
        var csv = Path.Combine(_folder, "report.csv");

        Assert.Equal(0, await run.RunAsync("report", "--csv", "-"));

        Assert.Equal(terminal, !run.Out.Contains(Name, StringComparison.Ordinal));
        Assert.Equal(terminal, run.Out.Contains("\u241b]0;owned\u2407\u241b[2J\u240ax⟨U+202E⟩y", StringComparison.Ordinal));
        Assert.Equal(0, await run.RunAsync("report", "--csv", csv));
        Assert.Contains(Name, await File.ReadAllTextAsync(csv, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said()
    {
        var both = Run([]);
        Assert.Equal(2, await both.RunAsync("report", "--csv", "-", "--json"));
        Assert.Empty(both.Broker.Seen);

        var nowhere = Run(SampleFleet.Of(1).Rows);
        Assert.Equal(2, await nowhere.RunAsync("report", "--html", Path.Combine(_folder, "no", "where.html")));

        var refused = new CliRun();
        refused.Broker.Problem(First, 403, "not-permitted");
        Assert.Equal(1, await refused.RunAsync("report"));
        Assert.StartsWith("refused", refused.Error, StringComparison.Ordinal);

        var down = new CliRun();
        down.Broker.Problem(First, 503, "unavailable");
        Assert.Equal(3, await down.RunAsync("report"));
    }

    [Fact]
    public async Task Who_does_not_see_the_fleet_is_told_that_it_is_not_all()
    {
        var run = new CliRun();
        var page = JsonNode.Parse(Page(SampleFleet.Of(1).Rows))!.AsObject();
        page.Remove("complete");
        run.Broker.On(First, 200, page.ToJsonString());
        Assert.Equal(0, await run.RunAsync("report"));
        Assert.Contains("of what you may see", run.Out, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CliRun Run(IReadOnlyList<ReportRow> rows)
    {
        var run = new CliRun();
        run.Broker.On(First, 200, Page(rows));
        return run;
    }

    private static string Page(IReadOnlyList<ReportRow> rows, string? next = null, DateTimeOffset? at = null) => new JsonObject
    {
        ["taken_at"] = at ?? SampleFleet.At,
        ["complete"] = true,
        ["identities"] = JsonSerializer.SerializeToNode(rows, Wire),
        ["next"] = next,
        ["operation_id"] = FakeServer.OperationId,
        ["trace_id"] = FakeServer.TraceId,
    }.ToJsonString();
}
