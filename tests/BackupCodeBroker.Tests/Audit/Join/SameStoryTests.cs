using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using BackupCodeBroker.Audit.Report;
using BackupCodeBroker.Core.Audit;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Audit.Join;

/// <summary>However a story is told, by several devices, twice, in parts, packed, the audit of it is the same; and told in pieces, it never fails.</summary>
public sealed class SameStoryTests : IDisposable
{
    private static readonly Story Told = Tell();
    private static readonly string Expected = Essence(Told.Audit());

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bcb-audit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void There_is_something_to_find()
    {
        Assert.Equal(
            [FindingKind.ForeignAccess, FindingKind.UnwrappedByAnother, FindingKind.AccessWithoutRecord, FindingKind.SecondUnwrap],
            Told.Audit().Findings.Select(f => f.Kind));
    }

    [Fact]
    public void Lines_that_come_twice_count_once() => Gen.Int[0, 1000].Array[Told.Lines().Count].Sample(
        dice => Assert.Equal(Expected, Essence(Story.Audit([[.. Told.Lines().SelectMany((l, i) => dice[i] < 300 ? new[] { l, l } : [l])], Told.Records]))),
        iter: 20);

    [Fact]
    public void Two_devices_are_one_log() => Assert.Equal(Expected, Essence(Story.Audit([Told.Lines(), Told.Lines("two"), Told.Records])));

    [Fact]
    public void Two_devices_whose_lines_are_shuffled_into_one_file_are_one_log() => Gen.Bool.Array[Told.Lines().Count].Sample(
        coins =>
        {
            var (one, two) = (Told.Lines(), Told.Lines("two"));
            List<string> both = [.. one.Zip(two).SelectMany((pair, i) => coins[i] ? new[] { pair.First, pair.Second } : [pair.Second, pair.First])];
            Assert.Equal(Expected, Essence(Story.Audit([both, Told.Records])));
        },
        iter: 20);

    [Fact]
    public void Parts_of_a_rotated_log_are_one_log_plain_or_packed_in_any_order() =>
        Gen.Select(Gen.Int[1, Told.Lines().Count - 1].Array[1, 5], Gen.Bool, Gen.Bool).Sample(
            (cuts, packed, backwards) =>
            {
                var lines = Told.Lines();
                int[] ends = [0, .. cuts.Distinct().Order(), lines.Count];
                var parts = ends.Zip(ends.Skip(1)).Select(c => Write(string.Concat(lines.Take(c.Second).Skip(c.First).Select(l => l + "\n")), packed)).ToList();
                var records = Write(string.Concat(Told.Records.Select(l => l + "\n")), packed);
                List<string> files = [.. backwards ? Enumerable.Reverse(parts) : parts, records];
                Assert.Equal(Expected, Essence(Story.Audit(files, null, null)));
            },
            iter: 20);

    [Fact]
    public void A_file_that_ends_anywhere_is_read_as_far_as_it_goes() => Gen.Select(Gen.Double[0, 1], Gen.Bool).Sample(
        (where, packed) =>
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(Told.Lines().Select(l => l + "\n")));
            var whole = packed ? Packed(bytes) : bytes;
            var cut = whole[..(int)(whole.Length * where)];
            var path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString());
            File.WriteAllBytes(path, cut);
            var report = Story.Audit([path, Write(string.Concat(Told.Records.Select(l => l + "\n")), false)], null, null);
            if (!packed && cut.Length > 0 && cut[^1] != '\n' && Array.LastIndexOf(cut, (byte)'\n') is var last && cut[^1] != '}')
            {
                Assert.Equal(last + 1, Assert.Single(report.Unreadable).Offset);
            }
        },
        iter: 60);

    [Fact]
    public void Bytes_changed_anywhere_never_stop_the_run() => Gen.Select(Gen.Int[0, 1_000_000], Gen.Byte).Array[1, 40].Sample(
        changes =>
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(Told.Lines().Select(l => l + "\n")));
            foreach (var (at, value) in changes)
            {
                bytes[at % bytes.Length] = value;
            }

            var path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString());
            File.WriteAllBytes(path, bytes);
            Story.Audit([path], null, null);
        },
        iter: 60);

    [Fact]
    public void Lines_behind_a_prefix_of_syslogs_are_read() => Assert.Equal(Expected, Essence(Story.Audit(
        [[.. Told.Lines().Select(l => "<134>1 2026-11-25T08:00:00Z host vault 1 - - " + l)], Told.Records])));

    [Fact]
    public void Records_of_a_collector_are_records() => Assert.Equal(Expected, Essence(Story.Audit([Told.Lines(), [.. Told.Records.Select(Otlp.Of)]])));

    private static Story Tell()
    {
        var story = new Story();
        story.Claim("a.x", 1);
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1);
        story.Say("read", "backup-codes/data/identities/bcb.a.x", "root", Story.Root);
        story.Issue("a.x", 2);
        story.Unwrap("a.x", 2, "thief", Story.Thief);
        story.Operate("consume", "a.x", "verifier", Story.Verifier, 1, record: false);
        story.Pass(TimeSpan.FromMinutes(20));
        story.Claim("a.y", 1);
        story.Unwrap("a.y", 1, "thief", Story.Thief, fails: true);
        story.Operate("status", "a.y", "owner", Story.Owner, writes: false);
        return story;
    }

    // What does not depend on which file or copy a line stood in.
    private static string Essence(AuditReport report)
    {
        var json = AuditJson.Write(report);
        json.Remove("sources");
        foreach (var found in json["findings"]!.AsArray().Concat(json["notices"]!.AsArray()).Select(f => f!.AsObject()))
        {
            found.Remove("place");
            (found["who"] as JsonObject)?.Remove("accessor");
        }

        foreach (var happened in json["sets"]!.AsArray().SelectMany(s => s!["events"]!.AsArray()))
        {
            (happened!["by"] as JsonObject)?.Remove("accessor");
        }

        var text = json.ToJsonString();
        return System.Text.RegularExpressions.Regex.Replace(text, " \\(accessor hmac-sha256:[0-9a-f]+\\)", "");
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private string Write(string text, bool packed)
    {
        var path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString());
        var bytes = Encoding.UTF8.GetBytes(text);
        File.WriteAllBytes(path, packed ? Packed(bytes) : bytes);
        return path;
    }
}
