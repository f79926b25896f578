using System.Globalization;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Reporting.Rendering;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Reporting;

/// <summary>A spreadsheet shows what it is given and computes nothing.</summary>
public sealed class ReportCsvTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+49 30", "'+49 30")]
    [InlineData("-2", "'-2")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("  =cmd|' /C calc'!A0", "'  =cmd|' /C calc'!A0")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("＝1", "'＝1")]
    [InlineData("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"")]
    [InlineData("a;b", "\"a;b\"")]
    public void A_cell_is_text_and_no_formula(string text, string cell) => Assert.Equal(cell, ReportCsv.Cell(text));

    [Fact]
    public void Any_text_is_one_cell_that_reads_back_and_begins_no_formula()
    {
        var piece = Gen.OneOf(Gen.OneOf("=", "+", "-", "@", "\t", "\r", "\n", "\"", ",", ";", " ", "\r\n"), Gen.String[0, 4]);
        piece.Array[0, 6].Select(string.Concat).Sample(text =>
        {
            var cells = Assert.Single(Read(ReportCsv.Cell(text) + ",x\r\n"));
            Assert.Equal(2, cells.Count);
            Assert.True(cells[0] == text || cells[0] == "'" + text, cells[0]);
            Assert.False(cells[0].TrimStart(' ') is ['=' or '+' or '-' or '@', ..], cells[0]);
        });
    }

    [Fact]
    public void Every_identity_is_a_line_of_as_many_cells_as_the_head_has()
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        ReportCsv.Write(writer, SampleFleet.Of(120).Rows.Append(ReportRow.OfNothing("team-a.gone", removed: true)));
        var lines = Read(writer.ToString());
        Assert.Equal(122, lines.Count);
        Assert.All(lines, l => Assert.Equal(lines[0].Count, l.Count));
        Assert.Equal(["identity", "external_id", "readiness", "causes", "state"], lines[0].Take(5));
        Assert.Equal(["team-a.gone", "", "not-recoverable", "removed", "removed"], lines[^1].Take(5));
    }

    // A reader of its own, by the grammar of RFC 4180.
    private static List<List<string>> Read(string text)
    {
        List<List<string>> lines = [];
        List<string> line = [];
        for (var at = 0; at < text.Length;)
        {
            var cell = "";
            if (text[at] == '"')
            {
                for (at++; text[at] != '"' || at + 1 < text.Length && text[at + 1] == '"'; at++)
                {
                    at += text[at] == '"' ? 1 : 0;
                    cell += text[at];
                }

                at++;
            }
            else
            {
                while (text[at] is not (',' or '\r'))
                {
                    cell += text[at++];
                }
            }

            line.Add(cell);
            if (text[at] == ',')
            {
                at++;
                continue;
            }

            Assert.Equal("\r\n", text.Substring(at, 2));
            at += 2;
            lines.Add(line);
            line = [];
        }

        return lines;
    }
}
