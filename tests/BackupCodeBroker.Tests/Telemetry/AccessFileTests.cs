using System.Text.Json;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Telemetry;
using Xunit;

namespace BackupCodeBroker.Tests.Telemetry;

/// <summary>The access file loses nothing that it could keep, keeps nobody waiting, and belongs to one process.</summary>
public sealed class AccessFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-file-").FullName;
    private readonly LossWatch _watch = new();

    private string Place => Path.Combine(_folder, "access.jsonl");

    [Fact]
    public async Task Records_are_lines_in_their_order_for_the_owner_alone()
    {
        await WriteAsync(0, 3_000);
        Assert.Equal(Enumerable.Range(0, 3_000), Generations(Place));
        Assert.Equal(0, _watch.Count("bcb.telemetry.dropped", "access-file", "queue-full"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Place));
        }
    }

    [Fact]
    public async Task A_later_process_appends()
    {
        await WriteAsync(0, 2);
        await WriteAsync(2, 2);
        Assert.Equal([0, 1, 2, 3], Generations(Place));
    }

    [Fact]
    public async Task A_rotation_that_renames_the_file_needs_no_signal()
    {
        await using (var file = AccessFile.Open(Place, _watch.Loss))
        {
            file.Write(Numbered(0));
            await UntilAsync(() => new FileInfo(Place).Length > 0);
            File.Move(Place, Place + ".1");
            file.Write(Numbered(1));
        }

        Assert.Equal([0], Generations(Place + ".1"));
        Assert.Equal([1], Generations(Place));
    }

    [Fact]
    public async Task A_line_that_a_crash_cut_short_does_not_swallow_the_next()
    {
        await File.WriteAllTextAsync(Place, "{\"time\":\"2026", TestContext.Current.CancellationToken);
        await WriteAsync(0, 1);
        Assert.Equal(2, File.ReadAllLines(Place).Length);
        Assert.Equal(0, JsonDocument.Parse(File.ReadAllLines(Place)[1]).RootElement.GetProperty("generation").GetInt32());
    }

    [Fact]
    public async Task Two_processes_cannot_have_the_same_file_and_the_second_is_told_so()
    {
        await using (AccessFile.Open(Place, _watch.Loss))
        {
            var refusal = Assert.Throws<AccessFileException>(() => AccessFile.Open(Place, _watch.Loss));
            Assert.Equal($"telemetry.access_file: another process writes {Place}; each broker needs a file of its own", refusal.Message);
        }

        await AccessFile.Open(Place, _watch.Loss).DisposeAsync();
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_told_at_once() => Assert.StartsWith(
        $"telemetry.access_file: {Path.Combine(_folder, "nowhere", "a")} cannot be written",
        Assert.Throws<AccessFileException>(() => AccessFile.Open(Path.Combine(_folder, "nowhere", "a"), _watch.Loss)).Message,
        StringComparison.Ordinal);

    [Fact]
    [Trait("Requirement", "R-39")]
    public async Task While_the_disk_refuses_nobody_waits_what_fits_is_kept_and_what_does_not_is_counted()
    {
        const int Made = 12_000;
        await using (var file = AccessFile.Open(Place, _watch.Loss))
        {
            File.Delete(Place);
            Directory.CreateDirectory(Place);
            for (var i = 0; i < Made; i++)
            {
                file.Write(Numbered(i));
            }

            Assert.InRange(_watch.Count("bcb.telemetry.queue", "access-file"), 1, AccessFile.Capacity);
            Assert.True(_watch.Count("bcb.telemetry.dropped", "access-file", "queue-full") > 0);
            await UntilAsync(() => _watch.Count("bcb.telemetry.failed_exports", "access-file") > 0);
            Directory.Delete(Place);
        }

        Assert.Equal(Made, Generations(Place).Count + _watch.Count("bcb.telemetry.dropped", "access-file", "queue-full"));
        Assert.Single(_watch.Lines, l => l.StartsWith("Warning: telemetry is not delivered (access-file)", StringComparison.Ordinal));
        Assert.Single(_watch.Lines, l => l.StartsWith("Information: telemetry is delivered again (access-file)", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R-39")]
    public async Task What_cannot_be_written_before_the_end_is_counted_and_told()
    {
        await using (var file = AccessFile.Open(Place, _watch.Loss))
        {
            File.Delete(Place);
            Directory.CreateDirectory(Place);
            for (var i = 0; i < 10; i++)
            {
                file.Write(Numbered(i));
            }
        }

        Assert.Equal(10, _watch.Count("bcb.telemetry.dropped", "access-file", "shutdown"));
        Assert.Contains("Warning: telemetry was not delivered before the end (access-file): 10", _watch.Lines);
    }

    public void Dispose()
    {
        _watch.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WriteAsync(int from, int count)
    {
        await using var file = AccessFile.Open(Place, _watch.Loss);
        for (var i = from; i < from + count; i++)
        {
            file.Write(Numbered(i));
        }
    }

    private static AccessRecord Numbered(int number) => Given.Least with { Generation = number };

    private static List<int> Generations(string path) =>
        [.. File.ReadAllLines(path).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("generation").GetInt32())];

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            await beat.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
