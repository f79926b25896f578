using System.Diagnostics;
using System.Globalization;
using System.Net;
using BackupCodeBroker.IntegrationTests.Kit;
using Spectre.Console;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// The report of a broker that does not lead, over a fleet such as a sweep's: how long the first request waits for the look at the fleet, how much memory that takes
/// over a broker that does nothing, and how long all pages take then, plain and through a filter that lets little through.
/// </summary>
internal sealed class ReportBenchmark(BenchDeployment bench, int? identities = null)
{
    /// <summary>The argument that leaves everything else out; a number of identities may follow it.</summary>
    public const string Only = "report";

    private const int Identities = 20_000;
    private const int PageSize = 500;
    private const double GoalSeconds = 30;
    private const double GoalMegabytes = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private int Count => identities ?? Identities;

    /// <summary>Runs it; false where a goal was missed.</summary>
    public async Task<bool> RunAsync()
    {
        await new BenchFleet(bench).MakeAsync(Count);
        var auditor = await bench.PersonAsync("report");
        var (address, process) = await bench.StartBrokerAsync(new Dictionary<string, string>());
        await Task.Delay(Settling);
        var before = ProcessMemory.Megabytes(process);
        using var client = new HttpClient { BaseAddress = new Uri(address), Timeout = Patience };
        client.DefaultRequestHeaders.Add("X-Vault-Token", auditor.Token);

        var watch = Stopwatch.StartNew();
        var first = PageAsync(client, $"?limit={PageSize}");
        var peak = await ProcessMemory.PeakAsync(process, first, Patience);
        var summary = (await first).Json.GetProperty("summary").GetProperty("identities").GetInt32();
        var look = watch.Elapsed.TotalSeconds;

        watch.Restart();
        var (pages, rows) = await AllAsync(client, "");
        var paging = watch.Elapsed.TotalSeconds;
        watch.Restart();
        var (_, expired) = await AllAsync(client, "&state=expired");
        var filtered = watch.Elapsed.TotalSeconds;

        var complete = summary == Count && rows == Count && expired == Count / BenchFleet.Owners;
        var reached = complete && peak - before <= GoalMegabytes && look * Identities <= GoalSeconds * Math.Max(Count, Identities);
        var table = new Table().AddColumns("identities", "look, s", "idle MiB", "peak MiB", "over idle MiB", "all pages, s", "a page, ms", "filtered, s");
        table.AddRow(Count.ToString(CultureInfo.InvariantCulture), Figure(look), Figure(before), Figure(peak), Figure(peak - before), Figure(paging), Figure(1000 * paging / pages), Figure(filtered));
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"goals: {Identities} within {GoalSeconds} s, at most {GoalMegabytes} MiB over idle, nothing left out: {(reached ? "reached" : "MISSED")}");
        return reached;
    }

    private static async Task<(int Pages, int Rows)> AllAsync(HttpClient client, string filter)
    {
        var (pages, rows) = (0, 0);
        for (string? after = null; ; pages++)
        {
            var page = (await PageAsync(client, $"?limit={PageSize}{filter}{(after is null ? "" : "&after=" + after)}")).Json;
            rows += page.GetProperty("identities").GetArrayLength();
            if (!page.TryGetProperty("next", out var next))
            {
                return (pages + 1, rows);
            }

            after = next.GetString();
        }
    }

    private static async Task<ApiReply> PageAsync(HttpClient client, string query)
    {
        using var answer = await client.GetAsync("/v1/report" + query);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode == HttpStatusCode.OK
            ? new ApiReply((int)answer.StatusCode, text, answer.Headers, answer.Content.Headers.ContentType)
            : throw new InvalidOperationException(text);
    }

    private static string Figure(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
