using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// <c>bcb audit</c>, as a process of its own, over a made log of a busy Vault: how fast, in how much memory, and that it found every access explained; otherwise it
/// measured something else.
/// </summary>
internal sealed class AuditBenchmark(string program, int? megabytes = null)
{
    /// <summary>The argument that leaves everything else out; a size in MiB may follow it.</summary>
    public const string Only = "audit";

    private const int Megabytes = 220;
    private const double GoalMegabytesPerMinute = 200;
    private const double GoalMemoryMegabytes = 150;
    private const int Seed = 20261102;
    private const double Mega = 1024 * 1024;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs it; false where a goal was missed.</summary>
    public async Task<bool> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("bcb-audit-bench-");
        try
        {
            var (log, records) = (Path.Combine(folder.FullName, "audit.log"), Path.Combine(folder.FullName, "access.jsonl"));
            var (bytes, operations) = Make(log, records, (megabytes ?? Megabytes) * (long)Mega);
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"audit of {bytes / Mega:F0} MiB of Vault's log, {operations} consumptions, {Environment.ProcessorCount} processors"));
            var table = new Table().AddColumns("log", "on disk MiB", "s", "MiB/min", "peak MiB", "goals");
            var reached = await MeasureAsync(table, "plain", log, records, bytes, operations);
            var packed = Pack(log);
            reached &= await MeasureAsync(table, "gzip", packed, records, bytes, operations);
            AnsiConsole.Write(table);
            AnsiConsole.WriteLine($"goals: at least {GoalMegabytesPerMinute} MiB of log a minute, in at most {GoalMemoryMegabytes} MiB: {(reached ? "reached" : "MISSED")}");
            return reached;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (long Bytes, int Operations) Make(string log, string records, long bytes)
    {
        using var logWriter = new StreamWriter(log, append: false, Encoding.ASCII, bufferSize: 1 << 20);
        using var recordWriter = new StreamWriter(records, append: false, Encoding.ASCII, bufferSize: 1 << 16);
        var made = new AuditLog(logWriter, recordWriter, Seed);
        made.Write(bytes);
        return (made.Bytes, made.Operations);
    }

    private static string Pack(string log)
    {
        var packed = log + ".gz";
        using (var from = File.OpenRead(log))
        using (var to = new GZipStream(File.Create(packed), CompressionLevel.Fastest))
        {
            from.CopyTo(to);
        }

        File.Delete(log);
        return packed;
    }

    private async Task<bool> MeasureAsync(Table table, string kind, string log, string records, long bytes, int operations)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["audit", "--json", log, records])
        {
            start.ArgumentList.Add(argument);
        }

        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var peak = await PeakAsync(process);
        var seconds = clock.Elapsed.TotalSeconds;
        Check(await output, await error, operations);
        var rate = bytes / Mega / seconds * 60;
        var reached = rate >= GoalMegabytesPerMinute && peak <= GoalMemoryMegabytes;
        table.AddRow(kind, Figure(new FileInfo(log).Length / Mega), Figure(seconds, "F1"), Figure(rate), Figure(peak), reached ? "reached" : "MISSED");
        return reached;
    }

    // The most memory that it ever had, which only the kernel has seen; 0 where there is no /proc.
    private static async Task<double> PeakAsync(Process process)
    {
        var peak = 0.0;
        var status = $"/proc/{process.Id}/status";
        while (!process.HasExited)
        {
            try
            {
                var line = File.Exists(status) ? (await File.ReadAllLinesAsync(status)).FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)) : null;
                peak = line is null ? peak : long.Parse(line.AsSpan(6).Trim(" \tkB"), CultureInfo.InvariantCulture) / 1024.0;
            }
            catch (IOException)
            {
                // It ended while we looked.
            }

            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(BetweenLooks));
        }

        return peak;
    }

    private static void Check(string output, string error, int operations)
    {
        using var report = output.Length == 0 ? throw new InvalidOperationException("bcb audit said nothing: " + error) : JsonDocument.Parse(output);
        if (!report.RootElement.TryGetProperty("totals", out var totals))
        {
            throw new InvalidOperationException("bcb audit failed: " + output);
        }

        if (totals.GetProperty("operations_found").GetInt32() != operations || !report.RootElement.GetProperty("explained").GetBoolean())
        {
            throw new InvalidOperationException($"not every access of the made log is explained: {report.RootElement.GetProperty("verdict")}, {totals}");
        }
    }

    private static string Figure(double value, string format = "F0") => value.ToString(format, CultureInfo.InvariantCulture);
}
