using System.IO.Compression;
using System.Text;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Scanning;
using BackupCodeBroker.Tests.Cli;
using Xunit;

namespace BackupCodeBroker.Tests.Scanning;

/// <summary>Files, folders and streams: where codes stand in them, however they are written, read and cut.</summary>
public sealed class ScanRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-scan").FullName;
    private readonly string _code = Codes.Text(1);
    private readonly string _short = Codes.Text(2, CodeKind.Printable);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-32", true)]
    [Trait("Requirement", "R-46")]
    public void A_place_is_a_line_and_a_column_in_every_encoding(string encoding, bool mark)
    {
        var coding = Encoding.GetEncoding(encoding);
        var text = $"first\r\n\u00e4\U0001f600\u2013x={_code.Replace('-', '\u2013')};\n{_short}\nrest {_code}";
        System.IO.File.WriteAllBytes(File("a"), [.. mark ? coding.GetPreamble() : [], .. coding.GetBytes(text)]);

        var report = Scan(File("a"));

        Assert.Equal([CodeKind.Machine, CodeKind.Printable, CodeKind.Machine], report.Finds.Select(f => f.Kind));
        Assert.Equal(2, report.Different);
        // UTF-32 passes for UTF-16 with a zero behind each character: found, at twice the column.
        if (encoding != "utf-32")
        {
            Assert.Equal([(2, 6), (3, 1), (4, 6)], report.Finds.Select(f => ((int)f.Line, (int)f.Column)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [Trait("Requirement", "R-46")]
    public void However_a_stream_is_cut_nothing_is_missed_or_found_twice(int piece)
    {
        var text = new StringBuilder();
        for (var i = 0; i < 40; i++)
        {
            text.Append(new string('x', i * 3)).Append(i % 2 == 0 ? _code : _short).Append(i % 5 == 0 ? "\n" : " b-");
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var whole = Scan(bytes, bytes.Length);
        var cut = Scan(bytes, piece);
        Assert.Equal(40, whole.Count);
        Assert.Equal(whole, cut);
        Assert.Equal(9, cut[^1].Line);
    }

    [Fact]
    public void A_line_of_many_megabytes_is_no_trouble()
    {
        var bytes = new byte[5_000_000];
        bytes.AsSpan().Fill((byte)'b');
        Encoding.ASCII.GetBytes(_code).CopyTo(bytes, 1_048_570);
        Encoding.ASCII.GetBytes(_short).CopyTo(bytes, bytes.Length - _short.Length);
        var found = Scan(bytes, bytes.Length);
        Assert.Equal([(1, 1_048_571), (1, bytes.Length - _short.Length + 1)], found.Select(f => ((int)f.Line, (int)f.Column)));
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public void Folders_are_walked_and_links_are_not()
    {
        Directory.CreateDirectory(File("a/b/c"));
        System.IO.File.WriteAllText(File("a/b/c/deep.txt"), "k: " + _code);
        System.IO.File.WriteAllBytes(File("a/binary"), [0, 1, 2, 0xff, 0xfe, .. Encoding.Unicode.GetBytes(_short), 0, 0xff]);
        System.IO.File.WriteAllText(File("a/.hidden"), _short);
        System.IO.File.WriteAllText(File("a/empty"), "");
        System.IO.File.WriteAllText(File($"a/{_short}.txt"), "nothing");
        Directory.CreateSymbolicLink(File("a/b/loop"), File("a"));
        System.IO.File.CreateSymbolicLink(File("a/again"), File("a/.hidden"));

        var report = Scan(File("a"));

        Assert.Equal(
            [".hidden", $"BCB1-{Selector(_short)}-***** (printable).txt", "b/c/deep.txt", "binary"],
            report.Finds.Select(f => Path.GetRelativePath(File("a"), f.Path)).Order(StringComparer.Ordinal));
        Assert.Equal(0, report.Finds.Single(f => f.Path.EndsWith(".txt", StringComparison.Ordinal) && !f.Path.Contains("deep", StringComparison.Ordinal)).Line);
        Assert.Equal((2, 4, true), (report.Links, report.Files, report.IsComplete));
        // What is named is looked at, be it a link.
        Assert.Single(Scan(File("a/again")).Finds);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    [InlineData("link")]
    [InlineData("link to a folder")]
    [InlineData("dangling link")]
    [InlineData("the folder that is named")]
    [InlineData("the folder that is named with a slash")]
    [Trait("Requirement", "R-46")]
    public void A_name_is_looked_at_where_there_is_nothing_behind_it(string what)
    {
        var path = File("x-" + _code);
        _ = what switch
        {
            "file" => Empty(path),
            "link" => System.IO.File.CreateSymbolicLink(path, Empty(File("a")).FullName),
            "link to a folder" => System.IO.File.CreateSymbolicLink(path, Directory.CreateDirectory(File("a")).FullName),
            "dangling link" => System.IO.File.CreateSymbolicLink(path, File("gone")),
            _ => Directory.CreateDirectory(path),
        };
        var report = Scan(what switch { "the folder that is named" => path, "the folder that is named with a slash" => path + "/", _ => _folder });
        Assert.Equal((0L, Selector(_code)), (Assert.Single(report.Finds).Line, report.Finds[0].Selector));
        Assert.Equal((0L, true), (report.Files, report.IsComplete));

        static FileSystemInfo Empty(string path)
        {
            System.IO.File.WriteAllBytes(path, []);
            return new FileInfo(path);
        }
    }

    [Fact]
    public void What_gzip_packed_is_looked_into_and_what_is_damaged_is_told()
    {
        using (var packed = new GZipStream(System.IO.File.Create(File("good.gz")), CompressionLevel.Fastest))
        {
            packed.Write(Encoding.UTF8.GetBytes("one\n" + _code));
        }

        var whole = System.IO.File.ReadAllBytes(File("good.gz"));
        System.IO.File.WriteAllBytes(File("damaged.gz"), [.. whole.AsSpan(0, 12), 0xff, 0xff, 0xff, .. whole.AsSpan(20)]);
        System.IO.File.WriteAllText(File("plain"), _short);

        var report = Scan(_folder);

        Assert.Equal(["good.gz", "plain"], report.Finds.Select(f => Path.GetFileName(f.Path)));
        Assert.Equal((File("damaged.gz"), "is packed by gzip, and damaged or cut off"), Assert.Single(report.Unreadable));
        Assert.False(report.IsComplete);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(40)]
    [Trait("Requirement", "R-46")]
    public void What_gzip_packed_and_was_cut_off_is_told_wherever_the_cut_is(int missing)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(_code + "\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"line {i * i}\n"))));
        }

        System.IO.File.WriteAllBytes(File("cut.gz"), packed.ToArray()[..^missing]);
        var report = Scan(_folder);
        Assert.Equal((File("cut.gz"), "is packed by gzip, and damaged or cut off"), Assert.Single(report.Unreadable));
        Assert.False(report.IsComplete);
        // What came before is looked at all the same.
        Assert.Single(report.Finds);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [Trait("Requirement", "R-46")]
    public void What_gzip_packed_is_looked_into_where_it_cannot_be_read_anew(int piece)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes("one\n" + _code));
        }

        var whole = packed.ToArray();
        Assert.Equal([(2, 1)], Scan(whole, piece).Select(f => ((int)f.Line, (int)f.Column)));
        using var codes = new FoundCodes();
        byte[] damaged = [.. whole.AsSpan(0, 12), 0xff, 0xff, 0xff, .. whole.AsSpan(20)];
        var report = new ScanRun(codes, () => new Pieces(damaged, piece), (_, _) => { }).Run(["-"], CancellationToken.None);
        Assert.Equal((0L, ("-", "is packed by gzip, and damaged or cut off")), (report.Packed, Assert.Single(report.Unreadable)));
    }

    [Theory]
    [InlineData("504B0304", true)]
    [InlineData("FD377A585A00", true)]
    [InlineData("28B52FFD", true)]
    [InlineData("425A6839314159265359", true)]
    [InlineData("377ABCAF271C", true)]
    [InlineData("04224D18", true)]
    [InlineData("526172211A0700", true)]
    [InlineData("504B", false)]
    [InlineData("425A6868656C6C6F", false)]
    [InlineData("EFBBBF61", false)]
    [Trait("Requirement", "R-46")]
    public void What_others_packed_is_counted_and_looked_at_as_it_is(string head, bool isPacked)
    {
        System.IO.File.WriteAllBytes(File("a"), [.. Convert.FromHexString(head), (byte)'\n', .. Encoding.UTF8.GetBytes(_code)]);
        var report = Scan(File("a"));
        Assert.Equal((isPacked ? 1 : 0, true), (report.Packed, report.IsComplete));
        Assert.Equal(2, Assert.Single(report.Finds).Line);
    }

    [Theory]
    [InlineData("")]
    [InlineData("b")]
    [InlineData("bcbcb")]
    public void However_short_a_text_is_it_is_looked_at(string text)
    {
        System.IO.File.WriteAllBytes(File("a"), [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text + "\n")]);
        Assert.Equal((1L, (long)text.Length + 1), (Scan(File("a")).Files, Scan(File("a")).Bytes));
    }

    [Fact]
    public void The_packed_objects_of_a_repository_are_told_of()
    {
        Directory.CreateDirectory(File(".git/objects/ab"));
        Directory.CreateDirectory(File(".git/refs"));
        Directory.CreateDirectory(File("src/objects"));
        System.IO.File.WriteAllText(File(".git/HEAD"), "ref: refs/heads/main");
        System.IO.File.WriteAllText(File(".git/objects/ab/cd"), _code);
        System.IO.File.WriteAllText(File(".git/config"), "url = https://x:" + _code + "@example.org");
        System.IO.File.WriteAllText(File("src/objects/a"), _short);

        var report = Scan(_folder);

        Assert.Equal([File(".git/config"), File("src/objects/a")], report.Finds.Select(f => f.Path));
        Assert.Equal([File(".git/objects")], report.ObjectStores);
    }

    [Fact]
    public void A_file_that_is_named_twice_is_found_once_and_a_missing_one_is_told()
    {
        System.IO.File.WriteAllText(File("a"), _code);
        var report = Run([File("a"), _folder, File("gone")]);
        Assert.Single(report.Finds);
        Assert.Equal((File("gone"), "is gone"), Assert.Single(report.Unreadable));
    }

    private static string Selector(string code)
    {
        using var parsed = ((BackupCodeParse.Parsed)BackupCode.Parse(code)).Code;
        return parsed.Selector;
    }

    private static List<(long Line, long Column, string Selector)> Scan(byte[] bytes, int piece)
    {
        List<(long, long, string)> found = [];
        using var scan = new StreamScan((code, line, column) => found.Add((line, column, code.Selector)), _ => { });
        scan.Run(new Pieces(bytes, piece), CancellationToken.None);
        return found;
    }

    private static ScanReport Scan(string path) => Run([path]);

    private static ScanReport Run(string[] paths)
    {
        using var codes = new FoundCodes();
        return new ScanRun(codes, () => Stream.Null, (_, _) => { }).Run(paths, CancellationToken.None);
    }

    private string File(string name) => Path.Combine(_folder, name);

    /// <summary>A stream that gives so many bytes at a time, as pipes do.</summary>
    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(piece, buffer.Length)]);
    }
}
