using BackupCodeBroker.Core.VaultPolicies;
using Xunit;
using static BackupCodeBroker.Tests.Core.VaultPolicies.PolicyFixtures;

namespace BackupCodeBroker.Tests.Core.VaultPolicies;

/// <summary>Texts and messages as a real Vault 1.8 took and worded them.</summary>
public sealed class PolicyParsingTests
{
    [Theory]
    [InlineData("""path "x" { capabilities = ["fly"] }""", """path "x": invalid capability "fly" """)]
    [InlineData("""path "x" { capabilities = ["root"] }""", """path "x": invalid capability "root" """)]
    [InlineData("""path "x" { capabilities = ["fly", "deny"] }""", """path "x": invalid capability "fly" """)]
    [InlineData("""path "x" { capabilities = [5] }""", """path "x": invalid capability "5" """)]
    [InlineData("""path "x" { capabilities = "read" }""", """path "x": At 1:27: unknown slice type: *ast.LiteralType""")]
    [InlineData("""path "x" { capabilities = [true] }""",
        """path "x": At 1:28: root.Capabilities[0]: unknown type for string *ast.LiteralType""")]
    [InlineData("""path "x" { policy = "fly" }""", """path "x": invalid policy "fly" """)]
    [InlineData("""path "x" { policy = ["read"] }""", """path "x": At 1:21: root.Policy: unknown type for string *ast.ListType""")]
    [InlineData("""path "x+*" {}""", """path "x+*": invalid use of wildcards ('+*' is forbidden)""")]
    [InlineData("""path "/a/+*" {}""", """path "a/+*": invalid use of wildcards ('+*' is forbidden)""")]
    [InlineData("""path "a/{{x" {}""", "failed to validate policy templating: unbalanced templating characters")]
    [InlineData("""path "a/x}}" {}""", "failed to validate policy templating: unbalanced templating characters")]
    [InlineData("""path "a/{{x}}y}}" {}""", "failed to validate policy templating: unbalanced templating characters")]
    [InlineData("""path "x" { min_wrapping_ttl = "10" max_wrapping_ttl = "5s" }""",
        "max_wrapping_ttl cannot be less than min_wrapping_ttl")]
    [InlineData("""path "x" { min_wrapping_ttl = "xs" }""", """error parsing min_wrapping_ttl: time: invalid duration "xs" """)]
    [InlineData("""path "x" { max_wrapping_ttl = "1hm" }""",
        """error parsing max_wrapping_ttl: time: unknown unit "hm" in duration "1hm" """)]
    [InlineData("""path "x" { min_wrapping_ttl = "1d" }""",
        """error parsing min_wrapping_ttl: strconv.ParseInt: parsing "1d": invalid syntax""")]
    [InlineData("""path "x" { max_wrapping_ttl = [1] }""", "error parsing max_wrapping_ttl: could not parse duration from input")]
    [InlineData("""path "x" { allowed_parameters = ["a"] }""",
        """path "x": At 1:33: root.allowed_parameters: not an object type for map (*ast.ListType)""")]
    [InlineData("""path "x" { allowed_parameters = { "a" = "b" } }""", """path "x": At 1:41: unknown slice type: *ast.LiteralType""")]
    [InlineData("""path "x" { control_group = 5 }""",
        """path "x": At 1:28: root.control_group: not an object type for struct (*ast.LiteralType)""")]
    [InlineData("""path = "x" """, """path "path": cannot check HCL keys of type *ast.LiteralType""")]
    [InlineData("name = true", "At 1:8: root.name: unknown type for string *ast.LiteralType")]
    public void A_text_that_means_nothing_is_refused_in_Vaults_words(string text, string message) =>
        Assert.Equal("failed to parse policy: " + message.TrimEnd(), Refusal(text));

    [Theory]
    [InlineData("nope = 1", "1 error occurred:\n\t* invalid key \"nope\" on line 1\n\n")]
    [InlineData("nope {}\nother = 2",
        "2 errors occurred:\n\t* invalid key \"nope\" on line 0\n\t* invalid key \"other\" on line 2\n\n")]
    [InlineData("Path \"x\" {}", "1 error occurred:\n\t* invalid key \"Path\" on line 0\n\n")]
    [InlineData("path \"x\" {\n capabilities = [\"read\"]\n foo = 1\n bar {}\n}",
        "2 errors occurred:\n\t* path \"x\": invalid key \"foo\" on line 3\n\t* path \"x\": invalid key \"bar\" on line 0\n\n")]
    [InlineData("path = { \"x\" = { capabilities = [\"read\"] } }",
        "1 error occurred:\n\t* path \"path\": invalid key \"x\" on line 1\n\n")]
    [InlineData("{\"path\":{\"x\":{\"foo\":1}}}", "1 error occurred:\n\t* path \"x\": invalid key \"foo\" on line 1\n\n")]
    [InlineData("{\"path\":{\n\"x\":{\n\"foo\":1}}}", "1 error occurred:\n\t* path \"x\": invalid key \"foo\" on line 3\n\n")]
    [InlineData("{\"path\":{\"x\":[{\"capabilities\":[\"read\"]}]}}",
        "1 error occurred:\n\t* path \"path\": invalid key \"x\" on line 1\n\n")]
    public void Unknown_keys_are_refused_all_at_once(string text, string message) =>
        Assert.Equal("failed to parse policy: " + message, Refusal(text));

