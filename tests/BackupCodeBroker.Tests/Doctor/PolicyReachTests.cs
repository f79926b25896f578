using BackupCodeBroker.Core.VaultPolicies;
using BackupCodeBroker.Doctor;
using BackupCodeBroker.Tests.Bootstrap;
using BackupCodeBroker.Vault;
using Xunit;

namespace BackupCodeBroker.Tests.Doctor;

public sealed class PolicyReachTests
{
    private static readonly VaultSettings Names = new();

    [Theory]
    // A policy's rules (path, capabilities); what it reaches: check at rule.
    [InlineData("*:read", "policies-too-broad *")]
    [InlineData("*:update", "policies-too-broad *,policies-on-documents *,policies-on-children *")]
    [InlineData("backup-codes*:delete", "policies-too-broad backup-codes*,policies-on-documents backup-codes*")]
    [InlineData("backup-codes-broker/*:read", "policies-too-broad backup-codes-broker/*")]
    [InlineData("+/@probe/+:read", "policies-too-broad +/@probe/+")]
    [InlineData("backup-codes-broker/consume/*:read", "")]
    [InlineData("backup-codes/data/*:read", "")]
    [InlineData("backup-codes/data/*:update", "policies-on-documents backup-codes/data/*")]
    [InlineData("/backup-codes/data/*:update", "policies-on-documents /backup-codes/data/*")]
    [InlineData("backup-codes/config:update", "policies-on-documents backup-codes/config")]
    [InlineData("backup-codes/destroy/identities/bcb.x:update", "policies-on-documents backup-codes/destroy/identities/bcb.x")]
    [InlineData("+/metadata/+/bcb.x:delete", "policies-on-documents +/metadata/+/bcb.x")]
    [InlineData("+/+/identities/*:patch", "policies-on-documents +/+/identities/*")]
    [InlineData("backup-codes:update", "")]
    [InlineData("backup-codes-2/data/*:update", "")]
    [InlineData("secret/*:update", "")]
    // A closer deny takes it back; a closer grant does not need the wide one.
    [InlineData("backup-*:update|backup-codes/*:deny|backup-codes-broker/*:deny", "")]
    [InlineData("backup-codes/data/*:update|backup-codes/*:deny", "policies-on-documents backup-codes/data/*")]
    [InlineData("auth/token/create/*:update", "policies-on-children auth/token/create/*")]
    [InlineData("auth/token/create/bcb-sweeper:create", "policies-on-children auth/token/create/bcb-sweeper")]
    [InlineData("auth/token/create:update", "")]
    public void Says_what_a_policy_reaches(string rules, string reached)
    {
        var text = string.Join('\n', rules.Split('|').Select(rule => rule.Split(':')).Select(rule => PolicyStanza.Granting(rule[0], rule[1])));

        var found = PolicyReach.Of(Parsed(text), Names).Select(one => $"{one.Check} {one.Rule}").Distinct();

        Assert.Equal(reached, string.Join(',', found));
    }

    [Fact]
    public void A_deny_at_the_path_that_is_named_takes_it_back()
    {
        string[] wide = ["*", "+/*", "backup-codes/data/*", "backup-codes/metadata/identities/bcb.x", "+/data/+/bcb.x"];
        foreach (var rule in wide)
        {
            var text = PolicyStanza.Granting(rule, "update", "delete");
            var found = PolicyReach.Of(Parsed(text), Names);
            Assert.NotEmpty(found);
            var denied = text + '\n' + string.Join('\n', found.Select(one => PolicyStanza.Granting(one.Deny, "deny")));
            Assert.Empty(PolicyReach.Of(Parsed(denied), Names));
        }
    }

    [Fact]
    public void The_shipped_policies_for_people_reach_nothing() =>
        Assert.All(Shipped.People, name => Assert.Empty(PolicyReach.Of(Shipped.Parse(name), Names)));

    [Fact]
    public void Other_mounts_are_other_paths()
    {
        var names = new VaultSettings { KvMount = "prod/codes", AskMount = "prod/ask", TokenRole = "prod-identity", SweeperRole = "prod-sweeper" };
        Assert.Empty(PolicyReach.Of(Parsed(PolicyStanza.Granting("backup-codes/*", "update")), names));
        Assert.Equal("prod/*", Assert.Single(PolicyReach.Of(Parsed(PolicyStanza.Granting("prod/*", "delete")), names), one => one.Check == DoctorChecks.PoliciesOnDocuments).Rule);
    }

    private static VaultPolicy Parsed(string text) => Assert.IsType<VaultPolicyParse.Parsed>(VaultPolicy.Parse("p", text)).Policy;
}
