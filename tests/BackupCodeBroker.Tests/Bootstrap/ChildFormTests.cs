using System.Text.Json;
using System.Text.Json.Nodes;
using BackupCodeBroker.Core.VaultPolicies;
using Xunit;

namespace BackupCodeBroker.Tests.Bootstrap;

/// <summary>What the broker's token can mint and wrap, and what the children can reach, by the policies alone.</summary>
public sealed class ChildFormTests
{
    private const string Form =
        """{"policies":["bcb-identity"],"entity_alias":"bcb.svc-a","ttl":"60s","type":"batch","no_default_policy":true,"meta":{"replica":"r1"}}""";

    private static readonly AclOperation[] Verbs =
        [AclOperation.Create, AclOperation.Read, AclOperation.Update, AclOperation.Delete, AclOperation.List, AclOperation.Patch];

    [Fact]
    [Trait("Requirement", "R-33")]
    public void The_one_form_can_be_minted()
    {
        Assert.True(Mints("bcb-identity", Form));
        Assert.True(Mints("bcb-sweeper", Form.Replace("bcb.svc-a", "bcb._sweeper", StringComparison.Ordinal)));
    }

    [Theory]
    [Trait("Requirement", "R-33")]
    [InlineData("type", "\"service\"")]
    [InlineData("type", null)]
    [InlineData("ttl", "\"61s\"")]
    [InlineData("ttl", "60")]
    [InlineData("ttl", null)]
    [InlineData("no_default_policy", "false")]
    [InlineData("no_default_policy", null)]
    [InlineData("entity_alias", "\"admin\"")]
    [InlineData("entity_alias", "\"xbcb.a\"")]
    [InlineData("entity_alias", null)]
    [InlineData("explicit_max_ttl", "\"768h\"")]
    [InlineData("period", "\"1h\"")]
    [InlineData("renewable", "true")]
    [InlineData("num_uses", "1")]
    [InlineData("no_parent", "true")]
    [InlineData("id", "\"known\"")]
    [InlineData("display_name", "\"x\"")]
    [InlineData("lease", "\"768h\"")]
    [InlineData("TTL", "\"768h\"")]
    public void No_other_form_can(string field, string? value)
    {
        var body = JsonNode.Parse(Form)!.AsObject();
        body.Remove(field);
        if (value is not null)
        {
            body[field] = JsonNode.Parse(value);
        }

        Assert.False(Mints("bcb-identity", body.ToJsonString()));
    }

    [Theory]
    [Trait("Requirement", "R-33")]
    [InlineData("auth/token/create")]
    [InlineData("auth/token/create-orphan")]
    [InlineData("auth/token/create/")]
    [InlineData("auth/token/create/other")]
    [InlineData("auth/token/create/bcb-identity/more")]
    public void Nowhere_else_is_anything_minted(string path) =>
        Assert.False(Shipped.AclOf("bcb-broker").Check(Request(path, Form)).Allowed);

    [Fact]
    [Trait("Requirement", "R-33")]
    public void The_sweepers_role_is_for_the_sweepers_alias_alone() => Assert.False(Mints("bcb-sweeper", Form));

    [Theory]
    [Trait("Requirement", "R-07")]
    [InlineData(9, false)]
    [InlineData(10, true)]
    [InlineData(300, true)]
    [InlineData(3600, true)]
    [InlineData(3601, false)]
    [InlineData(null, false)]
    public void Wraps_are_bounded(int? seconds, bool allowed) => Assert.Equal(allowed, Shipped.AclOf("bcb-broker").Check(
        new AclRequest("sys/wrapping/wrap", AclOperation.Update, WrapTtl: seconds is { } ttl ? TimeSpan.FromSeconds(ttl) : null)).Allowed);