    [Theory]
    [InlineData("path \"x\"", "At 1:9: key 'path \"x\"' expected start of object ('{') or assignment ('=')")]
    [InlineData("path \"x\" = { }", "At 1:10: nested object expected: LBRACE got: ASSIGN")]
    [InlineData("path \"x\" { capabilities = read }", "At 1:27: Unknown token: 1:27 IDENT read")]
    [InlineData("path \"x\" { capabilities = [\"a\" \"b\"] }", "At 1:32: error parsing list, expected comma or list end, got: STRING")]
    [InlineData("path \"x\" { capabilities = [", "At 1:28: unexpected token while parsing list: EOF")]
    [InlineData("path 'x' {}", "At 1:6: illegal char")]
    [InlineData("path \"x\" { capabilities = [\"read\"]; }", "At 1:35: illegal char")]
    [InlineData("}", "At 1:1: expected: IDENT | STRING | ASSIGN | LBRACE got: RBRACE")]
    [InlineData("= 1", "At 1:1: no object keys found!")]
    [InlineData("/* open", "At 1:8: comment not terminated")]
    [InlineData("/ x", "At 1:1: expected '/' for comment")]
    [InlineData("path \"x\" { comment = <<EOF\nread\n", "At 3:1: heredoc not terminated")]
    public void Bad_syntax_is_refused_with_its_place(string text, string message) =>
        Assert.Equal("failed to parse policy: " + message, Refusal(text));

    [Theory]
    [InlineData("path \"x\" {")]
    [InlineData("path \"x\" { capabilities = [\"read\" }")]
    [InlineData("path \"x\ny\" {}")]
    [InlineData("path \"x\\y\" {}")]
    [InlineData("path \"\\xff\" {}")]
    [InlineData("path \"\\ud8\" {}")]
    [InlineData("path \"x\" { comment = <EOF\n")]
    [InlineData("path \"x\" { comment = - }")]
    [InlineData("path \"x\" { comment = 08 }")]
    [InlineData("path \"x\" { comment = 0x }")]
    [InlineData("path \"x\" { allowed_parameters \"a\" { b = [] } }")]
    [InlineData("{\"path\":{\"x\":{\"capabilities\":[\"read\"]}}} more")]
    [InlineData("{\"path\":{\"x\":{\"allowed_parameters\":{\"a\":[[\"b\"]]},\"capabilities\":[\"read\"]}}}")]
    [InlineData("{\"path\":")]
    [InlineData("{")]
    public void Broken_texts_are_refused(string text) =>
        Assert.StartsWith("failed to parse policy: ", Refusal(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("", 0)]
    [InlineData("# only\n// comments\n/* and * one\nmore */", 0)]
    [InlineData("name = \"n\"", 0)]
    [InlineData("path x {}", 1)]
    [InlineData("path \"x\" {} path \"y\" {}, path \"z\" {}", 3)]
    [InlineData("path \"x\" { capabilities = [,,\"read\",,\"list\",,] }", 1)]
    [InlineData("path \"x\" { capabilities = [\"read\"], policy = \"read\" } # end", 1)]
    [InlineData("path \"x\" {\r\n  capabilities = [\"read\"]\r\n}\r\n", 1)]
    [InlineData("path \"x\" { mfa_methods = [\"a\"] comment = \"c\" control_group = { factor \"a\" {} } }", 1)]
    [InlineData("{\"path\":[{\"x\":{\"capabilities\":[\"read\"]}},{\"y\":{\"capabilities\":[\"list\"]}}]}", 2)]
    [InlineData("{ \"path\": { \"x\": { \"capabilities\": [\"read\"], }, }, }", 1)]
    public void What_Vault_takes_is_taken(string text, int rules) => Assert.Equal(rules, Parse(text).Rules.Count);

    [Theory]
    [InlineData("path \"a\\\"b\\\\c\\tA\\u0041\\101\\x41\" {}", "a\"b\\c\tAAAA")]
    [InlineData("path \"${\"a\"}\\\"\" {}", "${\"a\"}\"")] // quotes within ${ } end no string
    [InlineData("path \"${\\n{x}y}\" {}", "${\\n{x}y}")] // nor are escapes read there
    [InlineData("path \"é😀\\U0001F600\" {}", "é😀😀")]
    [InlineData("path {}", "path")]
    [InlineData("path \"x\" \"y\" {}", "x")]
    public void A_path_is_read_to_the_letter(string text, string path) => Assert.Equal(path, Assert.Single(Parse(text).Rules).Path);

    [Theory]
    [InlineData("<<EOF\nread\nEOF\n", "read\n")]
    [InlineData("<<EOF\n  read\n EOF\n", "  read\n ")]
    [InlineData("<<-EOF\n   a\n    b\n  EOF\n", " a\n  b\n")]
    [InlineData("<<-EOF\n a\n   b\n  EOF\n", " a\n   b\n")]
    public void A_heredoc_keeps_its_last_newline(string heredoc, string value)
    {
        VaultPolicy policy = Parse("path \"x\" { allowed_parameters = { k = [" + heredoc + "] } }");

        Assert.Equal(new ParameterValue.Text(value), Assert.Single(Assert.Single(policy.Rules).AllowedParameters["k"]));
    }

    [Theory]
    [InlineData("policy = \"deny\"", VaultCapabilities.Deny)]
    [InlineData("policy = \"read\"", VaultCapabilities.Read | VaultCapabilities.List)]
    [InlineData("policy = \"write\"",
        VaultCapabilities.Create | VaultCapabilities.Read | VaultCapabilities.Update | VaultCapabilities.Delete | VaultCapabilities.List)]
    [InlineData("policy = \"read\" capabilities = [\"sudo\"]", VaultCapabilities.Read | VaultCapabilities.List | VaultCapabilities.Sudo)]
    [InlineData("policy = \"deny\" capabilities = [\"fly\"]", VaultCapabilities.Deny)]
    [InlineData("capabilities = [\"read\", \"deny\", \"fly\"]", VaultCapabilities.Deny)]
    [InlineData("capabilities = [\"read\"] capabilities = [\"patch\"]", VaultCapabilities.Read | VaultCapabilities.Patch)]
    [InlineData("", VaultCapabilities.None)]
    public void Capabilities_are_read(string attributes, VaultCapabilities expected) =>
        Assert.Equal(expected, Assert.Single(Parse($"path \"x\" {{ {attributes} }}").Rules).Capabilities);

    [Theory]
    [InlineData("\"10s\"", 10_000)]
    [InlineData("\"15m\"", 900_000)]
    [InlineData("\"1h30m\"", 5_400_000)]
    [InlineData("\"1.5h\"", 5_400_000)]
    [InlineData("\"500ms\"", 500)]
    [InlineData("\"90\"", 90_000)]
    [InlineData("20", 20_000)]
    [InlineData("1.9", 1_000)]
    [InlineData("010", 8_000)]
    [InlineData("0x1F", 31_000)]
    [InlineData("\"\"", 0)]
    public void A_wrapping_ttl_has_many_forms(string ttl, int milliseconds) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(milliseconds),
            Assert.Single(Parse($"path \"x\" {{ max_wrapping_ttl = {ttl} }}").Rules).MaxWrappingTtl);

