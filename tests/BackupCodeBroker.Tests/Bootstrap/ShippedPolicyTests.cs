using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.Tests.Bootstrap;

/// <summary>What each shipped policy lets through, as a table that has to be changed together with the file.</summary>
public sealed class ShippedPolicyTests
{
    private const string Self = "auth/token/lookup-self=read sys/capabilities-self=update";

    public static TheoryData<string, string> Grants => new()
    {
        {
            "bcb-broker",
            "auth/token/create/bcb-identity=update auth/token/create/bcb-sweeper=update sys/wrapping/wrap=update "
            + "auth/token/lookup-accessor=update identity/lookup/entity=update identity/entity/id/+=read identity/group/id/+=read transit/hmac/bcb-pepper=update "
            + "backup-codes/config=read backup-codes-broker/@ready=read auth/token/lookup-self=read auth/token/renew-self=update auth/token/revoke-self=update"
        },
        {
            "bcb-identity",
            "backup-codes/data/identities/{{identity.entity.aliases.auth_token_11223344.name}}=create,read,update "
            + "backup-codes/data/broker/state=read"
        },
        {
            "bcb-recovery",
            "auth/bcb-recover/role/+/secret-id=update auth/bcb-recover/role/+/role-id=read auth/bcb-recover/role/+/secret-id-accessor/destroy=update "
            + "auth/token/create/bcb-recover-*=update auth/token/revoke-accessor=update"
        },
        {
            "bcb-sweeper",
            "backup-codes/metadata/identities/=list backup-codes/data/identities/*=read backup-codes/metadata/broker/lockdowns/=list "
            + "backup-codes/data/broker/*=create,read,update"
        },
        {
            "bcb-owner",
            "backup-codes-broker/issue/@owned=read backup-codes-broker/retrieve/@owned=read backup-codes-broker/status/@owned=read "
            + "backup-codes-broker/drill/@owned=read backup-codes-broker/revoke/@owned=read backup-codes-broker/approve/@owned=read sys/wrapping/lookup=update sys/wrapping/unwrap=update " + Self
        },
        { "bcb-verifier", "backup-codes-broker/consume/*=read backup-codes-broker/drill/*=read " + Self },
        {
            "bcb-help-desk",
            "backup-codes-broker/approve/*=read backup-codes-broker/status/*=read backup-codes-broker/revoke/*=read "
            + "backup-codes-broker/leaks=read " + Self
        },
        {
            "bcb-platform-team",
            "backup-codes-broker/register/team-a.*=read backup-codes-broker/transfer/team-a.*=read backup-codes-broker/retire/team-a.*=read "
            + "backup-codes-broker/revoke/team-a.*=read backup-codes-broker/status/team-a.*=read backup-codes-broker/list=read "
            + "backup-codes-broker/report=read backup-codes-broker/leaks=read " + Self
        },
        {
            "bcb-incident-responder",
            "backup-codes-broker/lockdown/*=read backup-codes-broker/issue-in-lockdown/*=read backup-codes-broker/revoke/*=read "
            + "backup-codes-broker/status/*=read backup-codes-broker/list=read backup-codes-broker/report=read "
            + "backup-codes-broker/leaks=read " + Self
        },
        {
            "bcb-auditor",
            "backup-codes-broker/report=read backup-codes-broker/list=read backup-codes-broker/status/*=read sys/policies/acl=list "
            + "sys/policies/acl/*=read identity/entity/id=list identity/entity/id/+=read identity/group/id=list identity/group/id/+=read "
            + "sys/auth=read auth/+/role/=list auth/+/role/+=read auth/+/users/=list auth/+/users/+=read auth/+/groups/=list "
            + "auth/+/groups/+=read auth/+/roles/=list auth/+/roles/+=read auth/+/certs/=list auth/+/certs/+=read "
            + "auth/+/map/teams/=list auth/+/map/teams/+=read auth/+/map/users/=list auth/+/map/users/+=read " + Self
        },
        {
            "bcb-bootstrap",
            "sys/mounts=read sys/auth=read sys/mounts/backup-codes=create,update sys/mounts/backup-codes-broker=create,update "
            + "sys/mounts/transit=create,update backup-codes/config=create,read,update "
            + "backup-codes/data/identities/bcb._decoy=create,read backup-codes/data/broker/state=create,read "
            + "sys/policies/acl/bcb-identity=create,read,update sys/policies/acl/bcb-sweeper=create,read,update "
            + "sys/policies/acl/bcb-broker=create,read,update sys/policies/acl/bcb-platform-team=create,read,update "
            + "sys/policies/acl/bcb-owner=create,read,update sys/policies/acl/bcb-verifier=create,read,update "
            + "sys/policies/acl/bcb-help-desk=create,read,update sys/policies/acl/bcb-incident-responder=create,read,update "
            + "sys/policies/acl/bcb-auditor=create,read,update sys/policies/acl/bcb-recovery=create,read,update "
            + "sys/policies/acl/bcb-bootstrap=read "
            + "auth/token/roles/bcb-identity=create,read,update auth/token/roles/bcb-sweeper=create,read,update "
            + "identity/lookup/entity=update auth/token/create/bcb-identity=update sys/auth/approle=create,sudo,update "
            + "sys/auth/bcb-recover=create,sudo,update auth/approle/role/bcb-broker=create,read,update auth/approle/role/bcb-broker/role-id=read "
            + "auth/approle/role/bcb-broker/secret-id=create,update auth/approle/role/bcb-broker/secret-id/lookup=create,update "
            + "auth/kubernetes/role/bcb-broker=create,read,update auth/jwt/role/bcb-broker=create,read,update "
            + "transit/keys/bcb-pepper=create,read,update transit/keys/bcb-pepper/config=create,update "
            + "sys/config/auditing/request-headers/traceparent=create,read,sudo,update sys/audit=read,sudo auth/token/lookup-self=read"
        },
    };

