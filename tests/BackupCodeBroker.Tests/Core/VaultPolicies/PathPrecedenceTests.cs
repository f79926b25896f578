using BackupCodeBroker.Core.VaultPolicies;
using Xunit;
using static BackupCodeBroker.Tests.Core.VaultPolicies.PolicyFixtures;

namespace BackupCodeBroker.Tests.Core.VaultPolicies;

/// <summary>Which of several rules decides. Each row grants <c>read</c> by the rule that must win and <c>list</c> by the other.</summary>
public sealed class PathPrecedenceTests
{
    [Theory]
    [InlineData("a/b", "a/*", "a/b")] // exact before everything
    [InlineData("a/b", "a/+", "a/b")]
    [InlineData("a/bc*", "a/b*", "a/bcd")] // the longer prefix
    [InlineData("a/b*", "+/*", "a/bcd")]
    [InlineData("a/b*", "a/+", "a/bc")] // the first wildcard stands later
    [InlineData("a/b/+/d", "a/+/c/d", "a/b/c/d")]
    [InlineData("a/+", "a/*", "a/b")] // no * at the end
    [InlineData("a/+/c", "a/+/*", "a/b/c")]
    [InlineData("a/+/c/+", "a/+/+/+", "a/b/c/d")] // fewer +
    [InlineData("a/+/c/*", "a/+/+/*", "a/b/c/d")]
    [InlineData("a/+/cd*", "a/+/c*", "a/b/cde")] // longer
    [InlineData("a/+/+/d*", "a/+/+/*", "a/b/c/d")]
    public void The_closest_rule_decides_alone(string winner, string loser, string path)
    {
        string text = $$"""
            path "{{loser}}" { capabilities = ["list"] }
            path "{{winner}}" { capabilities = ["read"] }
            """;

        Assert.Equal("read", Capabilities(Acl(text), path));
        Assert.Equal("list", Capabilities(Acl(text.Replace(winner + '"', "elsewhere\"", StringComparison.Ordinal)), path));
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a/b", false)]
    [InlineData("a", "b", false)]
    [InlineData("/a", "a", true)]
    [InlineData("a", "///a", true)]
    [InlineData("//a", "a", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "any/thing", true)]
    [InlineData("a*", "a", true)]
    [InlineData("a/*", "a", false)]
    [InlineData("a/*", "a/", true)]
    [InlineData("a*b", "axb", false)] // a * elsewhere is a *
    [InlineData("a*b", "a*b", true)]
    [InlineData("a**", "a*x", true)]
    [InlineData("a**", "ax", false)]
    [InlineData("+", "x", true)]
    [InlineData("+", "x/y", false)]
    [InlineData("a/+", "a/", true)]
    [InlineData("a/+", "a/b/c", false)]
    [InlineData("a/+/c", "a//c", true)]
    [InlineData("a/+b", "a/xb", false)] // a + within a segment is a +
    [InlineData("a/+b", "a/+b", true)]
    [InlineData("a+/b", "ax/b", false)]
    [InlineData("a/+/*", "a/b", false)]
    [InlineData("a/+/*", "a/b/c/d", true)]
    [InlineData("a/+/c*", "a/b/cd/e", true)]
    [InlineData("a/+/c*", "a/b/d", false)]
    [InlineData("+/b*", "a/b", true)]
    public void A_path_matches_or_not(string rule, string path, bool matches) =>
        Assert.Equal(matches ? "read" : "deny", Capabilities(Acl($"path \"{rule}\" {{ capabilities = [\"read\"] }}"), path));

    [Theory]
    [InlineData(AclOperation.List, "a/b/", true)]
    [InlineData(AclOperation.Read, "a/b/", false)]
    [InlineData(AclOperation.List, "a/b", true)]
    [InlineData(AclOperation.List, "g/b/", true)]
    [InlineData(AclOperation.List, "g/b", false)]
    public void A_list_of_a_folder_is_granted_by_the_exact_rule_without_the_slash(AclOperation operation, string path, bool allowed)
    {
        VaultAcl acl = Acl("path \"a/b\" { capabilities = [\"read\", \"list\"] }\npath \"g/b/*\" { capabilities = [\"list\"] }");

        Assert.Equal(allowed, Check(acl, path, operation).Allowed);
    }

    [Fact]
    public void Capabilities_are_looked_up_as_for_a_list() =>
        Assert.Equal("read", Capabilities(Acl("path \"a/b\" { capabilities = [\"read\"] }"), "a/b/"));

    [Theory]
    [InlineData("\"read\"", "\"update\", \"read\"", "read update")]
    [InlineData("\"read\"", "\"deny\"", "deny")]
    [InlineData("\"deny\"", "\"read\", \"sudo\"", "deny")]
    [InlineData("", "\"list\"", "list")]
    [InlineData("", "", "deny")]
    [InlineData("\"update\", \"sudo\", \"patch\", \"list\"", "\"create\", \"delete\"", "create delete list patch sudo update")]
    public void Stanzas_of_one_path_are_merged_whichever_policy_they_are_in(string first, string second, string expected)
    {
        foreach (string path in new[] { "a", "a/*", "a/+/c" })
        {
            string[] stanzas = [$"path \"{path}\" {{ capabilities = [{first}] }}", $"path \"{path}\" {{ capabilities = [{second}] }}"];
            string asked = path.Replace("*", "x", StringComparison.Ordinal).Replace('+', 'y');

            Assert.Equal(expected, Capabilities(Acl(stanzas), asked));
            Assert.Equal(expected, Capabilities(Acl(string.Join('\n', stanzas)), asked));
        }
    }

    [Fact]
    public void Root_may_everything_and_stands_alone()
    {
        VaultPolicy root = Parse("", "root");

        Assert.Equal("root", Capabilities(VaultAcl.Compile([root], subject: null), "sys/anything"));
        Assert.Equal(new AclVerdict(Allowed: true, SudoGranted: true, AclReason.Root), Check(VaultAcl.Root, "x", AclOperation.Delete));
        Assert.True(VaultAcl.Root.IsRoot);
        Assert.Throws<ArgumentException>(() => VaultAcl.Compile([root, Parse("")], subject: null));
    }

    [Fact]
    public void Without_a_rule_nothing_is_allowed_but_help()
    {
        VaultAcl acl = VaultAcl.Compile([], subject: null);

        Assert.Equal(new AclVerdict(Allowed: false, SudoGranted: false, AclReason.NoRule), Check(acl, "x", AclOperation.Read));
        Assert.True(Check(acl, "x", AclOperation.Help).Allowed);
        Assert.Equal("deny", Capabilities(acl, "x"));
    }

    [Theory]
    [InlineData(AclOperation.Create, "create")]
    [InlineData(AclOperation.Read, "read")]
    [InlineData(AclOperation.Update, "update")]
    [InlineData(AclOperation.Delete, "delete")]
    [InlineData(AclOperation.List, "list")]
    [InlineData(AclOperation.Patch, "patch")]
    public void Each_operation_needs_its_own_capability(AclOperation operation, string capability)
    {
        string[] others = [.. new[] { "create", "read", "update", "delete", "list", "patch", "sudo" }.Where(name => name != capability)];
        string all = string.Join(", ", others.Select(name => $"\"{name}\""));

        Assert.Equal(
            new AclVerdict(Allowed: true, SudoGranted: false, AclReason.Granted, "x"),
            Check(Acl($"path \"x\" {{ capabilities = [\"{capability}\"] }}"), "x", operation));
        Assert.Equal(
            new AclVerdict(Allowed: false, SudoGranted: true, AclReason.CapabilityMissing, "x"),
            Check(Acl($"path \"x\" {{ capabilities = [{all}] }}"), "x", operation));
        Assert.Equal(
            new AclVerdict(Allowed: false, SudoGranted: false, AclReason.ExplicitDeny, "x"),
            Check(Acl("path \"x\" { capabilities = [\"deny\"] }"), "x", operation));
    }
}
