using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Tests.Cli;
using Xunit;

namespace BackupCodeBroker.Tests.Deploy;

/// <summary>
/// The rules for other scanners, as those read them: expressions without looking ahead or back (an engine that cannot do so runs them here), a pre-filter by
/// keywords, and one group or format that is the code and nothing else.
/// </summary>
public sealed partial class ScanningRuleTests
{
    public static TheoryData<string, CodeKind> Rules => new()
    {
        { "gitleaks", CodeKind.Machine }, { "gitleaks", CodeKind.Printable }, { "github", CodeKind.Machine }, { "github", CodeKind.Printable },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    [Trait("Requirement", "R-46")]
    public void A_rule_finds_every_code_as_it_is_written_and_as_people_write_it(string scanner, CodeKind kind)
    {
        var rule = Rule(scanner, kind);
        for (var seed = 1; seed <= 300; seed++)
        {
            var code = Codes.Text(seed, kind);
            string[] spelt =
            [
                code, code.ToLowerInvariant(), code.Replace("-", "", StringComparison.Ordinal), code.Replace('-', ' '), code.Replace('0', 'O'), code.Replace('1', 'l'),
            ];
            foreach (var text in spelt)
            {
                foreach (var around in (string[])["{0}", "a\n{0}\nb", "token=\"{0}\";", "https://x/?c={0}&y", "({0}).", "+use {0}, then"])
                {
                    var found = rule(around.Replace("{0}", text, StringComparison.Ordinal));
                    Assert.Equal(text, found);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    [Trait("Requirement", "R-46")]
    public void And_nothing_that_is_only_like_one(string scanner, CodeKind kind)
    {
        var (rule, code, other) = (Rule(scanner, kind), Codes.Text(1, kind), Codes.Text(1, kind == CodeKind.Machine ? CodeKind.Printable : CodeKind.Machine));
        string[] near =
        [
            code[..^1], code[..^6], code + "A", "x" + code, code.Replace("BCB1", "BCB2", StringComparison.Ordinal), code["BCB1-".Length..],
            code[..8] + "U" + code[9..], code.Replace('-', '_'), code.Replace("-", "--", StringComparison.Ordinal), other, other.Replace("-", "", StringComparison.Ordinal),
            "BCB1", "the format BCB1-XXXXX-XXXXX has groups", "",
        ];
        Assert.All(near, text => Assert.Null(rule(text)));
    }

    [Fact]
    public void The_test_strings_are_codes_of_their_pattern() => Assert.All(Patterns(), p =>
    {
        var code = Assert.IsType<BackupCodeParse.Parsed>(BackupCode.Parse((string?)p["test_string"])).Code;
        Assert.EndsWith(code.Kind.Name(), (string)p["name"]!, StringComparison.Ordinal);
    });

    [Fact]
    public void The_hook_runs_the_program_as_it_is()
    {
        var hook = DeployFiles.Yaml("scanning/pre-commit.yaml")["repos"]![0]!["hooks"]![0]!;
        Assert.Equal(("bcb scan --", "system"), ((string)hook["entry"]!, (string)hook["language"]!));
        Assert.Empty(DeployFiles.CommandLineErrors([.. ((string)hook["entry"]!).Split(' ').Skip(1), "a.txt", "b.txt"]));
    }

    // What a scanner would call the secret in a text; null where it finds none.
    private static Func<string, string?> Rule(string scanner, CodeKind kind)
    {
        if (scanner == "gitleaks")
        {
            var rule = Gitleaks().Matches(DeployFiles.Text("scanning/gitleaks.toml")).Single(m => m.Groups[1].Value == "backup-code-" + kind.Name());
            var (expression, keywords) = (Engine(rule.Groups[2].Value), Quoted().Matches(rule.Groups[4].Value).Select(m => m.Groups[1].Value).ToList());
            var group = int.Parse(rule.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture);
            return text => keywords.Exists(k => text.Contains(k, StringComparison.OrdinalIgnoreCase)) && expression.Match(text) is { Success: true } match
                ? match.Groups[group].Value
                : null;
        }

        var pattern = Patterns().Single(p => ((string)p["name"]!).EndsWith(kind.Name(), StringComparison.Ordinal));
        var whole = Engine($"(?:{pattern["before_secret"]})(?<secret>{pattern["secret_format"]})(?:{pattern["after_secret"]})");
        return text => whole.Match(text) is { Success: true } match ? match.Groups["secret"].Value : null;
    }

    private static Regex Engine(string expression) => new(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static List<JsonNode> Patterns() => [.. DeployFiles.Yaml("scanning/github-custom-patterns.yaml")["patterns"]!.AsArray().Select(p => p!)];

    [GeneratedRegex("id = \"([^\"]+)\"\\n.*\\nregex = '''(.+)'''\\nsecretGroup = (\\d)\\nkeywords = \\[(.+)\\]")]
    private static partial Regex Gitleaks();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();
}