    [Theory]
    [MemberData(nameof(Grants))]
    [Trait("Requirement", "R-31")]
    public void Each_policy_grants_exactly_its_table(string name, string grants)
    {
        var granted = Shipped.Parse(name).Rules.Select(rule => $"{rule.Path}={string.Join(',', VaultCapabilityNames.List(rule.Capabilities))}");

        Assert.Equal(grants.Split(' '), granted);
    }

    [Fact]
    public void Every_shipped_file_is_in_the_table() =>
        Assert.Equal(
            Grants.Select(row => row.Data.Item1).Order(StringComparer.Ordinal),
            Shipped.All.Select(policy => policy.ShippedName).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("register")]
    [InlineData("issue")]
    [InlineData("retrieve")]
    [InlineData("consume")]
    [InlineData("drill")]
    [InlineData("status")]
    [InlineData("revoke")]
    [InlineData("approve")]
    [InlineData("transfer")]
    [InlineData("retire")]
    [InlineData("issue-in-lockdown")]
    [InlineData("lockdown")]
    [InlineData("list")]
    [InlineData("report")]
    [InlineData("leaks")]
    public void Every_operation_is_somebodys(string operation)
    {
        var path = $"backup-codes-broker/{operation}";

        Assert.Contains(Shipped.People, name => Shipped.Parse(name).Rules.Any(rule =>
            rule.Path == path || rule.Path.StartsWith(path + "/", StringComparison.Ordinal)));
    }

    [Fact]
    [Trait("Requirement", "R-30")]
    public void No_shipped_policy_grants_the_probe() =>
        Assert.All(Shipped.People, name => Assert.Equal(
            VaultCapabilities.Deny, Shipped.AclOf(name).CapabilitiesOf("backup-codes-broker/@probe/@probe")));

