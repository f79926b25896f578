using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Tests.Core.Decisions;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Documents;

/// <summary>Which sets an incident's order is about.</summary>
public sealed class LockdownTests
{
    private static readonly IdentityDocument Document = Given.Active().Document;
    private static readonly CodeSet Set = Document.Active!;

    private static readonly LockdownScope AllConditions = new()
    {
        Identities = "team-a.*",
        Owner = "entity-owner",
        Labels = Label("tier", "1"),
        IssuedSince = Given.Now,
        IssuedBy = "entity-owner",
        ActivatedBy = "entity-owner",
    };

    private static readonly Dictionary<string, (bool Identity, bool Set, LockdownScope Scope)> Scopes = new()
    {
        ["everything"] = (true, true, new()),
        ["its name"] = (true, true, new() { Identities = Given.Identity }),
        ["its prefix"] = (true, true, new() { Identities = "team-a.*" }),
        ["every name"] = (true, true, new() { Identities = "*" }),
        ["another name"] = (false, false, new() { Identities = "team-a.buil" }),
        ["another prefix"] = (false, false, new() { Identities = "team-b.*" }),
        ["a pattern that cannot be read"] = (true, true, new() { Identities = "*.build" }),
        ["an empty pattern"] = (true, true, new() { Identities = "" }),
        ["its owner"] = (true, true, new() { Owner = "entity-owner" }),
        ["another owner"] = (false, false, new() { Owner = "entity-other" }),
        ["a label of it"] = (true, true, new() { Labels = Label("tier", "1") }),
        ["both its labels"] = (true, true, new() { Labels = new Dictionary<string, string> { ["tier"] = "1", ["team"] = "a" } }),
        ["a label with another text"] = (false, false, new() { Labels = Label("tier", "2") }),
        ["a label that it has not"] = (false, false, new() { Labels = Label("squad", "a") }),
        ["no labels at all"] = (true, true, new() { Labels = new Dictionary<string, string>() }),
        ["issued since its issue"] = (true, true, new() { IssuedSince = Given.Now }),
        ["issued later"] = (true, false, new() { IssuedSince = Given.Now.AddTicks(1) }),
        ["issued by this entity"] = (true, true, new() { IssuedBy = "entity-owner" }),
        ["issued by this token"] = (true, true, new() { IssuedBy = "accessor-owner" }),
        ["issued by another"] = (true, false, new() { IssuedBy = "entity-stranger" }),
        ["activated by this entity"] = (true, true, new() { ActivatedBy = "entity-owner" }),
        ["activated by another"] = (true, false, new() { ActivatedBy = "entity-stranger" }),
        ["all conditions hold"] = (true, true, AllConditions),
        ["all but one hold"] = (true, false, AllConditions with { ActivatedBy = "entity-stranger" }),
    };

    public static TheoryData<string> Cases => [.. Scopes.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    [Trait("Requirement", "R-17")]
    public void A_scope_is_about(string what)
    {
        var (identity, set, scope) = Scopes[what];
        Assert.Equal((identity, set), (scope.MatchesIdentity(Document), scope.Matches(Document, Set)));
        var state = Given.Around.With(Given.Locked(scope: scope)).State;
        Assert.Equal((identity, set), (state.OverIssuing(Document) is not null, state.Over(Document, Set, Given.Now) is not null));
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(7, false)]
    [InlineData(8, true)]
    [InlineData(long.MaxValue, true)]
    public void Only_sets_of_an_earlier_state_are_under_it(long version, bool matches) =>
        Assert.Equal(matches, new LockdownReach(Given.Locked(version: version)).Matches(Document, Set));

    [Fact]
    public void A_set_that_nobody_activated_is_not_activated_by_anybody()
    {
        var pending = Set with { ActivatedBy = null };
        Assert.False(new LockdownScope { ActivatedBy = "" }.Matches(Document, pending));
    }

    [Fact]
    public void Void_comes_before_freeze()
    {
        var over = Given.Around.With(Given.Locked() with { Id = "freeze" }, Given.Locked(Lockdown.Void) with { Id = "void" }).State.Over(Document, Set, Given.Now);
        Assert.Equal("void", over!.Id);
    }

    [Fact]
    [Trait("Requirement", "R-17")]
    public void Taking_a_label_off_or_giving_the_identity_away_takes_no_set_out_of_a_lockdown()
    {
        var issued = Set with { LabelDigests = LabelDigest.Of(new Dictionary<string, string> { ["env"] = "prod" }) };
        var relabelled = Document with { Active = issued, Labels = new Dictionary<string, string> { ["env"] = "test" }, Owner = "another" };
        foreach (var scope in new[] { new LockdownScope { Labels = new Dictionary<string, string> { ["env"] = "prod" } }, new LockdownScope { Owner = Set.Owner.EntityId } })
        {
            var state = Given.Around.With(Given.Locked(Lockdown.Void, scope: scope)).State;
            Assert.NotNull(state.Over(relabelled, issued, Given.Now));
            Assert.NotNull(state.OverIssuing(relabelled));
        }
    }

    [Fact]
    public void What_was_lifted_is_over_what_it_was_over_then_whoever_is_labelled_or_given_away_since()
    {
        var lift = new LockdownLift(Given.Now, Given.Platform, "over", Given.Id("lift"), "t");
        var issued = Set with { LabelDigests = LabelDigest.Of(new Dictionary<string, string> { ["env"] = "test" }) };
        var changed = Document with { Active = issued, Labels = new Dictionary<string, string> { ["env"] = "prod" }, Owner = "another" };
        foreach (var (scope, then) in new[]
        {
            (new LockdownScope { Labels = Label("env", "prod") }, false),
            (new LockdownScope { Labels = Label("env", "test") }, true),
            (new LockdownScope { Owner = "another" }, false),
            (new LockdownScope { Owner = Set.Owner.EntityId }, true),
        })
        {
            var locked = Given.Locked(Lockdown.Void, scope: scope);
            Assert.NotNull(Given.Around.With(locked).State.Over(changed, issued, Given.Now));
            var lifted = Given.Around.State with { Lifted = [new LiftedLockdown(locked, lift)] };
            Assert.Equal(then, lifted.Over(changed, issued, Given.Now) is not null);
            Assert.Equal(then, LockdownEnding.Next(changed, lifted, "op", Actor.Worker, Given.Now) is not null);
        }
    }

    [Fact]
    public void Sets_of_a_later_state_than_there_is_are_under_it_where_they_are_older_by_the_clock()
    {
        var lockdown = Given.Locked(Lockdown.Void, version: 3);
        Assert.True(new LockdownReach(lockdown, StateVersion: 4).Matches(Document, Set));
        Assert.False(new LockdownReach(lockdown, StateVersion: 4).Matches(Document, Set with { IssuedAt = Given.Now.AddTicks(1) }));
        Assert.False(new LockdownReach(lockdown, StateVersion: Set.StateVersion).Matches(Document, Set));
        var state = Given.Around.With(lockdown).State;
        Assert.Null(LockdownEnding.Next(Document, state, "op", Actor.Worker, Given.Now, Set.StateVersion));
        Assert.Null(LockdownEnding.Next(Document, state, "op", Actor.Worker, Given.Now, 4)!.Active);
    }

    [Fact]
    public void Nothing_is_under_no_lockdown() => Assert.Null(Given.Around.State.Over(Document, Set, Given.Now));

    private static Dictionary<string, string> Label(string name, string text) => new() { [name] = text };
}
