using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.WhoCan;
using Xunit;

namespace BackupCodeBroker.Tests.Core.WhoCan;

/// <summary>Who may, and how they come by it.</summary>
public sealed class AccessEvaluatorTests
{
    private static readonly string[] None = [];

    private static SmallVault Userpass(params LogInRole[] users) => new SmallVault().LogIn("auth/up", "userpass", users);

    private static LogInRole User(string name, params string[] policies) => new(LogInRoleKind.User, name, policies);

    private static LogInRole Role(string name, params string[] policies) => new(LogInRoleKind.Role, name, policies);

    [Fact]
    public void By_the_entity_by_a_group_by_a_group_of_the_group_and_by_the_user()
    {
        var vault = Userpass(User("a"), User("b"), User("c"), User("d", "verifier")).Policy("verifier", "consume/*")
            .Group("outer", ["verifier"]).Group("inner", None, "outer").Group("direct", ["verifier"])
            .Entity("a", ["verifier"], None, "auth/up a").Entity("b", None, ["direct"], "auth/up b").Entity("c", None, ["inner"], "auth/up c").Entity("d", None, None, "auth/up d")
            .Entity("nobody", None, None, "auth/up a");

        Assert.Equal(["a: auth/up a", "b: auth/up b", "c: auth/up c", "d: auth/up d"], vault.Consumers());
        Assert.Equal(
            ["entity", "group direct", "group outer (by way of inner)", "user d"],
            vault.Who(Operation.Consume, "x").Holders.Select(one => Assert.Single(Assert.Single(one.Ways).Given).Givers.Single()));
        Assert.All(vault.Who(Operation.Consume, "x").Holders, one => Assert.Equal(new GrantingStanza("verifier", "ask/consume/*"), Assert.Single(one.Ways[0].Grant.Stanzas)));
        Assert.Empty(vault.Who(Operation.Issue, "x").Holders);
    }

    [Fact]
    public void A_closer_stanza_and_a_denial_of_whichever_policy_decide()
    {
        var vault = Userpass(User("a", "verifier"), User("b", "verifier"), User("c", "verifier"), User("d", "verifier"))
            .Policy("verifier", "consume/*").Policy("not-x", "!consume/x").Policy("none-of-x", "!consume/x*").Policy("list-x", "consume/other")
            .Text("closer", "path \"ask/consume/x\" { capabilities = [\"list\"] }")
            .Group("barred", ["not-x"])
            .Entity("a", None, ["barred"], "auth/up a").Entity("b", ["closer"], None, "auth/up b").Entity("c", ["list-x"], None, "auth/up c").Entity("d", ["none-of-x"], None, "auth/up d");

        Assert.Equal(["c: auth/up c"], vault.Consumers("x"));
        Assert.Equal(["a: auth/up a", "b: auth/up b", "c: auth/up c"], vault.Consumers("x-1"));
        Assert.Equal(["a: auth/up a", "b: auth/up b", "c: auth/up c", "d: auth/up d"], vault.Consumers("y"));
    }

    [Fact]
    public void An_owner_by_the_owners_grant_itself_or_as_a_member_of_the_group_and_nobody_else()
    {
        var vault = Userpass(User("a", "owner"), User("b", "owner"), User("c", "owner")).Policy("owner", "issue/@owned").Group("team", None)
            .Entity("a", None, None, "auth/up a").Entity("b", None, ["team"], "auth/up b").Entity("c", None, None, "auth/up c");

        Assert.Equal("a", Assert.Single(vault.Who(Operation.Issue, "x", "a").Holders).Holder.Name);
        Assert.Equal("b", Assert.Single(vault.Who(Operation.Issue, "x", "team").Holders).Holder.Name);
        Assert.True(vault.Who(Operation.Issue, "x", "a").Holders[0].Ways[0].Grant.IsOwners);
        Assert.Empty(vault.Who(Operation.Issue, "x").Holders);
        // Who registers is not chosen by owning.
        Assert.Empty(vault.Policy("owner", "register/@owned").Who(Operation.Register, "x", "a").Holders);
    }