    [Fact]
    public void People_are_never_let_near_the_documents() =>
        Assert.All(Shipped.People, name => Assert.DoesNotContain(
            Shipped.Parse(name).Rules, rule => rule.Path.StartsWith("backup-codes/", StringComparison.Ordinal)));

    [Fact]
    public void Nobody_is_given_a_delete() =>
        Assert.All(Shipped.All, policy => Assert.DoesNotContain(
            Shipped.Parse(policy).Rules, rule => rule.Capabilities.HasFlag(VaultCapabilities.Delete)));

    [Fact]
    public void Other_names_replace_whole_segments_of_paths_and_nothing_else()
    {
        var settings = new VaultSettings
        {
            KvMount = "prod/codes",
            AskMount = "prod/ask",
            TransitMount = "keys",
            PepperKey = "prod-pepper",
            TokenRole = "prod-identity",
            SweeperRole = "prod-sweeper",
            AppRoleMount = "services",
            AppRoleName = "prod-broker",
            RecoveryMount = "prod-recover",
            RecoveryRolePrefix = "prod-recover-",
        };
        var policies = ShippedPolicies.In(settings, "prod-").ToDictionary(policy => policy.ShippedName);

        string[] Paths(string name) => [.. Shipped.Parse(policies[name]).Rules.Select(rule => rule.Path)];

        Assert.All(policies, policy => Assert.StartsWith("prod-", policy.Value.Name, StringComparison.Ordinal));
        Assert.Contains("prod/codes/data/broker/state", Paths("bcb-identity"));
        Assert.Contains("prod/ask/consume/*", Paths("bcb-verifier"));
        Assert.Contains("prod/ask/list", Paths("bcb-auditor"));
        Assert.Contains("prod/ask/@ready", Paths("bcb-broker"));
        Assert.Contains("keys/hmac/prod-pepper", Paths("bcb-broker"));
        Assert.Contains("auth/token/create/prod-identity", Paths("bcb-broker"));
        Assert.Contains("auth/token/create/prod-sweeper", Paths("bcb-broker"));
        Assert.Contains("auth/services/role/prod-broker/secret-id/lookup", Paths("bcb-bootstrap"));
        Assert.Contains("auth/prod-recover/role/+/secret-id", Paths("bcb-recovery"));
        Assert.Contains("auth/token/create/prod-recover-*", Paths("bcb-recovery"));
        Assert.Contains("sys/auth/prod-recover", Paths("bcb-bootstrap"));
        Assert.Contains("sys/mounts/prod/codes", Paths("bcb-bootstrap"));
        Assert.Contains("sys/policies/acl/prod-help-desk", Paths("bcb-bootstrap"));
        Assert.Contains("prod/codes/data/identities/bcb._decoy", Paths("bcb-bootstrap"));
        Assert.DoesNotContain(policies.Keys.SelectMany(Paths), path =>
            path.Split('/').Intersect(["backup-codes", "backup-codes-broker", "transit", "approle", "bcb-pepper"]).Any());
    }

    [Fact]
    public void With_the_default_names_a_file_is_what_is_written() =>
        Assert.All(Shipped.All, policy => Assert.Equal((policy.ShippedName, policy.Text), (policy.Name, ReadFile(policy.ShippedName))));

    [Fact]
    public void One_policy_waits_for_the_accessor_and_one_replacement_fills_it()
    {
        var templated = Assert.Single(Shipped.All, policy => policy.IsTemplated);

        Assert.Equal("bcb-identity", templated.ShippedName);
        Assert.Equal(2, templated.Text.Split(ShippedPolicy.AccessorPlaceholder).Length);
        Assert.DoesNotContain(ShippedPolicy.AccessorPlaceholder, templated.For("auth_token_1"), StringComparison.Ordinal);
    }

    private static string ReadFile(string name)
    {
        using var stream = typeof(ShippedPolicies).Assembly.GetManifestResourceStream($"vault-policies/{name}.hcl")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
