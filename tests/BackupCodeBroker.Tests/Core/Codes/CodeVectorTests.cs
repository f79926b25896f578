using System.Text.Json;
using System.Text.RegularExpressions;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Tests.Architecture;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Codes;

/// <summary>The published vectors hold for this reader, and the published document says what they say.</summary>
public sealed partial class CodeVectorTests
{
    private const string File = "tests/BackupCodeBroker.Tests/Core/Codes/vectors/code-format.json";
    private const string Document = "src/docs/code-format.md";

    private static readonly JsonElement Vectors = JsonDocument.Parse(Repository.Read(File)).RootElement;

    public static TheoryData<string, string, string, string, string> Accepted()
    {
        var rows = new TheoryData<string, string, string, string, string>();
        foreach (var vector in Vectors.GetProperty("accept").EnumerateArray())
        {
            rows.Add(Member(vector, "name"), Member(vector, "text"), Member(vector, "kind"), Member(vector, "selector"), Member(vector, "canonical"));
        }

        return rows;
    }

    public static TheoryData<string, string, string> Rejected()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var vector in Vectors.GetProperty("reject").EnumerateArray())
        {
            rows.Add(Member(vector, "name"), Member(vector, "text"), Member(vector, "flaw"));
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    [Trait("Requirement", "R-06")]
    public void Accepts(string name, string text, string kind, string selector, string canonical)
    {
        using var code = Assert.IsType<BackupCodeParse.Parsed>(BackupCode.Parse(text)).Code;
        Assert.Equal((kind, selector, canonical), (code.Kind.Name(), code.Selector, Plain.Of(code)));
        Assert.True(ReferenceCode.Syndrome(ReferenceCode.Symbols(canonical)) == 0, name);
    }

    [Theory]
    [MemberData(nameof(Rejected))]
    [Trait("Requirement", "R-06")]
    public void Rejects(string name, string text, string flaw)
    {
        var malformed = Assert.IsType<BackupCodeParse.Malformed>(BackupCode.Parse(text));
        Assert.True(flaw == (malformed.Flaw == CodeFlaw.TooLong ? "too-long" : malformed.Flaw.ToString().ToLowerInvariant()), name);
    }

    [Fact]
    public void Every_flaw_and_both_kinds_have_a_vector()
    {
        Assert.Equal(Enum.GetValues<CodeFlaw>().Length, Rejected().Select(row => row.Data.Item3).Distinct().Count());
        Assert.Equal(["machine", "printable"], Accepted().Select(row => row.Data.Item3).Distinct().Order());
    }

    [Fact]
    public void The_document_names_the_vectors_and_its_own_codes_are_codes()
    {
        var document = Repository.Read(Document);
        Assert.Contains(File, document, StringComparison.Ordinal);
        var codes = Code().Matches(document).Select(m => m.Value).ToList();
        Assert.Contains(codes, c => c.Length == 46);
        Assert.Contains(codes, c => c.Length == 34);
        Assert.All(codes, c => Assert.IsType<BackupCodeParse.Parsed>(BackupCode.Parse(c)));
    }

    private static string Member(JsonElement vector, string name) => vector.GetProperty(name).GetString()!;

    [GeneratedRegex("BCB1(-[0-9A-HJKMNP-TV-Z]{5}){5,7}(?![-0-9A-Z])")]
    private static partial Regex Code();
}