    [Fact]
    public void The_owners_form_counts_for_nothing_where_the_name_is_granted_and_then_refused()
    {
        // The broker asks for the name where capabilities grant it; that Vault then wants a wrapped answer does not make it ask otherwise.
        var vault = Userpass(User("a", "owner", "wrapped")).Policy("owner", "issue/@owned")
            .Text("wrapped", "path \"ask/issue/x\" { capabilities = [\"read\"] min_wrapping_ttl = \"10s\" }")
            .Entity("a", None, None, "auth/up a");

        Assert.Empty(vault.Who(Operation.Issue, "x", "a").Holders);
        Assert.Single(vault.Who(Operation.Issue, "y", "a").Holders);
    }

    [Fact]
    public void Disabled_ones_and_ones_that_cannot_introduce_themselves_stand_apart()
    {
        var vault = Userpass(User("a", "verifier"), new LogInRole(LogInRoleKind.User, "b", ["verifier"], BringsDefault: false)).Policy("verifier", "consume/*")
            .Entity("a", None, None, isDisabled: true, "auth/up a").Entity("b", None, None, "auth/up b");

        var answer = vault.Who(Operation.Consume, "x");

        Assert.Empty(answer.Holders);
        Assert.Equal("a", Assert.Single(answer.Disabled).Name);
        Assert.Equal("b", Assert.Single(answer.CannotAsk).Name);
    }

    [Theory]
    [Trait("Requirement", "R-30")]
    [InlineData("ask/*")]
    [InlineData("*")]
    [InlineData("+/@probe/*")]
    public void Whoever_a_wildcard_grants_the_probe_is_named_as_too_broad_and_can_do_nothing(string path)
    {
        var vault = Userpass(User("a", "verifier")).Policy("verifier", "consume/*").Text("wide", $"path \"{path}\" {{ capabilities = [\"list\"] }}")
            .Entity("a", ["wide"], None, "auth/up a");

        Assert.Empty(vault.Consumers());
        var broad = Assert.Single(vault.Evaluator.TooBroad);
        Assert.Equal(("a", path), (broad.Holder.Name, Assert.Single(broad.Stanzas).Path));
    }

    [Fact]
    public void Whoever_carries_an_unread_policy_is_named_whatever_else_they_may()
    {
        var vault = Userpass(User("a", "verifier")).Policy("verifier", "consume/*").Unreadable("strange").Entity("a", ["strange"], None, "auth/up a");

        Assert.Equal(["strange"], Assert.Single(vault.Evaluator.Unsure).Policies);
        Assert.Equal(["a: auth/up a"], vault.Consumers());
    }

    [Fact]
    public void A_role_gives_it_to_anybody_and_to_those_who_are_known_perhaps()
    {
        var vault = new SmallVault().LogIn("auth/jwt", "jwt", Role("ci", "verifier"), Role("dev")).Policy("verifier", "consume/*")
            .Entity("a", None, None, "auth/jwt a");

        Assert.Equal(["a: auth/jwt ci?", "ci: auth/jwt ci"], vault.Consumers());
    }

    [Fact]
    public void A_template_gives_it_to_whom_it_reads_for_and_is_told_of_the_role()
    {
        var vault = new SmallVault().LogIn("auth/jwt", "jwt", Role("own", "mine")).Text("mine", "path \"ask/consume/{{identity.entity.metadata.team}}.*\" { capabilities = [\"read\"] }")
            .Entity("a", None, None, "auth/jwt a").Entity("b", None, None, "auth/jwt b");

        Assert.Equal(["a: auth/jwt own"], vault.Consumers("a.x"));
        Assert.Equal("own", Assert.Single(vault.Who(Operation.Consume, "a.x").DependingOnWho).Holder.Name);
        Assert.Empty(vault.Who(Operation.Issue, "a.x").DependingOnWho);
    }

