using BackupCodeBroker.Core.VaultPolicies;
using Xunit;
using static BackupCodeBroker.Tests.Core.VaultPolicies.PolicyFixtures;

namespace BackupCodeBroker.Tests.Core.VaultPolicies;

/// <summary>Policies whose paths depend on whom they are for.</summary>
public sealed class PathTemplateTests
{
    private static readonly PolicySubject Carol = new()
    {
        EntityId = "e-1",
        EntityName = "carol",
        Metadata = new Dictionary<string, string> { ["team"] = "red", ["a.b"] = "dotted", ["star"] = "s*", ["plus"] = "+" },
        Aliases = [new SubjectAlias("auth_token_1", "al-1", "bcb.carol", new Dictionary<string, string> { ["k"] = "v" })],
        Groups =
        [
            new SubjectGroup("g-1", "ops", new Dictionary<string, string> { ["zone"] = "eu" }),
            new SubjectGroup("g-2", "", new Dictionary<string, string>()),
        ],
    };

    [Theory]
    [InlineData("identity.entity.id", "e-1")]
    [InlineData("  identity.entity.name ", "carol")]
    [InlineData("identity.entity.metadata.team", "red")]
    [InlineData("identity.entity.metadata.a.b", "dotted")]
    [InlineData("identity.entity.aliases.auth_token_1.id", "al-1")]
    [InlineData("identity.entity.aliases.auth_token_1.name", "bcb.carol")]
    [InlineData("identity.entity.aliases.auth_token_1.metadata.k", "v")]
    [InlineData("identity.groups.names.ops.id", "g-1")]
    [InlineData("identity.groups.ids.g-1.name", "ops")]
    [InlineData("identity.groups.ids.g-1.metadata.zone", "eu")]
    [InlineData("identity.groups.names.ops.metadata.zone", "eu")]
    public void A_directive_stands_for_what_is_known_of_the_entity(string directive, string value)
    {
        VaultAcl acl = Acl(Carol, $"path \"a/{{{{{directive}}}}}/z\" {{ capabilities = [\"read\"] }}");

        Assert.Equal("read", Capabilities(acl, $"a/{value}/z"));
        Assert.Equal("deny", Capabilities(acl, "a/other/z"));
    }

    [Theory]
    [InlineData("identity.entity.metadata.none")]
    [InlineData("identity.entity.metadata")]
    [InlineData("identity.entity.aliases.auth_other.name")]
    [InlineData("identity.entity.aliases.auth_token_1")]
    [InlineData("identity.entity.aliases.auth_token_1.metadata.none")]
    [InlineData("identity.entity.groups.names")]
    [InlineData("identity.groups.names.other.id")]
    [InlineData("identity.groups.names.ops")]
    [InlineData("identity.groups.ids.g-2.name")]
    [InlineData("identity.groups.ids.g-1.metadata.none")]
    [InlineData("identity.groups.other.ops.id")]
    [InlineData("time.now")]
    [InlineData("other")]
    [InlineData("")]
    public void A_stanza_that_cannot_be_rendered_grants_nothing_and_the_others_stand(string directive)
    {
        string text = $"path \"a/{{{{{directive}}}}}*\" {{ capabilities = [\"read\"] }}\npath \"b\" {{ capabilities = [\"list\"] }}";
        VaultPolicy policy = Parse(text);

        Assert.True(policy.IsTemplated);
        foreach (PolicySubject? subject in new[] { Carol, null })
        {
            VaultAcl acl = VaultAcl.Compile([policy], subject);

            Assert.Equal("deny", Capabilities(acl, "a/"));
            Assert.Equal("deny", Capabilities(acl, "a/" + directive));
            Assert.Equal("list", Capabilities(acl, "b"));
        }
    }

    [Fact]
    public void Without_an_entity_no_template_is_rendered() =>
        Assert.Equal("deny", Capabilities(Acl("path \"a/{{identity.entity.id}}\" { capabilities = [\"read\"] }"), "a/e-1"));

    [Fact]
    public void A_wildcard_that_comes_out_of_a_template_is_one_as_it_is_for_Vault()
    {
        Assert.Equal(
            "read", Capabilities(Acl(Carol, "path \"a/{{identity.entity.metadata.star}}\" { capabilities = [\"read\"] }"), "a/sx/y"));
        Assert.Equal(
            "read", Capabilities(Acl(Carol, "path \"a/{{identity.entity.metadata.plus}}/c\" { capabilities = [\"read\"] }"), "a/x/c"));
    }

    [Fact]
    public void A_template_that_renders_to_no_path_makes_the_token_good_for_nothing()
    {
        VaultAcl acl = Acl(
            Carol, "path \"b\" { capabilities = [\"read\"] }\npath \"a/{{identity.entity.metadata.plus}}*\" { capabilities = [\"read\"] }");

        Assert.Equal("deny", Capabilities(acl, "b"));
    }

    [Fact]
    public void A_policy_without_directives_is_not_templated() => Assert.False(Parse("path \"a/{b}\" {}").IsTemplated);
}
