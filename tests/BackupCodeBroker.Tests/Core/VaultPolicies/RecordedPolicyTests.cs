using BackupCodeBroker.Core.VaultPolicies;
using Xunit;
using static BackupCodeBroker.Tests.Core.VaultPolicies.PolicyFixtures;

namespace BackupCodeBroker.Tests.Core.VaultPolicies;

/// <summary>The policies of the recorded exchanges with a real Vault, and what it answered.</summary>
public sealed class RecordedPolicyTests
{
    // The kind of policy that every token has: its own affairs, its own entity, its cubbyhole.
    private const string OwnAffairs = """
        # what a token may do with itself
        path "auth/token/lookup-self" {
            capabilities = ["read"]
        }
        path "sys/capabilities-self" { capabilities = ["update"] }

        path "identity/entity/id/{{identity.entity.id}}" {
          capabilities = ["read"]
        }
        path "cubbyhole/*" {
            capabilities = ["create", "read", "update", "delete", "list"]
        }
        path "sys/tools/hash/*" {
            capabilities = ["update"]
        }
        """;

    private const string Minting = """
        path "auth/token/create/mb-identity" {
          capabilities = ["update"]
          required_parameters = ["entity_alias", "type", "ttl", "no_default_policy"]
          allowed_parameters = { "entity_alias" = ["bcb.*"] "type" = ["batch"] "ttl" = ["60s"]
            "no_default_policy" = [true] "meta" = [] "policies" = [] }
        }
        path "identity/lookup/entity" { capabilities = ["update"] }
        """;

    [Theory]
    [InlineData("cpa/broker/foo", "read update")]
    [InlineData("virtual/foo", "create read")]
    [InlineData("virtual/glob/a/b", "list sudo")]
    [InlineData("virtual/x/seg", "delete")]
    [InlineData("virtual/deny", "deny")]
    [InlineData("virtual/none", "deny")]
    [InlineData("cubbyhole/x", "create delete list read update")]
    [InlineData("identity/entity/id/e", "deny")]
    [InlineData("auth/token/lookup-self", "read")]
    public void Capabilities_of_paths_mounted_or_not(string path, string expected)
    {
        const string policy = """
            path "cpa/broker/foo" { capabilities = ["read","update"] }
            path "virtual/foo" { capabilities = ["create","read"] }
            path "virtual/glob/*" { capabilities = ["list","sudo"] }
            path "virtual/+/seg" { capabilities = ["delete"] }
            path "virtual/deny" { capabilities = ["deny"] }
            """;

        Assert.Equal(expected, Capabilities(Acl(policy, OwnAffairs), path));
    }

    [Theory]
    [InlineData("issue/team-a.*", "create update", "deny", "deny", "deny")]
    [InlineData("issue/@owned", "deny", "create update", "deny", "deny")]
    [InlineData("status/*", "deny", "deny", "create update", "deny")]
    [InlineData("*", "create update", "create update", "create update", "create update")]
    [InlineData("+/team-a.ci", "create update", "deny", "create update", "deny")]
    public void Owned_and_probe_paths(string rule, string issue, string owned, string status, string probe)
    {
        VaultAcl acl = Acl($"path \"backup-codes-broker/{rule}\" {{ capabilities = [\"create\",\"update\"] }}", OwnAffairs);

        Assert.Equal(issue, Capabilities(acl, "backup-codes-broker/issue/team-a.ci"));
        Assert.Equal(owned, Capabilities(acl, "backup-codes-broker/issue/@owned"));
        Assert.Equal(status, Capabilities(acl, "backup-codes-broker/status/team-a.ci"));
        Assert.Equal(probe, Capabilities(acl, "backup-codes-broker/@probe/@probe"));
    }

