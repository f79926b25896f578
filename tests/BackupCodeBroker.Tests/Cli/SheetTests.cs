using System.Xml;
using System.Xml.Linq;
using BackupCodeBroker.Cli.Retrieving;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Scanning;
using BackupCodeBroker.Tests.Core.Codes;
using Xunit;

namespace BackupCodeBroker.Tests.Cli;

/// <summary>The page for paper: complete, self-contained, escaped, in a file that only its owner reads, and nowhere else.</summary>
public sealed class SheetTests : IDisposable
{
    private const string Activate = "POST /v1/identities/build-bot/code-sets/3/activate";

    private readonly string _folder = Directory.CreateTempSubdirectory("bcb-sheet").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("claim", CodeKind.Printable, 10)]
    [InlineData("claim", CodeKind.Printable, 64)]
    [InlineData("retrieve", CodeKind.Machine, 10)]
    [InlineData("retrieve", CodeKind.Machine, 64)]
    public async Task A_sheet_holds_every_code_once_with_what_one_needs_to_know(string verb, CodeKind kind, int count)
    {
        var codes = Codes.Set(count, kind);
        var run = Run(verb, kind, codes);
        var file = Path.Combine(_folder, "sheet.html");

        Assert.Equal(0, await run.RunAsync(verb, "build-bot", "--sheet", file));

        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        // For people to look at, in a folder of their own.
        if (Environment.GetEnvironmentVariable("BCB_TEST_SHEETS") is { Length: > 0 } folder)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{kind.Name()}-{count}.html"), text, TestContext.Current.CancellationToken);
        }

        var page = Parse(text);
        Assert.Equal(codes, page.Descendants("code").Select(c => c.Value));
        Assert.Equal(count, page.Descendants("span").Count(s => (string?)s.Attribute("class") == "box"));
        Assert.Contains("build-bot", page.Descendants("p").First().Value, StringComparison.Ordinal);
        Assert.Equal(["1 April 2027, 00:00 UTC", "1 January 2027, 00:00 UTC", $"generation 3, {count} codes"], page.Descendants("dd").Select(d => d.Value));
        Assert.All(codes, code => Assert.DoesNotContain(code, run.Everything, StringComparison.Ordinal));
        Assert.Contains(file, run.Out, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        // A sheet that lies about is found.
        using var found = new FoundCodes();
        Assert.Equal(count, new ScanRun(found, () => Stream.Null, (_, _) => { }).Run([file], CancellationToken.None).Finds.Count);
    }

    [Fact]
    public async Task It_loads_nothing_and_runs_nothing()
    {
        var file = Path.Combine(_folder, "sheet.html");
        await Run("claim", CodeKind.Printable, Codes.Set(2, CodeKind.Printable)).RunAsync("claim", "build-bot", "--sheet", file);
        var page = Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(page.Descendants(), e => e.Name.LocalName is "script" or "link" or "img" or "iframe" or "form" or "a");
        Assert.DoesNotContain(page.Descendants().Attributes(), a => a.Name.LocalName is "href" or "src" or "style" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        var style = Assert.Single(page.Descendants("style")).Value;
        Assert.DoesNotContain("url(", style, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", style, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("default-src 'none';", page.Descendants("meta").Single(m => (string?)m.Attribute("http-equiv") == "Content-Security-Policy").Attribute("content")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public async Task It_overwrites_nothing_and_is_gone_where_the_codes_are_worthless()
    {
        var file = Path.Combine(_folder, "sheet.html");
        var codes = Codes.Set(2, CodeKind.Printable);
        var refused = Run("claim", CodeKind.Printable, codes, activated: false);
        Assert.Equal(1, await refused.RunAsync("claim", "build-bot", "--sheet", file));
        Assert.False(File.Exists(file));

        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);
        var run = Run("claim", CodeKind.Printable, codes);
        Assert.Equal(2, await run.RunAsync("claim", "build-bot", "--sheet", file));
        Assert.Equal("mine", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Empty(run.Broker.Seen);
        Assert.Equal(2, await run.RunAsync("claim", "build-bot", "--sheet", file + "2", "--out", file + "3"));
        Assert.False(File.Exists(file + "2"));
    }

    [Fact]
    public void What_the_wrap_says_of_itself_is_text_and_bounded()
    {
        using var codes = new ReceivedCodes(
            IdentityName.Parse("build-bot"), 3, CodeKind.Printable, [BackupCode.Create(CodeKind.Printable, Plain.Entropy(1))], ActivationSecret.Create(Plain.Entropy(2)))
        {
            IssuedAt = "<script>alert(1)</script>",
            ExpiresAt = new string('9', 10_000),
        };
        using var page = new SecretPage();
        CodeSheet.Write(codes, page);
        var text = System.Text.Encoding.UTF8.GetString(page.Written);
        Assert.Equal(["not known", "<script>alert(1)</script>", "generation 3, 1 codes"], Parse(text).Descendants("dd").Select(d => d.Value));
        Assert.Empty(Parse(text).Descendants("script"));
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public void The_page_does_not_print_itself_and_is_zeroed()
    {
        var page = new SecretPage();
        page.Write(BackupCode.Create(CodeKind.Machine, Plain.Entropy(1)));
        var written = page.Written;
        Assert.StartsWith("BCB1-", System.Text.Encoding.UTF8.GetString(written), StringComparison.Ordinal);
        Assert.Equal("[page with backup codes]", page.ToString());
        page.Dispose();
        Assert.Equal(-1, written.IndexOfAnyExcept((byte)0));
    }

    [Fact]
    [Trait("Requirement", "R-02")]
    public void A_page_that_outgrows_its_memory_leaves_nothing_there()
    {
        using var page = new SecretPage();
        page.Write(BackupCode.Create(CodeKind.Machine, Plain.Entropy(1)));
        var before = page.Written;
        page.Write(new string('x', 1 << 15));
        Assert.StartsWith("BCB1-", System.Text.Encoding.UTF8.GetString(page.Written), StringComparison.Ordinal);
        Assert.Equal(-1, before.IndexOfAnyExcept((byte)0));
    }

    // Read as XML, which forgives nothing.
    private static XDocument Parse(string html)
    {
        using var reader = XmlReader.Create(
            new StringReader(html.Replace("<!DOCTYPE html>\n", "", StringComparison.Ordinal)), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        return XDocument.Load(reader);
    }

    private static CliRun Run(string verb, CodeKind kind, string[] codes, bool activated = true)
    {
        const string Wrapping = "s.CANARYwrappingTOKEN00000001", Created = "2027-01-01T00:00:00.123456789Z";
        var run = new CliRun { Input = verb == "retrieve" ? Wrapping + "\n" : "" };
        run.Broker.On("GET /v1/identities/build-bot", 200, $$"""
            {"identity":"build-bot","state":"active","remaining":0,"owner":"e","profile":"p",
             "pending":{"generation":3,"creation_time":"{{Created}}","deadline":"2099-01-01T00:00:00Z"} }
            """);
        run.Broker.On("POST /v1/identities/build-bot/code-sets", 201, $$"""
            {"identity":"build-bot","generation":3,"count":{{codes.Length}},"wrapping":{"token":"{{Wrapping}}","ttl":300,"creation_time":"{{Created}}"} }
            """);
        if (activated)
        {
            run.Broker.On(Activate, 204);
        }
        else
        {
            run.Broker.Problem(Activate, 403, "refused");
        }

        run.Vault.On("POST /v1/sys/wrapping/lookup", 200, $$"""{"data":{"creation_time":"{{Created}}","creation_ttl":300,"creation_path":"sys/wrapping/wrap"} }""");
        run.Vault.On("POST /v1/sys/wrapping/unwrap", 200, $$"""{"data":{{Codes.Payload(kind: kind.Name(), codes: codes)}} }""");
        return run;
    }
}
