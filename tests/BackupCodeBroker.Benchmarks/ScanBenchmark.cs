using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BackupCodeBroker.Core.Codes;
using Spectre.Console;

namespace BackupCodeBroker.Benchmarks;

/// <summary>
/// <c>bcb scan</c>, as a process of its own, over a made tree: sources, logs, noise as compressed and encrypted files have it, and one file that is a quarter of it, with codes
/// strewn in: how fast, in how much memory, and that it found each of them; otherwise it measured something else. The second run finds the files in memory.
/// </summary>
internal sealed class ScanBenchmark(string program, int? megabytes = null)
{
    /// <summary>The argument that leaves everything else out; a size in MiB may follow it.</summary>
    public const string Only = "scan";

    private const int Megabytes = 1024;
    private const int FilesInFolder = 64;
    private const int Codes = 200;
    private const double GoalMegabytesPerSecond = 200;
    private const double GoalMemoryMegabytes = 150;
    private const double Mega = 1024 * 1024;
    private const int Seed = 20261203;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private static readonly byte[] Words = Encoding.ASCII.GetBytes(
        "public static async Task<Result> because buffer = new byte[size]; // to be or not to be BCB job_bcb1 abcb 2026-11-29T07:10:00.123Z level=info msg=\"subscriber back\" "
        + "{\"id\":\"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d\",\"blob\":\"QkNCMS1Ibm90IGEgY29kZQ==\"}\n\t");

    /// <summary>Runs it; false where a goal was missed.</summary>
    public async Task<bool> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("bcb-scan-bench-");
        try
        {
            var (files, bytes) = Make(folder.FullName, (megabytes ?? Megabytes) * (long)Mega);
            AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture, $"scan of {bytes / Mega:F0} MiB in {files} files, {Environment.ProcessorCount} processors"));
            var table = new Table().AddColumns("run", "s", "MiB/s", "peak MiB", "goals");
            var reached = await MeasureAsync(table, "first", folder.FullName, files, bytes);
            reached &= await MeasureAsync(table, "again", folder.FullName, files, bytes);
            AnsiConsole.Write(table);
            AnsiConsole.WriteLine($"goals: at least {GoalMegabytesPerSecond} MiB a second, in at most {GoalMemoryMegabytes} MiB, every code found: {(reached ? "reached" : "MISSED")}");
            return reached;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (int Files, long Bytes) Make(string folder, long bytes)
    {
        var random = new Random(Seed);
        var (files, made) = (0, 0L);
        var large = bytes / 4;
        while (made < bytes)
        {
            var into = Directory.CreateDirectory(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"d{files / FilesInFolder:d4}")));
            // From a kilobyte to a megabyte, the small ones more often; the first is the large one.
            var size = files == 0 ? large : Math.Min(bytes - made, 1024L << random.Next(11));
            using var file = File.Create(Path.Combine(into.FullName, string.Create(CultureInfo.InvariantCulture, $"f{files:d6}.txt")));
            Fill(file, random, size, isNoise: files % 4 == 3, code: files < Codes ? Code(files) : null);
            made += size;
            files++;
        }

        return (files, made);
    }

    private static void Fill(FileStream file, Random random, long size, bool isNoise, string? code)
    {
        var chunk = new byte[64 * 1024];
        for (var left = size; left > 0;)
        {
            if (isNoise)
            {
                random.NextBytes(chunk);
            }
            else
            {
                for (var at = 0; at < chunk.Length;)
                {
                    var from = random.Next(Words.Length - 1);
                    var length = Math.Min(Math.Min(Words.Length - from, 1 + random.Next(24)), chunk.Length - at);
                    Words.AsSpan(from, length).CopyTo(chunk.AsSpan(at));
                    at += length;
                }
            }

            var count = (int)Math.Min(left, chunk.Length);
            left -= count;
            // At the very end, behind everything else.
            if (left == 0 && code is not null && count > code.Length)
            {
                Encoding.ASCII.GetBytes("\n" + code).AsSpan(0, code.Length + 1).CopyTo(chunk.AsSpan(count - code.Length - 1));
            }

            file.Write(chunk, 0, count);
        }
    }

    private static string Code(int seed)
    {
        var random = new Random(seed);
        using var code = BackupCode.Create(seed % 2 == 0 ? CodeKind.Machine : CodeKind.Printable, random.NextBytes);
        var text = new char[code.TextLength];
        code.WriteTo(text);
        return new string(text);
    }

    private async Task<bool> MeasureAsync(Table table, string run, string folder, int files, long bytes)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["scan", "--json", folder])
        {
            start.ArgumentList.Add(argument);
        }

        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var peak = await PeakAsync(process);
        var seconds = clock.Elapsed.TotalSeconds;
        Check(await output, await error, Math.Min(files, Codes), bytes);
        var rate = bytes / Mega / seconds;
        var reached = rate >= GoalMegabytesPerSecond && peak <= GoalMemoryMegabytes;
        table.AddRow(run, Figure(seconds, "F2"), Figure(rate), Figure(peak), reached ? "reached" : "MISSED");
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

    private static void Check(string output, string error, int codes, long bytes)
    {
        using var report = output.Length == 0 ? throw new InvalidOperationException("bcb scan said nothing: " + error) : JsonDocument.Parse(output);
        var (found, read) = (report.RootElement.GetProperty("findings").GetArrayLength(), report.RootElement.GetProperty("bytes").GetInt64());
        // Not every file has room for its code.
        if (found > codes || found < codes * 9 / 10 || read != bytes)
        {
            throw new InvalidOperationException($"{found} of {codes} codes were found in {read} of {bytes} bytes");
        }
    }

    private static string Figure(double value, string format = "F0") => value.ToString(format, CultureInfo.InvariantCulture);
}