    [Theory]
    [InlineData("""{"entity_alias":"bcb.svc-a","ttl":"60s","type":"batch","no_default_policy":true}""", true)]
    [InlineData("""{"policies":["p"],"entity_alias":"bcb.a","ttl":"60s","type":"batch","no_default_policy":true,"meta":{"r":"1"}}""", true)]
    [InlineData("""{"entity_alias":"bcb.svc-a","ttl":"60s","type":"service","no_default_policy":true}""", false)]
    [InlineData("""{"entity_alias":"bcb.svc-a","ttl":"768h","type":"batch","no_default_policy":true}""", false)]
    [InlineData("""{"entity_alias":"bcb.svc-a","ttl":60,"type":"batch","no_default_policy":true}""", false)]
    [InlineData("""{"entity_alias":"bcb.svc-a","type":"batch","no_default_policy":true}""", false)]
    [InlineData("""{"entity_alias":"admin","ttl":"60s","type":"batch","no_default_policy":true}""", false)]
    [InlineData("""{"ttl":"60s","type":"batch","no_default_policy":true}""", false)]
    [InlineData("""{"entity_alias":"bcb.svc-a","ttl":"60s","type":"batch","no_default_policy":false}""", false)]
    [InlineData("""{"entity_alias":"bcb.svc-a","ttl":"60s","type":"batch","no_default_policy":true,"num_uses":1}""", false)]
    [InlineData("{}", false)]
    [Trait("Requirement", "R-33")]
    public void Mint_bounds(string body, bool allowed)
    {
        VaultAcl acl = Acl(Minting, OwnAffairs);

        Assert.Equal(allowed, Check(acl, "auth/token/create/mb-identity", AclOperation.Update, body).Allowed);
        Assert.False(Check(acl, "auth/token/create", AclOperation.Update, body).Allowed);
    }

    [Theory]
    [InlineData("mb/data/broker/state", AclOperation.Read, true)]
    [InlineData("mb/data/broker/state", AclOperation.Update, false)]
    [InlineData("mb/metadata/identities/bcb.svc-a", AclOperation.Read, false)]
    [InlineData("mb/data/identities/bcb.svc-a", AclOperation.Create, true)]
    [InlineData("mb/data/identities/bcb.svc-a", AclOperation.Delete, false)]
    [InlineData("mb/data/identities/bcb.svc-b", AclOperation.Read, false)]
    public void An_identity_child_reaches_its_own_document(string path, AclOperation operation, bool allowed)
    {
        const string policy = """
            path "mb/data/identities/{{identity.entity.aliases.auth_token_6.name}}" { capabilities = ["create","read","update"] }
            path "mb/data/broker/state" { capabilities = ["read"] }
            """;
        var subject = new PolicySubject
        {
            EntityId = "e",
            EntityName = "n",
            Aliases = [new SubjectAlias("auth_token_6", "a", "bcb.svc-a", new Dictionary<string, string>())],
        };

        Assert.Equal(allowed, Check(Acl(subject, policy), path, operation, """{"data":{}}""").Allowed);
    }

    [Theory]
    [InlineData("red", "ui/data/carol-ent/x", "create read update")]
    [InlineData("red", "ui/data/bob-ent/x", "deny")]
    [InlineData("red", "virt/meta/red", "read")]
    [InlineData("red", "virt/meta/blue", "deny")]
    [InlineData("blue", "virt/meta/red", "deny")]
    [InlineData("blue", "virt/meta/blue", "read")]
    [InlineData("blue", "virt/285e89a7", "read")]
    public void Capabilities_follow_the_template(string team, string path, string expected)
    {
        const string policy = """
            path "ui/data/{{identity.entity.name}}/*" { capabilities = ["create","read","update"] }
            path "virt/{{identity.entity.id}}" { capabilities = ["read"] }
            path "virt/meta/{{identity.entity.metadata.team}}" { capabilities = ["read"] }
            """;
        var carol = new PolicySubject
        {
            EntityId = "285e89a7",
            EntityName = "carol-ent",
            Metadata = new Dictionary<string, string> { ["team"] = team },
        };

        Assert.Equal(expected, Capabilities(Acl(carol, policy, OwnAffairs), path));
    }

    [Fact]
    public void HCL_and_JSON_policies_apply_together()
    {
        const string hcl = """path "x/y" { capabilities = ["read"] }""";
        const string json = """{"path":{"x/y":{"capabilities":["list"]}}}""";

        Assert.Equal("list read", Capabilities(Acl(hcl, json), "x/y"));
        Assert.Equal("list", Capabilities(Acl(json), "x/y"));
    }
}
