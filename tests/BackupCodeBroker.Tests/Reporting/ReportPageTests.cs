using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Pages;
using BackupCodeBroker.Reporting.Rendering;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Reporting;

/// <summary>The page is read as XML, which forgives nothing: what is not closed, not escaped or not text shows at once.</summary>
public sealed class ReportPageTests
{
    public static TheoryData<int> Sizes => [0, 1, 50, 5_000, 6_000];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Is_well_formed_bounded_and_loads_and_runs_nothing_but_its_own(int size)
    {
        var text = Text(SampleFleet.Of(size));
        Assert.InRange(text.Length, 1_000, 12_000_000);
        // For people to look at, in a folder of their own.
        if (Environment.GetEnvironmentVariable("BCB_TEST_REPORT_PAGES") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, $"fleet-{size}.html"), text);
        }

        var page = Parse(text);
        var policy = Assert.Single(page.Descendants("meta"), m => (string?)m.Attribute("http-equiv") == "Content-Security-Policy").Attribute("content")!.Value;
        Assert.Matches("^default-src 'none'; style-src 'sha256-[^' ]+'; script-src 'sha256-[^' ]+'; base-uri 'none'; form-action 'none'$", policy);
        Assert.Contains(Hash(Assert.Single(page.Descendants("script")).Value), policy, StringComparison.Ordinal);
        Assert.Contains(Hash(Assert.Single(page.Descendants("style")).Value), policy, StringComparison.Ordinal);
        var ids = page.Descendants().Attributes("id").Select(a => a.Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(page.Descendants().Attributes(), a => Assert.True(
            a.Name.LocalName switch
            {
                "href" => a.Value.StartsWith('#') && ids.Contains(a.Value[1..]),
                "src" or "srcset" or "action" or "data" or "style" or "ping" => false,
                var name => !name.StartsWith("on", StringComparison.Ordinal),
            },
            a.ToString()));
    }

    [Fact]
    public void Begins_with_who_could_not_be_recovered_and_why()
    {
        var main = Parse(Text(SampleFleet.Of(50))).Descendants("main").Single().Elements().ToList();
        Assert.Equal(["header", "figure", "nav", "section"], main.Take(4).Select(e => e.Name.LocalName));
        Assert.Contains("5 of 49 identities could not be recovered today", main[0].Value, StringComparison.Ordinal);
        Assert.Contains("Every code is spent: 1", main[0].Value, StringComparison.Ordinal);
        Assert.Contains("as of 2026-11-29 07:00 UTC, the whole fleet; 1 document could not be read", main[0].Value, StringComparison.Ordinal);
        Assert.Equal("not-recoverable", main[3].Attribute("id")!.Value);
        Assert.Equal(5, main[3].Descendants("li").Count());
        Assert.Contains("Its owner is gone from Vault", main[3].Value, StringComparison.Ordinal);
        Assert.Contains("bcb claim ", main[3].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_so_where_all_is_well_and_where_there_is_nothing()
    {
        Assert.Equal("verdict good", Parse(Text(SampleFleet.Of(1))).Descendants("header").Single().Attribute("class")!.Value);
        var empty = Parse(Text(SampleFleet.Of(0))).Descendants("header").Single();
        Assert.Equal("verdict warn", empty.Attribute("class")!.Value);
        Assert.Contains("no identity to report on", empty.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_where_it_was_cut()
    {
        var page = Parse(Text(SampleFleet.Of(6_000)));
        Assert.Equal(5_000, page.Descendants("tr").Count(r => r.Attribute("data-row") is not null));
        Assert.Contains("1,000 identities more: bcb report --csv FILE", page.Root!.Value, StringComparison.Ordinal);
        Assert.Contains("20 more: bcb report --cause used-up --csv FILE", page.Root!.Value, StringComparison.Ordinal);
        Assert.Contains("600 of 5,880 identities could not be recovered today", page.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_shown_as_it_is_and_changes_nothing_else()
    {
        var shape = Shape(Parse(Text(With("x"))));
        string[] nasty = ["</script>", "<!--", "-->", "]]>", "<svg onload=x>", "&#0;", "&lt;", "\"", "'", "`", "javascript:", "\u202E", "\0", "\r\n", "\uFFFE", "\uDC00"];
        var fragment = Gen.OneOf(Gen.Int[0, nasty.Length - 1].Select(i => nasty[i]), Gen.Char.Select(c => c.ToString()), Gen.String[0, 8]);
        fragment.Array[0, 10].Select(parts => string.Concat(parts) + ".").Sample(
            text =>
            {
                var page = Parse(Text(With(text)));
                // Names between backquotes in a remedy are the one thing that a text can change: they look like code.
                Assert.Equal(shape, Shape(page));
                Assert.Contains(page.Descendants("span"), s => s.Value == Visible.Of(text));
            },
            iter: 60);
    }

    // Every text that a row has and that others chose, with something hostile in its place.
    private static FleetReport With(string text) => SampleFleet.Report(
    [
        SampleFleet.Of(1).Rows[0] with
        {
            Identity = "team-a.x",
            ExternalId = text,
            Profile = text,
            State = text,
            Owner = new ReportOwner(text, text, text, text),
            Labels = new Dictionary<string, string> { [text] = text },
            LastConsumedBy = text,
            Readiness = Readiness.NotRecoverable,
            Causes = ["suspended", text],
            Suspension = new ReportSuspension(SampleFleet.At, text),
            Previous = new ReportEnd(1, text, SampleFleet.At, 1, 1),
            Active = SampleFleet.Of(1).Rows[0].Active! with { IssuedBy = text, ActivatedBy = text, Kind = text },
        },
    ]);

    private static string Shape(XDocument page) => string.Join(' ', page.Descendants().Select(e => e.Name + ":" + string.Join(',', e.Attributes().Select(a => a.Name))));

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static XDocument Parse(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    private static string Text(FleetReport report)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        ReportPage.Write(writer, report, SampleFleet.At.AddMinutes(1));
        return writer.ToString();
    }
}
