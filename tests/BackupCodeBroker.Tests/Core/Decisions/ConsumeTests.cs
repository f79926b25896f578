using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Tests.Core.Codes;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Every outcome of a consumption, with its reason.</summary>
public sealed class ConsumeTests
{
    private static readonly Issued Active = Given.Active();
    private static readonly string Selector = Active.Selector();

    /// <summary>What makes a right code refused, and the reason it is refused with.</summary>
    private static readonly Dictionary<string, (Reason Reason, Func<IdentityDocument, IdentityDocument> Document, Func<Surroundings, Surroundings> Around)> Refusals = new()
    {
        ["the set is disabled"] = (Reason.Disabled, d => d.WithActive(s => s with { DisabledAt = Given.Now }), a => a),
        ["the code is void"] = (Reason.Voided, d => d.WithActive(s => s.WithCode(Selector, c => c with { VoidedAt = Given.Now })), a => a),
        ["the code is spent"] = (Reason.Spent, d => Given.Consume(d, Selector, "another key"), a => a),
        ["the set is pending"] = (Reason.Pending, d => d with { Active = null, Pending = new PendingSet(d.Active!, new Delivery("a", "t", Given.Now)) }, a => a),
        ["the set was revoked, the code unspent"] = (Reason.Ended, Revoked, a => a),
        ["the set was revoked, the code spent"] = (Reason.Spent, d => Revoked(Given.Consume(d, Selector, "another key")), a => a),
        ["the set was replaced"] = (Reason.Ended, d => Given.Active(document: d, seed: 2).Document, a => a),
        ["the set ended and still holds the code"] = (Reason.Ended, EndedWhole, a => a),
        ["the life is over, to the tick"] = (Reason.Expired, d => d, a => a with { Now = Active.Document.Active!.ExpiresAt }),
        ["recertification is due, to the tick"] = (Reason.RecertificationLapsed, d => d with { RecertifyBy = Given.Now }, a => a),
        ["the owner is gone"] = (Reason.OwnerGone, d => d, a => a with { Owner = null }),
        ["another entity was read as the owner"] = (Reason.OwnerGone, d => d, a => a with { Owner = Given.OwnerEntity with { Id = "entity-other" } }),
        ["the owner is disabled"] = (Reason.OwnerDisabled, d => d, a => a with { Owner = Given.OwnerEntity with { Disabled = true } }),
        ["the owner left a group"] = (Reason.OwnerChanged, d => d, a => a with { Owner = Given.OwnerEntity with { GroupIds = ["group-1"] } }),
        ["the identity was transferred"] = (Reason.OwnerChanged, d => d with { Owner = "entity-other" }, a => a with { Owner = Given.OwnerEntity with { Id = "entity-other" } }),
        ["the entity is gone"] = (Reason.EntityGone, d => d, a => a with { Entity = null }),
        ["the entity is disabled"] = (Reason.EntityDisabled, d => d, a => a with { Entity = Given.AliasEntity with { Disabled = true } }),
        ["the entity joined a group"] = (Reason.EntityChanged, d => d, a => a with { Entity = Given.AliasEntity with { GroupIds = ["group-9"] } }),
        ["the identity was given an entity"] = (Reason.EntityChanged, d => d with { Entity = "entity-new" }, a => a with { Entity = Given.AliasEntity with { Id = "entity-new" } }),
        ["somebody gave the alias's entity a policy"] = (Reason.Overgranted, d => d, a => a with { Entity = Given.AliasEntity with { Policies = ["extra"] } }),
        ["a lockdown freezes"] = (Reason.Frozen, d => d, a => a.With(Given.Locked())),
        ["a lockdown voids"] = (Reason.LockedDown, d => d, a => a.With(Given.Locked(Lockdown.Void))),
        ["one lockdown freezes, another voids"] = (Reason.LockedDown, d => d, a => a.With(Given.Locked(), Given.Locked(Lockdown.Void))),
        ["a lockdown of a mode that nobody knows"] = (Reason.LockedDown, d => d, a => a.With(Given.Locked("quarantine"))),
        ["the broker's epoch was raised"] = (Reason.OtherEpoch, d => d, a => a with { Epoch = 2 }),
        ["the set is of a later epoch"] = (Reason.OtherEpoch, d => d.WithActive(s => s with { Epoch = 2 }), a => a),
        ["a forgotten broker, below the floor"] = (Reason.OtherEpoch, d => d, a => a with { State = a.State with { EpochFloor = 2 } }),
        ["the state was set back behind the issue"] = (Reason.StateSetBack, d => d, a => a with { StateVersion = a.StateVersion - 1 }),
        ["the clock stands before the activation"] = (Reason.ClockBackwards, d => d, a => a with { Now = Given.Now.AddMinutes(-1).AddTicks(-1) }),
    };

