using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Tests.Architecture;
using BackupCodeBroker.Tests.Core.Decisions;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Reports;

/// <summary>Who could be recovered, and why not.</summary>
public sealed class ReadinessTests
{
    private static readonly Issued Claimed = Given.Active();

    public static TheoryData<string, string, string> Cases => new()
    {
        // What was done, the level, and the causes.
        { "registered", "not-recoverable", "no-codes" },
        { "issued", "not-recoverable", "not-received" },
        { "lapsed", "not-recoverable", "no-codes" },
        { "claimed", "at-risk", "never-proven" },
        { "proven", "ready", "" },
        { "proven long ago", "at-risk", "proof-old" },
        { "few left", "at-risk", "low" },
        { "used up", "not-recoverable", "used-up overdue" },
        { "about to end", "at-risk", "overdue" },
        { "past its life", "not-recoverable", "expired overdue" },
        { "older than the profile now allows", "at-risk", "stale" },
        { "revoked", "not-recoverable", "ended" },
        { "disabled", "not-recoverable", "disabled" },
        { "suspended", "not-recoverable", "suspended" },
        { "suspended without codes", "not-recoverable", "no-codes suspended" },
        { "frozen", "not-recoverable", "frozen" },
        { "voided", "not-recoverable", "locked-down" },
        { "owner gone", "not-recoverable", "ownerless" },
        { "owner disabled", "not-recoverable", "ownerless" },
        { "owner gone without codes", "not-recoverable", "no-codes ownerless" },
        { "owner in another group", "not-recoverable", "owner-changed" },
        { "entity gone", "not-recoverable", "entity-changed" },
        { "not recertified", "not-recoverable", "recertification-lapsed" },
        { "restored", "not-recoverable", "other-deployment" },
        { "clock set back", "not-recoverable", "clock-backwards" },
        { "uses not looked at", "not-recoverable", "reviews-overdue" },
        { "recoveries not looked at", "not-recoverable", "reviews-overdue" },
        { "recoveries not looked at, and none any more", "ready", "" },
        { "profile gone", "at-risk", "no-profile" },
        { "retired", "retired", "" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_decided_with_its_causes(string what, string level, string causes)
    {
        var (document, around, profile) = Case(what);
        var readiness = Readiness.Of(document, around, profile, PeopleSeen.Both);
        Assert.Equal((level, causes), (readiness.Level, string.Join(' ', readiness.Causes.Select(c => c.Name()))));
    }

    [Fact]
    public void Nothing_is_said_of_people_who_were_not_looked_up()
    {
        var (document, around, profile) = Case("owner gone");
        Assert.Equal("ready", Readiness.Of(document, around, profile, PeopleSeen.None).Level);
        var (other, without, _) = Case("entity gone");
        Assert.Equal("ready", Readiness.Of(other, without, profile, PeopleSeen.Owner).Level);
    }

    [Fact]
    public void A_document_that_says_nothing_is_not_recoverable()
    {
        Assert.Equal(("not-recoverable", ReadinessCause.Removed), (Readiness.OfNothing(removed: true).Level, Readiness.OfNothing(removed: true).Causes.Single()));
        Assert.Equal(ReadinessCause.Unreadable, Readiness.OfNothing(removed: false).Causes.Single());
    }

    [Fact]
    public void Every_cause_level_and_ending_is_explained_in_the_guide()
    {
        var guide = Repository.Read("src/docs/report.md");
        Assert.All(
            ReadinessCauses.All.Select(c => c.Name()).Concat(Readiness.Levels).Concat(SetEnd.All), word => Assert.Contains($"`{word}`", guide, StringComparison.Ordinal));
        Assert.All(ReadinessCauses.All, c => Assert.Equal(c < ReadinessCause.Low, c.Blocks()));
        Assert.Equal(Cases.SelectMany(row => row.Data.Item3.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Concat(["unreadable", "removed"]).Distinct().Order(), ReadinessCauses.All.Select(c => c.Name()).Order());
    }

    // The report must not say "ready" of what a consume refuses, nor frighten over what it would let through.
    [Fact]
    [Trait("Requirement", "R-17")]
    public void Is_recoverable_exactly_where_a_consume_succeeds() => Circumstances.Sample(
        given =>
        {
            var (document, around) = given;
            var readiness = Readiness.Of(document, around, Given.Few, PeopleSeen.Both);
            var works = document.Active is { } set && set.Codes.Any(c =>
                ConsumeDecision.Decide(document, around, Given.Request(c.Selector, "another key"), Given.Few) is ConsumeDecision.Spend);
            Assert.Equal(works, readiness.Level is Readiness.Ready or Readiness.AtRisk);
            Assert.Equal(readiness.Level == Readiness.NotRecoverable, readiness.Causes.Any(c => c.Blocks()));
            Assert.Equal(readiness.Causes.Distinct().Order(), readiness.Causes);
        },
        iter: 2_000);

    private static Gen<(IdentityDocument, Surroundings)> Circumstances { get; } = Gen.Select(
        Gen.Int[0, 4], Gen.Int[0, 30], Gen.Int[-5, 100], Gen.Int[0, 8], Gen.Int[0, 40], (spent, marks, days, people, incident) =>
        {
            var document = Claimed.Document;
            for (var i = 0; i < spent; i++)
            {
                document = Given.Consume(document, Claimed.Selector(i), "key-" + i);
            }

            document = Marked(document, marks);
            var around = Given.Around with { Now = Given.Now.AddDays(days), Owner = OwnerOf(people), Entity = people == 3 ? null : Given.AliasEntity };
            return (document, incident switch { 0 => around.With(Given.Locked()), 1 => around.With(Given.Locked(Lockdown.Void)), 2 => around with { Epoch = 2 }, _ => around });
        });

    private static EntitySnapshot? OwnerOf(int people) => people switch
    {
        0 => null,
        1 => Given.OwnerEntity with { Disabled = true },
        2 => Given.OwnerEntity with { GroupIds = ["elsewhere"] },
        _ => Given.OwnerEntity,
    };

    private static IdentityDocument Marked(IdentityDocument document, int marks) => marks switch
    {
        0 => document.WithActive(s => s with { DisabledAt = Given.Now }),
        1 => document.WithActive(s => s with { Suspension = new Suspension(Given.Now, "suspended", Given.Id("suspend"), Given.Platform) }),
        2 => document with { RecertifyBy = Given.Now.AddDays(3) },
        3 => document.WithActive(s => s with { Codes = [.. s.Codes.Select(c => c with { VoidedAt = Given.Now })] }),
        4 => document with { Owner = "entity-other" },
        5 => ((RetireDecision.Retired)RetireDecision.Decide(document, "gone", Given.Id("retire"), Given.Platform, Given.Now)).Next,
        6 => ((RevokeDecision.Revoked)RevokeDecision.Decide(document, "gone", Given.Id("revoke"), Given.Platform, Given.Now)).Next,
        7 => document.WithActive(s => s with { Environment = "elsewhere" }),
        _ => document,
    };

    private static (IdentityDocument Document, Surroundings Around, Profile? Profile) Case(string what)
    {
        var (around, claimed) = (Given.Around, Claimed.Document);
        var proven = Given.Consume(claimed, Claimed.Selector());
        var wide = Given.Few with { AskBelow = 1 };
        return what switch
        {
            "registered" => (Given.Registered, around, wide),
            "issued" => (Given.Issue(Given.Registered, around, wide).Document, around, wide),
            "lapsed" => (Given.Issue(Given.Registered, around, wide).Document, around with { Now = Given.Now.AddHours(1) }, wide),
            "claimed" => (claimed, around, wide),
            "proven" => (proven, around, wide),
            "proven long ago" => (proven, around with { Now = Given.Now.AddDays(31) }, wide with { ProveEvery = TimeSpan.FromDays(30) }),
            "few left" => (Given.Consume(proven, Claimed.Selector(1), "key-2"), around, wide with { AskBelow = 3 }),
            "used up" => (Enumerable.Range(0, 4).Aggregate(claimed, (d, i) => Given.Consume(d, Claimed.Selector(i), "key-" + i)), around, wide),
            "about to end" => (proven, around with { Now = Given.Now.AddDays(80) }, wide),
            "past its life" => (proven, around with { Now = Given.Now.AddDays(90) }, wide),
            "older than the profile now allows" => (proven, around with { Now = Given.Now.AddDays(31) }, wide with { Lifetime = TimeSpan.FromDays(30) }),
            "revoked" => (((RevokeDecision.Revoked)RevokeDecision.Decide(proven, "lost", Given.Id("revoke"), Given.Owner, Given.Now)).Next, around, wide),
            "disabled" => (proven.WithActive(s => s with { DisabledAt = Given.Now }), around, wide),
            "suspended" => (((SuspendDecision.Suspended)SuspendDecision.Decide(proven, "suspended", "why", Given.Id("s"), Given.Platform, Given.Now)).Next, around, wide),
            "suspended without codes" => (((SuspendDecision.Suspended)SuspendDecision.Decide(Given.Registered, "suspended", "why", Given.Id("s"), Given.Platform, Given.Now)).Next, around, wide),
            "frozen" => (proven, around.With(Given.Locked()), wide),
            "voided" => (proven, around.With(Given.Locked(Lockdown.Void)), wide),
            "owner gone" => (proven, around with { Owner = null }, wide),
            "owner disabled" => (proven, around with { Owner = Given.OwnerEntity with { Disabled = true } }, wide),
            "owner gone without codes" => (Given.Registered, around with { Owner = null }, wide),
            "owner in another group" => (proven, around with { Owner = Given.OwnerEntity with { GroupIds = ["group-1"] } }, wide),
            "entity gone" => (proven, around with { Entity = null }, wide),
            "not recertified" => (proven with { RecertifyBy = Given.Now }, around, wide),
            "restored" => (proven, around with { Epoch = 2 }, wide),
            "clock set back" => (proven, around with { Now = Given.Now.AddHours(-1) }, wide),
            "uses not looked at" => (
                Unseen(proven),
                around,
                wide with { BreakGlass = true }),
            "recoveries not looked at" => (Unseen(proven), around, wide with { Approvals = ["recover"], Recovery = RecoveryForm.Token }),
            "recoveries not looked at, and none any more" => (Unseen(proven), around, wide with { Approvals = ["recover"] }),
            "profile gone" => (proven, around, null),
            "retired" => (((RetireDecision.Retired)RetireDecision.Decide(proven, "gone", Given.Id("retire"), Given.Platform, Given.Now)).Next, around, wide),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
    }

    private static IdentityDocument Unseen(IdentityDocument document) => document with
    {
        Reviews = [.. Enumerable.Range(0, OpenReview.Max).Select(i => new OpenReview(Given.Id("r" + i), "consume", OpenReview.BreakGlass, Given.Now, Given.Verifier))],
    };
}
