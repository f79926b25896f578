using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;
using Xunit;
using static BackupCodeBroker.Tests.Core.Decisions.Given;

namespace BackupCodeBroker.Tests.Core.Decisions;

public sealed class SweepDecisionTests
{
    private static readonly Issued Held = Active();
    private static readonly Issued Waiting = Issue(Registered, Around, Few);
    private static readonly DateTimeOffset Deadline = Waiting.Document.Pending!.Delivery.Deadline;

    [Fact]
    public void What_is_as_it_should_be_is_left_alone()
    {
        Assert.Same(SweepDecision.Nothing.Next, Decide(Held.Document).Next);
        Assert.Null(Decide(Registered).Next);
        Assert.Null(Decide(Waiting.Document).Next);
        Assert.Null(Decide(Waiting.Document, wrap: WrapSight.Closed).Next);
    }

    [Fact]
    [Trait("Requirement", "R-23")]
    public void A_set_past_its_life_is_ended_and_keeps_its_consumptions()
    {
        var spent = Consume(Held.Document, Held.Selector());
        var next = Done(spent, Around with { Now = spent.Active!.ExpiresAt }, SweepAct.Expired);
        Assert.Null(next.Active);
        Assert.Equal("expired", next.Ended!.Reason);
        Assert.Equal([Held.Selector()], next.Ended.Set.Codes.Select(c => c.Selector));
        Assert.Equal(3, next.Ended.Unspent.Count);
        Assert.Equal(("expire", Actor.Worker, Id("sweep")), Last(next));
        Assert.Null(Decide(spent, Around with { Now = spent.Active.ExpiresAt.AddTicks(-1) }, Few with { AskBeforeExpiry = TimeSpan.Zero, AskBelow = 1 }).Next);
    }