    public static TheoryData<string> Cases => [.. Refusals.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    [Trait("Requirement", "R-17")]
    public void A_right_code_is_refused_where(string circumstance)
    {
        var (reason, change, around) = Refusals[circumstance];
        var decision = ConsumeDecision.Decide(change(Active.Document), around(Given.Around), Given.Request(Selector), Given.Few);
        var refused = Assert.IsType<ConsumeDecision.Refused>(decision);
        Assert.Equal((reason, false), (refused.Reason, refused.Counts));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    [Trait("Requirement", "R-20")]
    public void A_wrong_secret_does_not_count_where(string circumstance)
    {
        var (reason, change, around) = Refusals[circumstance];
        var decision = ConsumeDecision.Decide(change(Active.Document), around(Given.Around), Given.Request(Selector, verified: false), Given.Few);
        var refused = Assert.IsType<ConsumeDecision.Refused>(decision);
        Assert.Equal((reason, false), (refused.Reason, refused.Counts));
    }

    [Fact]
    [Trait("Requirement", "R-20")]
    public void A_wrong_secret_of_a_live_code_counts()
    {
        var decision = ConsumeDecision.Decide(Active.Document, Given.Around, Given.Request(Selector, verified: false), Given.Few);
        Assert.Equal(new ConsumeDecision.Refused(Reason.Wrong, 1, Counts: true), decision);
    }

    [Fact]
    [Trait("Requirement", "R-20")]
    public void An_unknown_selector_never_counts() =>
        Assert.Equal(
            new ConsumeDecision.Refused(Reason.UnknownCode, null),
            ConsumeDecision.Decide(Active.Document, Given.Around, Given.Request("ZZZZZ", verified: false), Given.Few));

    [Fact]
    public void Up_to_the_last_tick_a_code_works()
    {
        var around = Given.Around with { Now = Active.Document.Active!.ExpiresAt.AddTicks(-1) };
        Assert.IsType<ConsumeDecision.Spend>(ConsumeDecision.Decide(Active.Document, around, Given.Request(Selector), Given.Few));
    }

    [Fact]
    public void A_clock_that_is_a_minute_apart_is_borne() =>
        Assert.IsType<ConsumeDecision.Spend>(ConsumeDecision.Decide(
            Active.Document, Given.Around with { Now = Given.Now.AddMinutes(-1) }, Given.Request(Selector), Given.Few));

    [Fact]
    public void A_lockdown_that_the_set_was_issued_under_does_not_touch_it()
    {
        var around = Given.Around.With(Given.Locked(version: Given.Around.StateVersion));
        Assert.IsType<ConsumeDecision.Spend>(ConsumeDecision.Decide(Active.Document, around, Given.Request(Selector), Given.Few));
    }

    [Fact]
    public void A_consumption_is_kept_with_its_answer_and_nothing_of_the_request_in_clear()
    {
        var spend = Assert.IsType<ConsumeDecision.Spend>(
            ConsumeDecision.Decide(Active.Document, Given.Around, Given.Request(Selector, "my secret key"), Given.Few));
        var kept = spend.Next.Active!.Codes.Single(c => c.Selector == Selector).Consumption!;
        Assert.Equal(spend.Consumption, kept);
        Assert.Equal((Given.Now, Given.Verifier, "log in as root", 3), (kept.At, kept.By, kept.Purpose, kept.Remaining));
        Assert.True(spend.Next.Bears(Given.Id("consume-my secret key")));
        var json = System.Text.Encoding.UTF8.GetString(DocumentJson.Write(spend.Next with { Events = [] }));
        Assert.DoesNotContain("my secret key", json.Replace(kept.OperationId, "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(Active.Document.Active!.Codes.Skip(1), spend.Next.Active.Codes.Skip(1));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "few-codes-left")]
    [InlineData(2, "few-codes-left")]
    [InlineData(3, "last-code")]
    [Trait("Requirement", "R-22")]
    public void Few_codes_and_the_last_one_are_warned_of(int spentBefore, string warning)
    {
        var document = Active.Document;
        for (var i = 0; i < spentBefore; i++)
        {
            document = Given.Consume(document, Active.Selector(i), "key-" + i);
        }

        var spend = (ConsumeDecision.Spend)ConsumeDecision.Decide(document, Given.Around, Given.Request(Active.Selector(spentBefore), "key"), Given.Few);
        Assert.Equal((warning, 3 - spentBefore), (string.Join(' ', spend.Consumption.Warnings), spend.Consumption.Remaining));
    }

    [Fact]
    [Trait("Requirement", "R-22")]
    public void The_coming_end_is_warned_of()
    {
        var around = Given.Around with { Now = Active.Document.Active!.ExpiresAt - Given.Few.WarnBeforeExpiry + TimeSpan.FromTicks(1) };
        var spend = (ConsumeDecision.Spend)ConsumeDecision.Decide(Active.Document, around, Given.Request(Selector), Given.Few);
        Assert.Equal(["expires-soon"], spend.Consumption.Warnings);
        var withoutProfile = (ConsumeDecision.Spend)ConsumeDecision.Decide(Active.Document, around, Given.Request(Selector), null);
        Assert.Empty(withoutProfile.Consumption.Warnings);
    }

    [Fact]
    [Trait("Requirement", "R-20")]
    public void A_consumption_resets_every_count()
    {
        var failed = FailureCount.Of(
            Active.Document, [.. Enumerable.Range(0, 4).Select(i => new Failure("op", Given.Stranger, 1, Active.Selector(i % 2)))], new FailureLimits(), Given.Now).Next!;
        Assert.Equal(4, failed.Active!.Failures);
        var after = Given.Consume(failed, Selector).Active!;
        Assert.Equal(0, after.Failures + after.Codes.Sum(c => c.Failures));
    }

    [Fact]
    public void A_presented_code_verifies_against_its_own_hash_alone()
    {
        var codes = Active.Mint.Codes;
        Assert.All(codes, code => Assert.True(Given.Verifies(Active.Document, code)));
        Assert.All(codes, code => Assert.False(Given.Verifies(Active.Document, Plain.Guess(code, 99))));
        Assert.All(codes, code => Assert.False(Given.Verifies(Given.Registered, code)));
        Assert.All(codes, code => Assert.False(Given.Verifies(Active.Document with { Identity = "team-a.other" }, code)));
    }

    private static IdentityDocument EndedWhole(IdentityDocument document) =>
        document with { Active = null, Ended = new EndedSet { Generation = 1, EndedAt = Given.Now, Reason = "revoked", Set = document.Active!, Unspent = [] } };

    private static IdentityDocument Revoked(IdentityDocument document) =>
        ((RevokeDecision.Revoked)RevokeDecision.Decide(document, "lost", Given.Id("revoke"), Given.Owner, Given.Now)).Next;
}