    [Fact]
    [Trait("Requirement", "R-32")]
    public void A_child_reaches_its_own_document_and_no_other()
    {
        var child = Shipped.Child("bcb-identity", "bcb.svc-a");

        Assert.Equal(
            VaultCapabilities.Create | VaultCapabilities.Read | VaultCapabilities.Update,
            child.CapabilitiesOf("backup-codes/data/identities/bcb.svc-a"));
        Assert.Equal(VaultCapabilities.Read, child.CapabilitiesOf("backup-codes/data/broker/state"));
        string[] others =
        [
            "backup-codes/data/identities/bcb.svc-b", "backup-codes/data/identities/bcb.svc-a/x", "backup-codes/data/identities/bcb.svc-aa",
            "backup-codes/data/identities/", "backup-codes/metadata/identities/bcb.svc-a", "backup-codes/metadata/identities/",
            "backup-codes/delete/identities/bcb.svc-a", "backup-codes/undelete/identities/bcb.svc-a",
            "backup-codes/destroy/identities/bcb.svc-a", "backup-codes/data/broker/lease", "backup-codes/config",
            "auth/token/create/bcb-identity", "auth/token/renew-self", "sys/capabilities-self", "cubbyhole/x",
        ];
        Assert.All(others, path => Assert.All(Verbs, verb => Assert.False(child.Check(new AclRequest(path, verb)).Allowed, $"{verb} {path}")));
    }

    [Fact]
    [Trait("Requirement", "R-32")]
    public void A_token_without_the_alias_gets_nothing_from_the_childs_policy() =>
        Assert.Equal(VaultCapabilities.Deny, VaultAcl.Compile([Shipped.Parse("bcb-identity")], subject: null)
            .CapabilitiesOf("backup-codes/data/identities/bcb.svc-a"));

    [Theory]
    [Trait("Requirement", "R-31")]
    [InlineData("backup-codes/data/identities/bcb.svc-a")]
    [InlineData("backup-codes/metadata/identities/")]
    [InlineData("backup-codes/metadata/identities/bcb.svc-a")]
    [InlineData("backup-codes/delete/identities/bcb.svc-a")]
    [InlineData("backup-codes/undelete/identities/bcb.svc-a")]
    [InlineData("backup-codes/destroy/identities/bcb.svc-a")]
    [InlineData("backup-codes/data/broker/state")]
    [InlineData("backup-codes-broker/consume/svc-a")]
    [InlineData("sys/policies/acl/bcb-broker")]
    [InlineData("sys/policy/bcb-broker")]
    [InlineData("auth/token/roles/bcb-identity")]
    [InlineData("auth/approle/role/bcb-broker/secret-id")]
    [InlineData("transit/keys/bcb-pepper")]
    [InlineData("transit/export/hmac-key/bcb-pepper")]
    [InlineData("transit/backup/bcb-pepper")]
    [InlineData("identity/entity/id/e-1/x")]
    [InlineData("identity/entity")]
    [InlineData("sys/capabilities-self")]
    [InlineData("sys/wrapping/unwrap")]
    [InlineData("cubbyhole/x")]
    public void The_broker_itself_reaches_no_code_data_and_nothing_that_leads_there(string path)
    {
        var broker = Shipped.AclOf("bcb-broker");

        Assert.All(Verbs, verb => Assert.False(broker.Check(new AclRequest(path, verb)).Allowed, $"{verb} {path}"));
    }

    [Fact]
    [Trait("Requirement", "R-04")]
    public void No_run_time_token_reaches_the_peppers_key()
    {
        VaultAcl[] runTime =
            [Shipped.AclOf("bcb-broker"), Shipped.Child("bcb-identity", "bcb.svc-a"), Shipped.Child("bcb-sweeper", "bcb._sweeper")];
        string[] keys = ["transit/keys/bcb-pepper", "transit/export/encryption-key/bcb-pepper", "transit/backup/bcb-pepper"];

        Assert.All(runTime, acl => Assert.All(keys, key => Assert.Equal(VaultCapabilities.Deny, acl.CapabilitiesOf(key))));
    }

    private static bool Mints(string role, string body) => Shipped.AclOf("bcb-broker").Check(Request($"auth/token/create/{role}", body)).Allowed;

    private static AclRequest Request(string path, string body)
    {
        using var document = JsonDocument.Parse(body);
        return new AclRequest(path, AclOperation.Update, document.RootElement.Clone());
    }
}