    [Fact]
    public void A_name_that_makes_a_path_no_path_makes_the_token_good_for_nothing()
    {
        var vault = Userpass(User("a", "verifier", "odd")).Policy("verifier", "consume/*").Text("odd", "path \"secret/{{identity.entity.name}}*\" { capabilities = [\"read\"] }")
            .Entity("+", None, None, "auth/up a");

        Assert.Empty(vault.Consumers());
    }

    [Fact]
    public void An_account_is_its_entity_alone_and_nobody_where_that_is_disabled()
    {
        var ci = new LogInRole(LogInRoleKind.Account, "ci", ["verifier"]);
        var vault = new SmallVault().LogIn("auth/ar", "approle", ci, ci with { Name = "new" }).Policy("verifier", "consume/*")
            .Entity("robot", None, None, isDisabled: true, "auth/ar 123 role_name=ci").Entity("old", None, None, "auth/ar 456 role_name=gone");

        Assert.Equal(["new: auth/ar new"], vault.Consumers());
        Assert.Equal("robot", Assert.Single(vault.Who(Operation.Consume, "x").Disabled).Name);
    }

    [Fact]
    public void A_token_role_lets_pick_one_of_its_policies_and_one_that_only_withholds_lets_pick_any_other()
    {
        var picks = new LogInRole(LogInRoleKind.TokenRole, "people", ["other", "verifier"]) { Aliases = ["p-*"] };
        var open = new LogInRole(LogInRoleKind.TokenRole, "open", []) { Withheld = ["other"] };
        var vault = new SmallVault().LogIn("auth/token", "token", picks, open).Policy("verifier", "consume/*").Policy("other", "!consume/x")
            .Entity("a", None, None, "auth/token p-a").Entity("b", None, None, "auth/token q-b");

        Assert.Equal(["a: auth/token people?", "open: auth/token open?", "people: auth/token people?"], vault.Consumers());
    }

    [Fact]
    public void An_external_group_and_the_group_around_it_give_it_to_whoever_is_in_it_at_log_in()
    {
        var vault = new SmallVault().LogIn("auth/ldap", "ldap", new LogInRole(LogInRoleKind.Group, "ops", ["verifier"])).Policy("verifier", "consume/x").Policy("more", "consume/y")
            .Group("around", ["more"]).External("operators", "auth/ldap", None, "around");

        Assert.Equal(["ops: auth/ldap ops"], vault.Consumers("x"));
        Assert.Equal(["operators: auth/ldap"], vault.Consumers("y"));
        Assert.Equal(HolderKind.ExternalGroup, vault.Who(Operation.Consume, "y").Holders[0].Holder.Kind);
    }

    [Fact]
    public void A_user_who_never_logged_in_counts_and_one_who_is_gone_does_not()
    {
        var vault = Userpass(User("new", "verifier")).Policy("verifier", "consume/*").Entity("gone", ["verifier"], None, "auth/up gone").Entity("nowhere", ["verifier"], None, "auth/deleted x");

        Assert.Equal(["gone: none?", "nowhere: none?", "new: auth/up new"], vault.Consumers());
    }

    [Fact]
    public void Policies_that_grant_it_are_named_with_whether_anybody_is_given_them()
    {
        var vault = Userpass(User("a", "given")).Policy("given", "consume/*").Policy("loose", "consume/x").Policy("owners", "consume/@owned").Policy("else", "consume/z");

        Assert.Equal(
            [("given", false, true), ("loose", false, false), ("owners", true, false)],
            vault.Who(Operation.Consume, "x").Policies.Select(policy => (policy.Stanza.Policy, policy.IsOwners, policy.IsGiven)));
    }

    [Fact]
    public void Operations_over_everything_have_no_identity()
    {
        var vault = Userpass(User("a", "lister")).Policy("lister", "list").Policy("stop", "lockdown/*").Entity("a", ["stop"], None, "auth/up a");

        Assert.Single(vault.Evaluator.Ask(new AccessQuestion(Operation.List, null)).Holders);
        Assert.Single(vault.Evaluator.Ask(new AccessQuestion(Operation.Lockdown, "")).Holders);
    }
}
