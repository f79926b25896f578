using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Tests.Core.Codes;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Who gets codes, and what is kept of them.</summary>
public sealed class IssueTests
{
    private static readonly Profile ForOthers = Given.Few with { Identities = NamePattern.TryParse("team-b.*")! };

    private static readonly Dictionary<string, (Reason Reason, Func<IdentityDocument, IdentityDocument> Document, Func<Surroundings, Surroundings> Around, Profile? Profile)> Refusals = new()
    {
        ["the profile is gone"] = (Reason.ProfileNotAllowed, d => d, a => a, null),
        ["the profile is for others"] = (Reason.ProfileNotAllowed, d => d, a => a, ForOthers),
        ["the owner is gone"] = (Reason.OwnerGone, d => d, a => a with { Owner = null }, Given.Few),
        ["another entity was read as the owner"] = (Reason.OwnerGone, d => d with { Owner = "entity-other" }, a => a, Given.Few),
        ["the owner is disabled"] = (Reason.OwnerDisabled, d => d, a => a with { Owner = Given.OwnerEntity with { Disabled = true } }, Given.Few),
        ["the entity is gone"] = (Reason.EntityGone, d => d, a => a with { Entity = null }, Given.Few),
        ["another entity was read"] = (Reason.EntityGone, d => d with { Entity = "entity-own" }, a => a, Given.Few),
        ["the entity is disabled"] = (Reason.EntityDisabled, d => d, a => a with { Entity = Given.AliasEntity with { Disabled = true } }, Given.Few),
        ["somebody gave the alias's entity a policy"] = (Reason.Overgranted, d => d, a => a with { Entity = Given.AliasEntity with { Policies = ["x"] } }, Given.Few),
        ["recertification is due"] = (Reason.RecertificationLapsed, d => d with { RecertifyBy = Given.Now }, a => a, Given.Few),
        ["the broker is below the epoch floor"] = (Reason.OtherEpoch, d => d, a => a with { State = a.State with { EpochFloor = 2 } }, Given.Few),
        ["the clock stands before the leader's last beat"] = (Reason.ClockBackwards, d => d, a => Beaten(a, TimeSpan.FromTicks(1)), Given.Few),
        ["the clock stands before the registration"] = (Reason.ClockBackwards, d => d, a => a with { Now = Given.Now.AddHours(-1) }, Given.Few),
        ["a lockdown is in force"] = (Reason.IssueLockedDown, d => d, a => a.With(Given.Locked()), Given.Few),
    };

    public static TheoryData<string> Cases => [.. Refusals.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    [Trait("Requirement", "R-10")]
    public void No_codes_where(string circumstance)
    {
        var (reason, document, around, profile) = Refusals[circumstance];
        Assert.Equal(new IssueDecision.Refused(reason), Decide(document(Given.Registered), around(Given.Around), profile));
    }

    [Fact]
    [Trait("Requirement", "R-18")]
    public void Clocks_may_be_a_minute_apart() => Assert.IsType<IssueDecision.Planned>(Decide(Given.Registered, Beaten(Given.Around, TimeSpan.Zero), Given.Few));

    [Fact]
    public void An_entity_of_the_identitys_own_may_have_policies()
    {
        var document = Given.Registered with { Entity = "entity-own" };
        var around = Given.Around with { Entity = Given.AliasEntity with { Id = "entity-own", Policies = ["its-own"] } };
        var plan = Assert.IsType<IssueDecision.Planned>(Decide(document, around, Given.Few)).Plan;
        Assert.Equal("entity-own", plan.Entity.EntityId);
    }

    [Fact]
    public void Who_holds_the_permission_may_issue_in_a_lockdown_that_the_new_set_is_not_under()
    {
        var around = Given.Around.With(Given.Locked());
        var plan = Assert.IsType<IssueDecision.Planned>(Decide(Given.Registered, around, Given.Few, mayInLockdown: true)).Plan;
        Assert.Equal(around.StateVersion, plan.StateVersion);
        Assert.IsType<IssueDecision.Planned>(Decide(Given.Registered, Given.Around.With(Given.Locked(scope: new LockdownScope { Identities = "team-b.*" })), Given.Few));
    }

    [Fact]
    public void The_plan_fixes_generation_life_and_fingerprints()
    {
        var plan = Given.Plan(Given.Active().Document, Given.Around, Given.Few);
        Assert.Equal((2, Given.Now + Given.Few.Lifetime, 1, 7L), (plan.Generation, plan.ExpiresAt, plan.Epoch, plan.StateVersion));
        Assert.Equal(EntityFingerprint.Of(Given.OwnerEntity, ["groups"]).Digest, plan.Owner.Fingerprint.Digest);
    }

    [Fact]
    [Trait("Requirement", "R-11")]
    public void A_new_pending_set_replaces_the_pending_one_and_leaves_the_active_one()
    {
        var before = Given.Issue(Given.Active().Document, Given.Around, Given.Few, seed: 2);
        var after = Given.Issue(before.Document, Given.Around, Given.Few, seed: 3);
        Assert.Same(before.Document.Active, after.Document.Active);
        Assert.Equal((3, 3), (after.Document.Pending!.Set.Generation, after.Document.LastGeneration));
    }

    [Fact]
    [Trait("Requirement", "R-09")]
    public void How_the_plaintext_left_is_recorded_with_the_set()
    {
        var delivery = Given.Issue(Given.Registered, Given.Around, Given.Few).Document.Pending!.Delivery;
        Assert.Equal(("accessor-wrap-1", "2027-01-31T12:00:00.123456789Z"), (delivery.Accessor, delivery.CreationTime));
    }

    [Fact]
    [Trait("Requirement", "R-03")]
    public void Each_code_has_a_selector_a_salt_and_a_hash_of_its_own()
    {
        var codes = Given.Issue(Given.Registered, Given.Around, Profile.Machine with { Count = 64 }).Document.Pending!.Set.Codes;
        Assert.Equal(64, codes.Select(c => c.Selector).Distinct().Count());
        Assert.Equal(64, codes.Select(c => c.Salt).Distinct().Count());
        Assert.Equal(64, codes.Select(c => c.Hash).Distinct().Count());
        Assert.All(codes, c => Assert.Equal(16, Convert.FromBase64String(c.Salt).Length));
    }

    [Fact]
    public void A_selector_that_the_identity_bears_already_is_not_given_again()
    {
        var active = Given.Active(Given.Few, seed: 5);
        using var mint = CodeMint.Make(active.Document, Given.Plan(active.Document, Given.Around, Given.Few), Plain.Entropy(5));
        Assert.Empty(mint.Codes.Select(c => c.Selector).Intersect(active.Mint.Codes.Select(c => c.Selector)));
    }

    [Fact]
    public void The_plaintext_is_zeroed_after_use()
    {
        var mint = Given.Active().Mint;
        mint.Dispose();
        Assert.All(mint.Codes, code => Assert.Matches("^[0-]*$", Plain.Of(code)[4..]));
        Assert.Equal(new string('0', 26), Plain.Of(mint.Activation));
    }

    private static Surroundings Beaten(Surroundings around, TimeSpan beyond) =>
        around with { State = around.State with { Heartbeat = new Heartbeat(5, around.Now + SetStanding.ClockTolerance + beyond) } };

    private static IssueDecision Decide(IdentityDocument document, Surroundings around, Profile? profile, bool mayInLockdown = false) =>
        IssueDecision.Decide(document, around, profile, EntityFingerprint.DefaultFacets, mayInLockdown, Given.Id("issue"), Given.Owner);
}