    [Fact]
    [Trait("Requirement", "R-09")]
    public void A_wrap_that_nobody_took_lapses_quietly_at_its_deadline()
    {
        Assert.Null(Decide(Waiting.Document, Around with { Now = Deadline }).Next);
        var next = Done(Waiting.Document, Around with { Now = Deadline.AddTicks(1) }, SweepAct.Lapsed);
        Assert.Null(next.Pending);
        Assert.Equal("lapse", next.Events[^1].Operation);
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public void A_wrap_that_was_taken_is_noted_and_ends_with_an_alarm_unless_receipt_is_proven_within_a_minute()
    {
        var taken = Done(Waiting.Document, Around, SweepAct.Taken, wrap: WrapSight.Gone);
        Assert.Equal(Now, taken.Pending!.Delivery.TakenAt);
        Assert.False(SweepDecision.WantsWrap(taken, Now));
        Assert.Null(Decide(taken, Around with { Now = Now + SweepDecision.ReceiptGrace }, wrap: WrapSight.Gone).Next);
        Assert.IsType<ActivateDecision.Activated>(ActivateDecision.Decide(taken, Around with { Now = Now + SweepDecision.ReceiptGrace }, Waiting.Generation, Waiting.Mint.Activation, Id("a"), Owner));

        var next = Done(taken, Around with { Now = Now + SweepDecision.ReceiptGrace + TimeSpan.FromTicks(1) }, SweepAct.NotActivated);
        Assert.Null(next.Pending);
        Assert.Equal(("end-pending", "not-activated"), (next.Events[^1].Operation, next.Events[^1].Reason));
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public void A_wrap_taken_at_the_last_moment_ends_with_the_alarm_at_its_deadline()
    {
        var late = Deadline - TimeSpan.FromSeconds(1);
        var taken = Waiting.Document with { Pending = Waiting.Document.Pending! with { Delivery = Waiting.Document.Pending.Delivery with { TakenAt = late } } };
        Assert.Null(Decide(taken, Around with { Now = Deadline }).Next);
        Done(taken, Around with { Now = Deadline.AddTicks(1) }, SweepAct.NotActivated);
    }

    [Fact]
    public void Nobody_is_accused_of_not_activating_what_a_freeze_kept_from_being_activated()
    {
        var taken = Done(Waiting.Document, Around, SweepAct.Taken, wrap: WrapSight.Gone);
        var frozen = Around.With(Locked(Lockdown.Freeze));
        var late = Now + SweepDecision.ReceiptGrace + TimeSpan.FromTicks(1);
        // It may be lifted in time: the set waits for its deadline.
        Assert.Null(Decide(taken, frozen with { Now = late }).Next);
        var lapsed = Done(taken, frozen with { Now = Deadline.AddTicks(1) }, SweepAct.Lapsed);
        Assert.Equal((null, "lapse", "frozen"), (lapsed.Pending, lapsed.Events[^1].Operation, lapsed.Events[^1].Reason));
        Assert.DoesNotContain(lapsed.Outbox, e => e.IsTakenNotActivated);
    }

    [Theory]
    [InlineData("lifted, and the recipient has had their minute since", 0, 61, true)]
    [InlineData("lifted, and their minute is not over", 0, 59, null)]
    [InlineData("lifted so late that the deadline came first", -30, 1, false)]
    [InlineData("lifted before the wrap was opened", null, 61, true)]
    public void After_a_freeze_is_lifted_whoever_opened_the_wrap_has_their_minute(string what, int? liftedBeforeDeadline, int secondsLater, bool? accused)
    {
        var taken = Done(Waiting.Document, Around, SweepAct.Taken, wrap: WrapSight.Gone);
        var at = liftedBeforeDeadline switch { null => Now.AddSeconds(-1), 0 => Now.AddSeconds(90), var before => Deadline.AddSeconds(before.Value) };
        var lift = new LiftedLockdown(Locked(), new LockdownLift(at, Owner, "over", "op", ""));
        var around = Around with { State = Around.State with { Lifted = [lift] } };
        var now = liftedBeforeDeadline switch { null => Now, 0 => at, _ => Deadline };

        var decision = Decide(taken, around with { Now = now.AddSeconds(secondsLater) });

        Assert.True(decision.Acts.SequenceEqual(accused switch { null => [], true => [SweepAct.NotActivated], false => [SweepAct.Lapsed] }), what);
        Assert.Equal(accused == true, decision.Next?.News.Added.Any(e => e.IsTakenNotActivated) ?? false);
    }

    [Fact]
    public void A_wrap_is_looked_at_while_its_time_is_not_over()
    {
        var over = Deadline - Profile.ActivationGrace;
        Assert.True(SweepDecision.WantsWrap(Waiting.Document, over.AddSeconds(-6)));
        Assert.False(SweepDecision.WantsWrap(Waiting.Document, over));
        Assert.False(SweepDecision.WantsWrap(Held.Document, Now));
    }

    public static TheoryData<string, Reason> Changes => new()
    {
        { "owner gone", Reason.OwnerGone }, { "owner disabled", Reason.OwnerDisabled }, { "owner's groups", Reason.OwnerChanged },
        { "registered to another", Reason.OwnerChanged }, { "entity gone", Reason.EntityGone }, { "entity disabled", Reason.EntityDisabled },
        { "entity's groups", Reason.EntityChanged },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    [Trait("Requirement", "R-23")]
    public void A_set_whose_owner_or_entity_changed_is_suspended_and_what_was_pending_ends(string what, Reason reason)
    {
        var document = Issue(Held.Document, Around, Few, seed: 2).Document;
        var own = AliasEntity with { Id = "entity-own" };
        document = WithEntity(document, own);
        var around = Around with { Entity = own };
        (document, around) = what switch
        {
            "owner gone" => (document, around with { Owner = null }),
            "owner disabled" => (document, around with { Owner = OwnerEntity with { Disabled = true } }),
            "owner's groups" => (document, around with { Owner = OwnerEntity with { GroupIds = ["group-1"] } }),
            "registered to another" => (document with { Owner = "entity-new" }, around),
            "entity gone" => (document, around with { Entity = null }),
            "entity disabled" => (document, around with { Entity = own with { Disabled = true } }),
            _ => (document, around with { Entity = own with { GroupIds = ["group-9"] } }),
        };

        var next = Done(document, around, SweepAct.Suspended);

        Assert.Null(next.Pending);
        Assert.Equal(new Suspension(Now, reason.Name(), Id("sweep"), Actor.Worker), next.Active!.Suspension);
        Assert.Equal(4, next.Active.Remaining);
        Assert.Equal(("suspend", reason.Name()), (next.Events[^1].Operation, next.Events[^1].Reason));
        Assert.Equal(Reason.Suspended, SetStanding.OfSet(next, next.Active, Around));
        // What changed back stays suspended: somebody has to look.
        Assert.Null(Decide(next, around).Next);
        Assert.Null(Decide(next, Around with { Entity = own }).Next);
    }

    [Fact]
    public void Nothing_is_said_of_people_that_were_not_read() =>
        Assert.Null(SweepDecision.Decide(Held.Document, Around with { Owner = null }, Rules() with { PeopleWereRead = false }).Next);

    [Fact]
    public void What_was_issued_to_the_new_owner_waits_on_while_the_old_set_is_suspended()
    {
        var changed = OwnerEntity with { GroupIds = ["group-3"] };
        var document = Issue(Held.Document, Around with { Owner = changed }, Few, seed: 2).Document;
        var next = Done(document, Around with { Owner = changed }, SweepAct.Suspended);
        Assert.NotNull(next.Pending);
        Assert.NotNull(next.Active!.Suspension);
    }

    [Fact]
    public void Consents_that_nobody_used_end_with_the_suspension_and_those_that_were_used_stay()
    {
        var open = Approval("open", Now.AddHours(1));
        var used = open with { Id = Id("used"), Use = new ApprovalUse(Id("use"), Verifier, Now) };
        var next = Done(Held.Document with { Approvals = [open, used] }, Around with { Owner = OwnerEntity with { GroupIds = ["group-3"] } }, SweepAct.Suspended);
        Assert.Equal([used.Id], next.Approvals.Select(a => a.Id));
    }

    [Fact]
    public void A_pending_set_alone_ends_where_its_owner_changed()
    {
        var next = Done(Waiting.Document, Around with { Owner = null }, SweepAct.Suspended);
        Assert.Null(next.Pending);
        Assert.Equal(("end-pending", "owner-gone"), (next.Events[^1].Operation, next.Events[^1].Reason));
    }

    [Theory]
    [InlineData(Reason.EntityGone)]
    [InlineData(Reason.EntityDisabled)]
    [InlineData(Reason.Overgranted)]
    public void Where_the_alias_entity_itself_is_wrong_there_is_no_way_to_write_and_the_use_is_refused(Reason reason)
    {
        var entity = reason switch
        {
            Reason.EntityGone => null,
            Reason.EntityDisabled => AliasEntity with { Disabled = true },
            _ => AliasEntity with { Policies = ["root-like"] },
        };
        var decision = Decide(Held.Document, Around with { Entity = entity });
        Assert.Equal((null, reason), (decision.Next, decision.Unreachable));
        Assert.Equal(reason, SetStanding.Refusal(Held.Document, Held.Document.Active!, Around with { Entity = entity }));
    }

    [Fact]
    [Trait("Requirement", "R-23")]
    public void A_void_lockdown_ends_what_it_is_over_and_leaves_its_stamp()
    {
        var document = Issue(Held.Document, Around, Few, seed: 2).Document;
        var next = Done(document, Around.With(Locked(Lockdown.Void)), SweepAct.LockedDown);
        Assert.Equal((null, null, "locked-down"), (next.Active, next.Pending, next.Ended!.Reason));
        Assert.Equal(new LockdownStamp("incident-1", 8, 2, Now), Assert.Single(next.Lockdowns));
        Assert.Equal(("lockdown", "incident-1", 2), (next.Events[^1].Operation, next.Events[^1].Reason, next.Events[^1].Generation));
        Assert.Null(Decide(next, Around.With(Locked(Lockdown.Void))).Next);
    }

    [Fact]
    public void A_lockdown_ends_only_what_it_is_over()
    {
        // Issued under the lockdown's version: a new one.
        var around = Around.With(Locked(Lockdown.Void));
        Assert.Null(Decide(Active(around: Around with { StateVersion = 8 }).Document, around).Next);
        Assert.Null(Decide(Held.Document, Around.With(Locked(Lockdown.Void, scope: new LockdownScope { Identities = "team-b.*" }))).Next);
        Assert.Null(Decide(Held.Document, Around.With(Locked(Lockdown.Freeze))).Next);
        Assert.Null(Decide(Held.Document, Around.With(Locked("some-later-mode"))).Next);

        // The active set is older, the pending one is not.
        var mixed = Issue(Held.Document, Around with { StateVersion = 8 }, Few, seed: 2).Document;
        var next = Done(mixed, around, SweepAct.LockedDown);
        Assert.Equal((null, 2), (next.Active, next.Pending!.Set.Generation));
        Assert.Equal(1, next.Lockdowns[0].Generation);
    }

    [Fact]
    public void Of_stamps_the_newest_are_kept()
    {
        var old = Enumerable.Range(0, LockdownStamp.Max).Select(i => new LockdownStamp("old-" + i, i, 1, Now)).ToList();
        var next = Done(Held.Document with { Lockdowns = old }, Around.With(Locked(Lockdown.Void)), SweepAct.LockedDown);
        Assert.Equal(LockdownStamp.Max, next.Lockdowns.Count);
        Assert.Equal(("old-1", "incident-1"), (next.Lockdowns[0].Lockdown, next.Lockdowns[^1].Lockdown));
    }

    [Fact]
    [Trait("Requirement", "R-22")]
    public void The_owner_is_asked_when_few_are_left_and_once()
    {
        var three = Consume(Held.Document, Held.Selector());
        Assert.Null(Decide(three).Next);
        // Consuming asks itself; the sweep does where that did not, such as by a profile that has changed since.
        var told = Consume(three, Held.Selector(1), "key-2");
        Assert.Null(Decide(told).Next);
        var two = told.WithActive(s => s with { Asked = [] });
        var asked = Done(two, Around, SweepAct.Asked);
        Assert.Equal(["few-left"], asked.Active!.Asked);
        Assert.Equal(("claim-request", "few-left"), (asked.Events[^1].Operation, asked.Events[^1].Reason));
        Assert.Null(Decide(asked).Next);
        Assert.Null(Decide(Issue(two, Around, Few, seed: 3).Document).Next);
    }

    [Fact]
    [Trait("Requirement", "R-22")]
    public void The_last_code_leaves_nobody_unasked_whatever_the_profile_says()
    {
        Assert.NotEmpty((Few with { AskBelow = 0 }).Errors());
        var one = Active(Few with { Count = 1 }, seed: 4);
        var none = Consume(one.Document, one.Selector()).WithActive(s => s with { Asked = [] });
        Assert.Null(Decide(one.Document, profile: Few with { AskBelow = 1 }).Next);
        Assert.Equal(["few-left"], Done(none, Around, SweepAct.Asked, profile: Few with { AskBelow = 1 }).Active!.Asked);
    }

    [Fact]
    [Trait("Requirement", "R-22")]
    public void The_owner_is_asked_before_the_set_ends_but_not_about_a_new_one()
    {
        var set = Held.Document.Active!;
        Assert.Null(Decide(Held.Document, Around with { Now = set.ExpiresAt.AddDays(-14).AddTicks(-1) }).Next);
        var asked = Done(Held.Document, Around with { Now = set.ExpiresAt.AddDays(-14) }, SweepAct.Asked);
        Assert.Equal(["expiry"], asked.Active!.Asked);
        var shortLived = Active(Few with { Lifetime = TimeSpan.FromHours(3) }, seed: 5).Document;
        Assert.Null(Decide(shortLived).Next);
        Done(shortLived, Around with { Now = Now.AddHours(2) }, SweepAct.Asked);
        // Nobody can say when, and a set that cannot be used is not asked about.
        Assert.Null(SweepDecision.Decide(Held.Document, Around with { Now = set.ExpiresAt.AddDays(-1) }, Rules() with { Profile = null }).Next);
        Assert.Null(Decide(Held.Document, (Around with { Now = set.ExpiresAt.AddDays(-1) }).With(Locked())).Next);
    }

    [Fact]
    public void Expired_approvals_are_dropped_and_no_others()
    {
        var document = Held.Document with { Approvals = [Approval("old", Now), Approval("new", Now.AddTicks(1))] };
        Assert.Equal(["new"], Done(document, Around, SweepAct.Tidied).Approvals.Select(a => a.Id));
    }

    [Fact]
    [Trait("Requirement", "R-18")]
    public void A_clock_that_stands_before_the_leaders_last_sign_of_life_judges_nothing_and_uses_nothing()
    {
        var behind = Around with { State = Around.State with { Heartbeat = new Heartbeat(5, Now + SetStanding.ClockTolerance + TimeSpan.FromTicks(1)) } };
        Assert.Null(Decide(Waiting.Document, behind with { Owner = null }).Next);
        Assert.Equal(Reason.ClockBackwards, SetStanding.OfSet(Held.Document, Held.Document.Active!, behind));
        Assert.Null(SetStanding.OfSet(Held.Document, Held.Document.Active!, Around with { State = behind.State with { Heartbeat = new Heartbeat(5, Now + SetStanding.ClockTolerance) } }));
    }

    [Fact]
    [Trait("Requirement", "R-27")]
    public void Who_is_below_the_epoch_floor_judges_nothing() =>
        Assert.Null(Decide(Held.Document, Around with { Owner = null, State = Around.State with { EpochFloor = 2 } }).Next);

    [Theory]
    [InlineData(2, null)]
    [InlineData(1, "production")]
    [Trait("Requirement", "R-40")]
    public void Nothing_is_said_of_the_owners_of_sets_of_another_epoch_or_environment(int epoch, string? environment)
    {
        var around = Around with { Owner = null, Epoch = epoch, Environment = environment };
        Assert.Null(Decide(Held.Document, around).Next);
    }

    private static SweepRules Rules(Profile? profile = null, WrapSight wrap = WrapSight.Unknown) => new(Id("sweep"), profile ?? Few, wrap, PeopleWereRead: true);

    private static SweepDecision Decide(IdentityDocument document, Surroundings? around = null, Profile? profile = null, WrapSight wrap = WrapSight.Unknown) =>
        SweepDecision.Decide(document, around ?? Around, Rules(profile, wrap));

    private static IdentityDocument Done(
        IdentityDocument document, Surroundings around, SweepAct act, WrapSight wrap = WrapSight.Unknown, Profile? profile = null)
    {
        var decision = Decide(document, around, profile, wrap);
        Assert.Equal([act], decision.Acts);
        return decision.Next!;
    }

    private static (string, Actor, string) Last(IdentityDocument document) => (document.Events[^1].Operation, document.Events[^1].By, document.Events[^1].OperationId);

    private static IdentityDocument WithEntity(IdentityDocument document, EntitySnapshot own)
    {
        var bound = new BoundEntity(own.Id, EntityFingerprint.Of(own, EntityFingerprint.DefaultFacets));
        return document with
        {
            Entity = own.Id,
            Active = document.Active! with { Entity = bound },
            Pending = document.Pending! with { Set = document.Pending.Set with { Entity = bound } },
        };
    }

    private static Approval Approval(string id, DateTimeOffset until) => new()
    {
        Id = id,
        Operation = "consume",
        RequestedBy = Owner,
        RequestedAt = Now.AddHours(-1),
        Reason = "r",
        Ticket = "t",
        Verification = "v",
        ExpiresAt = until,
        StateVersion = 7,
    };
}
