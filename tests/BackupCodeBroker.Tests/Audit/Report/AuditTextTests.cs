using System.Globalization;
using BackupCodeBroker.Audit.Report;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Audit;
using Xunit;

namespace BackupCodeBroker.Tests.Audit.Report;

public sealed class AuditTextTests
{
    [Fact]
    public void Begins_with_the_verdict()
    {
        Assert.Equal(
            "8 findings: 2 unexplained accesses, 2 suspicious deliveries, 1 gap in the records, 3 changes to what protects codes; 2 lines could not be read", Lines(SampleReports.Week())[0]);
        Assert.Equal("Every access is explained: 1,003,721 requests, 90,412 operations", Lines(SampleReports.Calm())[0]);
        Assert.StartsWith("Nothing to explain", Lines(SampleReports.Empty())[0], StringComparison.Ordinal);
        Assert.StartsWith("2,311 findings: ", Lines(SampleReports.Many(3))[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_finding_says_when_who_what_where_and_what_to_search_for()
    {
        var lines = Lines(SampleReports.Week());
        var at = Array.IndexOf(lines, "2. Code data touched past the broker (foreign-access).");
        Assert.True(at > 0);
        Assert.Equal(
            [
                "2. Code data touched past the broker (foreign-access).",
                "   The document of team-a.deployer was read with a root token that is not the",
                "   broker's. The request carries the trace of an operation, which any caller can",
                "   choose and explains nothing.",
                "   when       2026-11-17 03:23:59.999 UTC",
                "   who        root, a root token, from 10.66.6.6",
                "   codes of   team-a.deployer, generation 1",
                "   what       read backup-codes/data/identities/bcb.team-a.deployer",
                "              list backup-codes/metadata/identities",
                "   stands at  vault-1/audit.log.2.gz:312044",
                "   request    5be0f8d1-71ef-4b0e-a6f6-0b27f1a7cc10",
                "              a6b9f6e2-9a55-4c61-8a6e-1e0d1f64ab22",
                "              c1a8c2a4-6f09-49bb-bd0a-7a93d1d0aa31",
                "   trace      4bf92f3577b34da6a3ce929d0e0e4736",
            ],
            lines.Skip(at).Take(14));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fits_80_columns(bool watched)
    {
        // The verdict is one line, whatever its length.
        Assert.DoesNotContain(Lines(SampleReports.Week(), watched).Skip(1), line => line.Length > 80);
    }

    [Fact]
    public void Many_lives_are_counted_and_not_told() => Assert.Contains(
        Lines(SampleReports.Many(300)), line => line.StartsWith("Lives of 300 code sets of 300 identities: see --json", StringComparison.Ordinal));

    [Fact]
    public void Ends_are_said_in_words()
    {
        var all = string.Join('\n', Lines(SampleReports.Week()));
        Assert.Contains("owner's entity was disabled by root: ended after 41 s", all, StringComparison.Ordinal);
        Assert.Contains("3 of the others are changes to know of, and no findings", all, StringComparison.Ordinal);
        Assert.Contains("owner changed by userpass-alice: NOT SEEN TO END", all, StringComparison.Ordinal);
        Assert.Contains("vault-1/audit.log:419002 (byte 1288310442) could not be read: ends in", all, StringComparison.Ordinal);
    }

    [Fact]
    public void Moves_no_cursor()
    {
        var hostile = SampleReports.Week() with { Notices = [new(null, "a\u001b[2Jb\u202Ec\rd", "\u001b]0;owned\u0007")] };
        Assert.DoesNotContain(string.Join("", Lines(hostile)), c => char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format);
    }

    private static string[] Lines(AuditReport report, bool watched = false)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        AuditText.Show(new Screen(writer, watched, name => name == "NO_COLOR" ? "1" : null), report);
        return writer.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
    }
}
