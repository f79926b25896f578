using BackupCodeBroker.Core.WhoCan;
using Xunit;

namespace BackupCodeBroker.Tests.Core.WhoCan;

/// <summary>What is left of recovery while a log-in is down, and circles.</summary>
public sealed class RecoveryOutlookTests
{
    private static readonly string[] None = [];
    private static readonly string[] Spends = ["spend"], Approves = ["approve"], Both = ["spend", "approve"];

    private static SmallVault Vault => new SmallVault().Policy("spend", "consume/*").Policy("approve", "approve/*").Policy("owns", "consume/@owned")
        .LogIn("auth/oidc", "oidc", new LogInRole(LogInRoleKind.Role, "all", [])).LogIn("auth/up", "userpass")
        .LogIn("auth/jwt", "jwt", new LogInRole(LogInRoleKind.Role, "one", []), new LogInRole(LogInRoleKind.Role, "two", []))
        .LogIn("auth/ldap", "ldap");

    private static SmallVault People(params (string Name, string[] Policies, string LogIn)[] people)
    {
        var vault = Vault;
        foreach (var (name, policies, logIn) in people)
        {
            vault.Entity(name, policies, None, $"{logIn} {name}");
        }

        return vault;
    }

    private static RecoveryStanding Without(SmallVault vault, params string[] down) =>
        new RecoveryOutlook(vault.Evaluator, down.ToHashSet()).Of(new IdentityAccess("x", "boss", "me"));

    [Fact]
    public void Kept_where_somebody_comes_another_way_and_lost_where_nobody_does()
    {
        var vault = People(("a", Spends, "auth/oidc"), ("b", Spends, "auth/ldap"));

        Assert.Equal(Outlook.Kept, Without(vault, "auth/oidc").Outlook);
        Assert.Equal("b", Assert.Single(Without(vault, "auth/oidc").Consume.After).Name);
        Assert.Equal(Outlook.Lost, Without(vault, "auth/oidc", "auth/ldap").Outlook);
        Assert.Equal(Outlook.Nobody, Without(Vault, "auth/oidc").Outlook);
    }

    [Fact]
    public void Perhaps_where_who_is_left_comes_by_one_role_of_several() =>
        Assert.Equal(Outlook.Perhaps, Without(People(("a", Spends, "auth/oidc"), ("b", Spends, "auth/jwt")), "auth/oidc").Outlook);

    [Fact]
    public void An_owner_counts_by_the_owners_grant()
    {
        var vault = People(("a", Spends, "auth/oidc"), ("boss", ["owns"], "auth/ldap"));

        Assert.Equal(Outlook.Kept, Without(vault, "auth/oidc").Outlook);
        Assert.Equal(Outlook.Lost, new RecoveryOutlook(vault.Evaluator, new HashSet<string> { "auth/oidc" }).Of(new IdentityAccess("x", "other", null)).Outlook);
    }

    [Theory]
    // Who is left without OIDC, beside a spender, and what that comes to.
    [InlineData(Outlook.Kept, "a", "b")]
    [InlineData(Outlook.ApprovalLost, "a")]
    [InlineData(Outlook.ApprovalLost)]
    // The identity's own entity may ask, and never consents.
    [InlineData(Outlook.Kept, "a", "me")]
    [InlineData(Outlook.ApprovalLost, "me")]
    public void Approval_needs_three_different_people_of_whom_the_identity_itself_does_not_consent(Outlook expected, params string[] approvers)
    {
        var vault = People(("o1", Approves, "auth/oidc"), ("o2", Approves, "auth/oidc"), ("spender", Spends, "auth/ldap"));
        foreach (var approver in approvers)
        {
            vault.Entity(approver, Approves, None, "auth/ldap " + approver);
        }

        Assert.Equal(expected, Without(vault, "auth/oidc").Outlook);
    }

    [Fact]
    public void Who_is_two_of_the_three_is_not_enough() =>
        Assert.Equal(Outlook.ApprovalLost, Without(
            People(("o", Approves, "auth/oidc"), ("a", Both, "auth/ldap"), ("b", Both, "auth/ldap")), "auth/oidc").Outlook);

    [Fact]
    public void Where_nobody_ever_approves_spending_is_all_there_is_to_lose() =>
        Assert.Equal(Outlook.Kept, Without(People(("a", Spends, "auth/ldap")), "auth/oidc").Outlook);

    [Fact]
    public void Codes_that_only_their_own_entity_may_spend_are_a_circle()
    {
        Assert.Equal([new Circle(CircleKind.OwnEntity, null)], CirclesOf(People(("me", Spends, "auth/oidc")), null));
        Assert.Empty(CirclesOf(People(("me", Spends, "auth/oidc"), ("a", Spends, "auth/oidc")), null));
        Assert.Empty(CirclesOf(Vault, null));
    }

    [Fact]
    public void Codes_that_restore_the_log_in_that_all_who_may_spend_them_come_through_are_a_circle()
    {
        var vault = People(("a", Spends, "auth/oidc"), ("b", Spends, "auth/oidc"));

        Assert.Equal([new Circle(CircleKind.LogIn, "auth/oidc")], CirclesOf(vault, "auth/oidc/"));
        Assert.Empty(CirclesOf(vault, "auth/ldap"));
        Assert.Empty(CirclesOf(vault.Entity("c", Spends, None, "auth/ldap c"), "oidc"));
    }

    [Fact]
    public void Codes_that_restore_the_Vault_are_a_circle_whoever_may_spend_them() =>
        Assert.Equal([new Circle(CircleKind.Vault, null)], CirclesOf(People(("a", Spends, "auth/ldap")), "vault"));

    private static IReadOnlyList<Circle> CirclesOf(SmallVault vault, string? unlocks)
    {
        var evaluator = vault.Evaluator;
        return Circle.Of(evaluator, new RecoveryOutlook(evaluator, new HashSet<string>()).Of(new IdentityAccess("x", "boss", "me")), unlocks);
    }
}