    [Fact]
    public void Parameters_may_be_separated_by_blanks_and_their_names_lose_their_case()
    {
        const string text = """
            path "x" {
              allowed_parameters = { "A" = ["x", true, 5] "b" = []
                c = [["y"]["z"]] } required_parameters = ["A"]
            }
            """;

        VaultPathRule rule = Assert.Single(Parse(text).Rules);

        Assert.Equal(["a", "b", "c"], rule.AllowedParameters.Keys.Order());
        Assert.Equal(
            [new ParameterValue.Text("x"), new ParameterValue.Boolean(true), new ParameterValue.Number("5")],
            rule.AllowedParameters["a"]);
        Assert.Empty(rule.AllowedParameters["b"]);
        Assert.Equal(2, rule.AllowedParameters["c"].Count);
        Assert.Equal(["A"], rule.RequiredParameters);
    }

    [Fact]
    public void Vault_loses_booleans_from_lists_in_JSON_and_so_any_value_is_allowed()
    {
        const string json = """{"path":{"x":{"capabilities":["update"],"allowed_parameters":{"b":[true],"c":["v",false]}}}}""";

        VaultPathRule rule = Assert.Single(Parse(json).Rules);

        Assert.Empty(rule.AllowedParameters["b"]);
        Assert.Equal([new ParameterValue.Text("v")], rule.AllowedParameters["c"]);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{ a = ", "}")]
    public void Nesting_is_bounded(string open, string close)
    {
        string Nested(int depth) =>
            "path \"x\" { allowed_parameters = { k = [" + Repeat(open, depth) + (open == "[" ? "" : "1") + Repeat(close, depth) + "] } }";

        Assert.IsType<VaultPolicyParse.Parsed>(VaultPolicy.Parse("p", Nested(20)));
        Assert.Contains("nested more than 32 deep", Refusal(Nested(40)), StringComparison.Ordinal);
        Assert.Contains("nested more than 32 deep", Refusal("path \"x\" { a = " + Repeat(open, 30_000)), StringComparison.Ordinal);
        Refusal("{\"path\":" + Repeat("[", 100_000));
        Refusal(Repeat("{\"path\":", 20_000));
    }

    [Fact]
    public void Length_is_bounded()
    {
        Assert.IsType<VaultPolicyParse.Parsed>(VaultPolicy.Parse("p", new string(' ', VaultPolicy.MaxTextLength)));
        Assert.Equal("failed to parse policy: longer than 262144 characters", Refusal(new string(' ', VaultPolicy.MaxTextLength + 1)));
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
