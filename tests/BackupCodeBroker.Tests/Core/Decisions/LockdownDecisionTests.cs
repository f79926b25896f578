using System.Text;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using CsCheck;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>What lockdowns do to documents and to the state, whoever applies them and however often.</summary>
public sealed class LockdownDecisionTests
{
    private static readonly IdentityDocument Active = Given.Active().Document;
    private static readonly IdentityDocument Both = Given.Issue(Active, Given.Around, Given.Few, 2).Document;
    private static readonly Lockdown Void = Given.Locked(Lockdown.Void);
    private static readonly LockdownLift Lift = new(Given.Now.AddMinutes(5), Given.Platform, "over", Given.Id("lift"), "t");

    private static Approval Asked => new()
    {
        Id = "a",
        Operation = "consume",
        RequestedBy = Given.Owner,
        RequestedAt = Given.Now,
        Reason = "r",
        Ticket = "t",
        Verification = "v",
        ExpiresAt = Given.Now.AddHours(1),
        StateVersion = 7,
    };

    [Fact]
    public void A_void_lockdown_ends_both_sets_and_leaves_a_stamp_and_a_second_look_finds_nothing()
    {
        var next = Ended(Both, Void)!;
        Assert.Equal((null, null), (next.Active, next.Pending));
        Assert.Equal(("locked-down", Active.Active!.Generation), (next.Ended!.Reason, next.Ended.Generation));
        Assert.Equal(new LockdownStamp(Void.Id, Void.Version, Both.Pending!.Set.Generation, Given.Now), Assert.Single(next.Lockdowns));
        Assert.Equal(("lockdown", "op", Void.Id), (next.Events[^1].Operation, next.Events[^1].OperationId, next.Events[^1].Reason));
        Assert.Empty(next.Ended.Set.Codes);
        Assert.Null(Ended(next, Void));
    }

    [Fact]
    public void A_freeze_and_a_mode_of_a_later_version_end_nothing()
    {
        Assert.Null(Ended(Both, Given.Locked()));
        Assert.Null(Ended(Both, Given.Locked("quarantine")));
    }

    [Fact]
    public void Only_what_is_under_it_ends()
    {
        var newer = Both with { Pending = Both.Pending! with { Set = Both.Pending.Set with { StateVersion = Void.Version } } };
        var next = Ended(newer, Void)!;
        Assert.Null(next.Active);
        Assert.Equal(newer.Pending, next.Pending);
        var pendingOnly = Ended(Both, Void with { Scope = new LockdownScope { IssuedSince = Both.Pending!.Set.IssuedAt, ActivatedBy = null, IssuedBy = "nobody" } });
        Assert.Null(pendingOnly);
        var other = Ended(Both with { Active = Both.Active! with { IssuedBy = Given.Stranger } }, Void with { Scope = new LockdownScope { IssuedBy = Given.Owner.EntityId } })!;
        Assert.NotNull(other.Active);
        Assert.Null(other.Pending);
        Assert.Equal(Both.Ended, other.Ended);
    }

    [Fact]
    public void What_somebody_else_ended_meanwhile_is_stamped_too_and_what_ended_before_is_not()
    {
        var revoked = ((RevokeDecision.Revoked)RevokeDecision.Decide(Active, "r", "op", Given.Owner, Given.Now.AddSeconds(1))).Next;
        Assert.Equal(Active.Active!.Generation, Assert.Single(Ended(revoked, Void)!.Lockdowns).Generation);
        Assert.Null(Ended(revoked, Void with { DeclaredAt = Given.Now.AddSeconds(2) }));
    }

    [Fact]
    public void An_identity_keeps_its_newest_stamps()
    {
        var document = Active with { Lockdowns = [.. Enumerable.Range(0, LockdownStamp.Max).Select(i => new LockdownStamp("old" + i, i, 1, Given.Now))] };
        var stamps = Ended(document, Void)!.Lockdowns;
        Assert.Equal((LockdownStamp.Max, "old1", Void.Id), (stamps.Count, stamps[0].Lockdown, stamps[^1].Lockdown));
    }

    [Fact]
    public void A_repeat_of_a_consumption_stays_refused_once_the_lockdown_that_ended_its_set_is_lifted()
    {
        var issued = Given.Active();
        var consumed = Given.Consume(issued.Document, issued.Selector());
        var ended = Ended(consumed, Void)!;
        var repeat = ConsumeDecision.Decide(ended, Given.Around, Given.Request(issued.Selector()), Given.Few);
        Assert.Equal(Reason.LockedDown, Assert.IsType<ConsumeDecision.Refused>(repeat).Reason);
    }

    [Theory]
    [InlineData("revoked", true)]
    [InlineData("replaced", true)]
    [InlineData("ended before", false)]
    [InlineData("active", false)]
    [Trait("Requirement", "R-14")]
    public void A_repeat_is_refused_where_a_stamp_says_that_a_lockdown_came_since(string what, bool refused)
    {
        var issued = Given.Active();
        var consumed = Given.Consume(issued.Document, issued.Selector());
        var revoked = ((RevokeDecision.Revoked)RevokeDecision.Decide(consumed, "r", Given.Id("revoke"), Given.Owner, Given.Now.AddSeconds(1))).Next;
        var document = what switch
        {
            "revoked" => Ended(revoked, Void)!,
            "replaced" => Ended(Given.Active(document: consumed, seed: 2).Document, Void)!,
            "ended before" => Ended(revoked, Void with { DeclaredAt = Given.Now.AddSeconds(2) }) ?? revoked,
            _ => consumed with { Lockdowns = [new LockdownStamp("other", Void.Version, 1, Given.Now)] },
        };
        if (what == "replaced")
        {
            // The newer set ended after it: the older one is gone, and with it the repeat.
            document = document with { Ended = revoked.Ended };
        }

        var repeat = ConsumeDecision.Decide(document, Given.Around, Given.Request(issued.Selector()), Given.Few);
        Assert.Equal(refused ? Reason.LockedDown : null, (repeat as ConsumeDecision.Refused)?.Reason);
        Assert.Equal(refused, repeat is not ConsumeDecision.Repeat);
    }

    [Fact]
    public void Approvals_of_before_end_with_it_and_do_not_come_back_when_it_is_lifted()
    {
        Assert.NotNull(State(Void).OverApproval(Active, Asked));
        Assert.NotNull(State(Given.Locked()).OverApproval(Active, Asked));
        Assert.Null(State(Void).OverApproval(Active, Asked with { StateVersion = Void.Version }));
        Assert.Null(State(Given.Locked(scope: new LockdownScope { Identities = "team-b.*" })).OverApproval(Active, Asked));
        Assert.Null(Given.Around.State.OverApproval(Active, Asked));

        foreach (var lockdown in new[] { Void, Given.Locked() })
        {
            var lifted = Assert.IsType<LiftDecision.Lifted>(LiftDecision.Decide(State(lockdown), lockdown.Id, Lift)).Next;
            Assert.Empty(lifted.Lockdowns);
            Assert.NotNull(lifted.OverApproval(Active, Asked));
            Assert.Null(lifted.OverApproval(Active, Asked with { StateVersion = lockdown.Version }));
            // The identity was given another name's labels and its sets were ended: the ended set still says so.
            var relabelled = Ended(Active, Void with { Scope = new LockdownScope { Owner = Active.Owner } })! with { Owner = "another" };
            Assert.NotNull((lifted with { Lifted = [new LiftedLockdown(lockdown with { Scope = new LockdownScope { Owner = Active.Owner } }, Lift)] }).OverApproval(relabelled, Asked));
        }
    }

    [Fact]
    public void Lifting_revives_nothing_that_was_void_and_loses_nothing_that_was_frozen()
    {
        var thawed = ((LiftDecision.Lifted)LiftDecision.Decide(State(Given.Locked()), "incident-1", Lift)).Next;
        Assert.Null(thawed.Over(Active, Active.Active!, Lift.At));
        var late = ((LiftDecision.Lifted)LiftDecision.Decide(State(Void), Void.Id, Lift)).Next;
        Assert.Equal(Void, late.Over(Active, Active.Active!, Lift.At));
        Assert.Null(late.Over(Active, Active.Active! with { StateVersion = Void.Version }, Lift.At));
        Assert.Null(late.OverIssuing(Active));
        Assert.NotNull(LockdownEnding.Next(Active, late, "op", Actor.Worker, Given.Now));
    }

    [Fact]
    public void A_void_one_that_was_lifted_is_over_nothing_after_its_hour_whoever_writes_the_state_or_not()
    {
        var lifted = ((LiftDecision.Lifted)LiftDecision.Decide(State(Void), Void.Id, Lift)).Next;
        var over = Lift.At + BrokerState.LiftedKept;
        Assert.NotNull(lifted.Over(Active, Active.Active!, over.AddTicks(-1)));
        Assert.NotNull(LockdownEnding.Next(Active, lifted, "op", Actor.Worker, over.AddTicks(-1)));
        Assert.Null(lifted.Over(Active, Active.Active!, over));
        Assert.Null(LockdownEnding.Next(Active, lifted, "op", Actor.Worker, over));
        Assert.Null(SetStanding.OfSet(Active, Active.Active!, Given.Around with { State = lifted, Now = over }));
        Assert.Same(lifted, lifted.Remembering(over.AddTicks(-1)));
        Assert.Empty(lifted.Remembering(over).Lifted);
    }

    [Fact]
    public void More_lockdowns_than_stamps_are_kept_end_an_identity_once()
    {
        Lockdown[] many = [.. Enumerable.Range(0, BrokerState.MaxLockdowns).Select(i => Void with { Id = $"void-{i}", Version = Void.Version + (i * 37 % BrokerState.MaxLockdowns) })];
        var ended = LockdownEnding.Next(Active, State(many), "op", Actor.Worker, Given.Now)!;
        Assert.Equal(LockdownStamp.Max, ended.Lockdowns.Count);
        Assert.Null(LockdownEnding.Next(ended, State(many), "op-2", Actor.Worker, Given.Now));
    }

    [Fact]
    public void What_is_not_in_force_is_not_lifted_again()
    {
        var lifted = ((LiftDecision.Lifted)LiftDecision.Decide(State(Void), Void.Id, Lift)).Next;
        Assert.Equal(Lift, Assert.IsType<LiftDecision.NotInForce>(LiftDecision.Decide(lifted, Void.Id, Lift with { Reason = "again" })).Lockdown!.Lift);
        Assert.Null(Assert.IsType<LiftDecision.NotInForce>(LiftDecision.Decide(lifted, "unknown", Lift)).Lockdown);
    }

    [Fact]
    public void A_declaration_gets_the_version_that_it_is_written_under()
    {
        var declared = Assert.IsType<DeclareDecision.Declared>(DeclareDecision.Decide(State(), 41, Wanted("new"), Given.Now));
        Assert.Equal(42, declared.Lockdown.Version);
        Assert.Equal(declared.Lockdown, Assert.Single(declared.Next.Lockdowns));
        // Read again after a write that was not answered, it finds itself.
        Assert.Equal(declared.Lockdown, Assert.IsType<DeclareDecision.Already>(DeclareDecision.Decide(declared.Next, 42, Wanted("new"), Given.Now)).Lockdown);
        Assert.IsType<DeclareDecision.Declared>(DeclareDecision.Decide(declared.Next, 42, Wanted("another"), Given.Now));
    }

    [Fact]
    public void Lifted_lockdowns_are_remembered_for_as_long_as_approvals_live()
    {
        var lifted = ((LiftDecision.Lifted)LiftDecision.Decide(State(Void), Void.Id, Lift)).Next;
        Assert.Single(Next(lifted, Lift.At + Approval.MaxLife - TimeSpan.FromSeconds(1)).Lifted);
        Assert.Empty(Next(lifted, Lift.At + Approval.MaxLife).Lifted);

        static BrokerState Next(BrokerState state, DateTimeOffset now) => ((DeclareDecision.Declared)DeclareDecision.Decide(state, 9, Wanted("new"), now)).Next;
    }

    [Fact]
    public void Whoever_lifts_more_than_are_remembered_revives_no_approval_and_ends_none_of_other_names()
    {
        var (state, other) = (State(), Active with { Identity = "team-b.build" });
        for (var i = 0; i < 3 * BrokerState.MaxLockdowns; i++)
        {
            state = Lifted(state, 10 + i, Wanted("l" + i) with { Scope = new LockdownScope { Identities = Active.Identity } });
            Assert.NotNull(state.OverApproval(Active, Asked with { StateVersion = 10 }));
            Assert.Null(state.OverApproval(other, Asked with { StateVersion = 10 }));
        }

        Assert.InRange(state.Lifted.Count, 2, LockdownShares.MaxAlike);
        Assert.Null(state.Over(Active, Active.Active!, Lift.At));
        Assert.Null(state.OverIssuing(Active));
    }

    [Fact]
    public void However_many_are_lifted_of_however_many_prefixes_what_was_void_stays_so_in_its_hour()
    {
        var state = Lifted(State(), 8, Wanted("void") with { Mode = Lockdown.Void, Scope = new LockdownScope { Identities = "team-a.*" } });
        for (var i = 0; i < 3 * BrokerState.MaxLockdowns; i++)
        {
            state = Lifted(state, 10 + i, Wanted("l" + i) with { Scope = new LockdownScope { Identities = $"team-{(char)('b' + i % 20)}{i % 40}.*" } });
            state = Lifted(state, 10 + i, Wanted("m" + i) with { Scope = new LockdownScope { Owner = "owner-" + i } });
        }

        Assert.Equal("void", state.Over(Active, Active.Active!, Lift.At)!.Id);
        Assert.NotNull(state.OverApproval(Active, Asked));
        Assert.InRange(DocumentJson.Write(state).Length, 0, BrokerState.MaxBytes / 2);
    }

    [Fact]
    public void No_void_one_is_forgotten_for_another_and_nobody_elses_is_kept_from_being_lifted()
    {
        var (state, lifted) = (State(), 0);
        while (Decided(state, Voided("v" + lifted, "team-a.")) is LiftDecision.Lifted next)
        {
            (state, lifted) = (next.Next, lifted + 1);
        }

        Assert.InRange(lifted, 8, LockdownShares.MaxAlike);
        Assert.IsType<LiftDecision.TooMany>(Decided(state, Voided("x", "team-a.")));
        Assert.IsType<LiftDecision.Lifted>(Decided(state, Voided("x", "team-b.")));
        Assert.IsType<LiftDecision.Lifted>(Decided(state, Voided("x", "")));
        Assert.IsType<LiftDecision.Lifted>(LiftDecision.Decide(state with { Lockdowns = [Voided("x", "team-a.")] }, "x", Lift with { At = Lift.At + BrokerState.LiftedKept }));

        static LiftDecision Decided(BrokerState state, Lockdown lockdown) => LiftDecision.Decide(state with { Lockdowns = [lockdown] }, lockdown.Id, Lift);

        static Lockdown Voided(string id, string prefix) => Void with { Id = id, Scope = new LockdownScope { Identities = prefix + "*" } };
    }

    [Fact]
    public void Whoever_may_lock_down_one_team_takes_no_places_of_other_teams_and_all_teams_none_of_everybodys()
    {
        var (state, alike, narrow, all) = (State(), 0, 0, 0);
        for (; Declare(state, $"team-a.{alike}*") is DeclareDecision.Declared next; alike++)
        {
            state = next.Next;
        }

        Assert.Equal(LockdownShares.MaxAlike, alike);
        for (; Declare(state, $"team-{narrow}.*") is DeclareDecision.Declared next; narrow++)
        {
            state = next.Next;
        }

        Assert.Equal(LockdownShares.MaxNarrow, alike + narrow);
        for (; Declare(state, "*", owner: "owner-" + all) is DeclareDecision.Declared next; all++)
        {
            state = next.Next;
        }

        Assert.Equal(BrokerState.MaxLockdowns, alike + narrow + all);
        Assert.InRange(DocumentJson.Write(state).Length, 0, BrokerState.MaxBytes);

        static DeclareDecision Declare(BrokerState state, string identities, string? owner = null) => DeclareDecision.Decide(
            state, 9, Wanted(identities + owner) with { Scope = new LockdownScope { Identities = identities, Owner = owner } }, Given.Now);
    }

    [Theory]
    [InlineData("team-a.x*", "team-a.")]
    [InlineData("team-a.x.y", "team-a.")]
    [InlineData("team*", "team")]
    [InlineData("team", "team")]
    [InlineData("*", "")]
    [InlineData(null, "")]
    public void Room_is_shared_by_what_names_begin_with(string? identities, string share) =>
        Assert.Equal(share, new LockdownScope { Identities = identities }.Share);

    [Fact]
    public void The_state_stays_as_small_as_it_has_to_be()
    {
        var (state, narrow, all) = (State(), 0, 0);
        for (; DeclareDecision.Decide(state, narrow, Large(narrow, $"team-{narrow}.*"), Given.Now) is DeclareDecision.Declared next; narrow++)
        {
            state = next.Next;
        }

        for (; DeclareDecision.Decide(state, all, Large(100 + all, null), Given.Now) is DeclareDecision.Declared next; all++)
        {
            state = next.Next;
        }

        Assert.InRange(narrow, 4, LockdownShares.MaxNarrow - 1);
        Assert.InRange(all, 4, BrokerState.MaxLockdowns - narrow - 1);
        Assert.InRange(DocumentJson.Write(state).Length, BrokerState.MaxBytes / 2, BrokerState.MaxBytes);
        Assert.True(Large(0, null).Scope is { IsTooLarge: false });
        Assert.True(new LockdownScope { Labels = Labels(128) }.IsTooLarge);

        static Lockdown Large(int i, string? identities) => Wanted("l" + i) with
        {
            Reason = new string('\uffee', 256),
            Scope = new LockdownScope { Identities = identities, Labels = Labels(55) },
        };

        static Dictionary<string, string> Labels(int length) => Enumerable.Range(0, LockdownScope.MaxLabels).ToDictionary(l => l + new string('n', 62), _ => new string('\uffee', length));
    }

    [Fact]
    public void A_count_tells_hit_ended_and_reissued_apart()
    {
        var revoked = ((RevokeDecision.Revoked)RevokeDecision.Decide(Active with { Identity = "c" }, "r", "op", Given.Owner, Given.Now.AddSeconds(1))).Next;
        var ended = Ended(Active with { Identity = "b" }, Void)!;
        var tally = new LockdownTally(new LockdownReach(Void));
        tally.Add(Active with { Identity = "a" });
        tally.Add(revoked);
        tally.Add(ended);
        tally.Add(ended with { Identity = "d", Active = Active.Active! with { StateVersion = Void.Version, Generation = 9 } });
        tally.Add(ended with { Identity = "e", Pending = Both.Pending! with { Set = Both.Pending.Set with { StateVersion = Void.Version } } });
        tally.Add(Given.Registered with { Identity = "f" });
        tally.Add(Active with { Identity = "g", Active = Active.Active! with { StateVersion = Void.Version } });
        var progress = tally.Result(Given.Now, Given.Now);
        Assert.Equal((5, 4, 1, 4, false), (progress.Matched, progress.Ended, progress.Reissued, progress.Missing, progress.Complete));
        Assert.Equal(["a", "b", "c", "d", "e"], progress.Names);
        Assert.Equal(["a", "b", "c", "e"], progress.Waiting);
    }

    [Fact]
    public void A_count_is_complete_when_nothing_is_left_and_nothing_can_come()
    {
        var tally = new LockdownTally(new LockdownReach(Void));
        tally.Add(Ended(Active, Void)!);
        Assert.True(tally.Result(Given.Now, Given.Now).Complete);
        Assert.False(tally.Result(Given.Now, Given.Now.AddSeconds(1)).Complete);
        var frozen = new LockdownTally(new LockdownReach(Given.Locked()));
        frozen.Add(Active);
        Assert.True(frozen.Result(Given.Now, Given.Now).Complete);
    }

    [Fact]
    public void Names_are_the_first_in_their_order_in_whatever_order_they_come()
    {
        var names = Enumerable.Range(0, LockdownProgress.MaxNames + 200).Select(i => $"n{i:d5}").ToList();
        var tally = new LockdownTally(new LockdownReach(Void));
        foreach (var name in names.OrderBy(n => n[^1]).ThenByDescending(n => n, StringComparer.Ordinal))
        {
            tally.Add(Active with { Identity = name });
        }

        var progress = tally.Result(Given.Now, Given.Now);
        Assert.Equal(names.Take(LockdownProgress.MaxNames), progress.Names);
        Assert.Equal(names.Count, progress.Matched);
    }

    [Fact]
    public void Where_many_are_counted_each_keeps_fewer_names_and_all_numbers()
    {
        var tally = new LockdownTally(new LockdownReach(Void), maxNames: 2);
        foreach (var name in new[] { "c", "a", "b" })
        {
            tally.Add(Active with { Identity = name });
        }

        var progress = tally.Result(Given.Now, Given.Now);
        Assert.Equal(["a", "b"], progress.Names);
        Assert.Equal(["a", "b"], progress.Waiting);
        Assert.Equal((3, 3), (progress.Matched, progress.Missing));
        Assert.Empty(LockdownStory.Of(Void, Given.Now).With(progress, "w").WithoutNames().Progress!.Names);
    }

    [Fact]
    public void What_could_not_be_read_or_was_ended_without_a_stamp_leaves_a_void_one_incomplete()
    {
        var tally = new LockdownTally(new LockdownReach(Void with { Scope = new LockdownScope { Identities = "team-a.*" } }));
        tally.Add(Ended(Active, Void)!);
        tally.AddUnread("team-b.x");
        Assert.True(tally.Result(Given.Now, Given.Now) is { Complete: true, Unread: null });
        tally.AddUnread("team-a.x");
        Assert.True(tally.Result(Given.Now, Given.Now) is { Complete: false, Unread: 1 });

        var unstamped = new LockdownTally(new LockdownReach(Void));
        unstamped.Add(((RevokeDecision.Revoked)RevokeDecision.Decide(Active, "r", "op", Given.Owner, Given.Now.AddSeconds(1))).Next);
        Assert.True(unstamped.Result(Given.Now, Given.Now) is { Complete: false, Ended: 1 });
    }

    [Fact]
    public void Each_turn_of_a_story_is_told_once_under_an_id_of_its_own()
    {
        var story = LockdownStory.Of(Void, Given.Now);
        Assert.Equal(["incident-1-lockdown-declared"], story.Outbox.Select(n => n.Id));
        var (some, all) = (Progress(1, complete: false), Progress(2, complete: true));
        var completed = story.With(some, "w1").With(all, "w2");
        Assert.Equal(all.AsOf, completed.CompletedAt);
        var lifted = completed.With(Lift);
        Assert.Same(lifted, lifted.With(Lift with { Reason = "again" }));
        var later = lifted.With(Progress(1, complete: false) with { AsOf = Given.Now.AddHours(1) }, "w3").With(Progress(2, complete: true) with { AsOf = Given.Now.AddHours(2) }, "w4");
        Assert.Equal([LockdownStory.Declared, LockdownStory.Completed, LockdownStory.WasLifted], later.Outbox.Select(n => n.Notice));
        Assert.Equal(LockdownStory.MaxNotices, later.Outbox.Count);

        var delivered = later.Without(["incident-1-lockdown-declared", "unknown"]).Without(["incident-1-lockdown-completed"], dead: true);
        Assert.Equal((LockdownStory.WasLifted, 1), (Assert.Single(delivered.Outbox).Notice, delivered.DeadLetters));
        Assert.Same(delivered, delivered.Without(["unknown"]));
    }

    [Fact]
    public void Figures_are_written_when_they_change_or_grow_old_and_never_over_newer_ones()
    {
        var story = LockdownStory.Of(Void, Given.Now).With(Progress(2, complete: true), "w1");
        Assert.Same(story, story.With(Progress(2, complete: true) with { AsOf = Given.Now.AddSeconds(30) }, "w2"));
        Assert.Same(story, story.With(Progress(1, complete: true) with { AsOf = Given.Now.AddSeconds(-1) }, "w2"));
        Assert.NotSame(story, story.With(Progress(2, complete: true) with { AsOf = Given.Now + LockdownStory.Refresh }, "w2"));
    }

    [Fact]
    public void A_story_is_written_and_read_as_the_same_and_one_of_another_lockdown_is_none()
    {
        var story = LockdownStory.Of(Void with { Scope = new LockdownScope { Labels = new Dictionary<string, string> { ["tier"] = "1" } }, Expected = 3 }, Given.Now)
            .With(Progress(2, complete: true), "w").With(Lift);
        Assert.True(DocumentJson.TryReadStory(DocumentJson.Write(story), Void.Id, out var read, out var error), error);
        Assert.Equivalent(story, read, strict: true);
        Assert.False(DocumentJson.TryReadStory(DocumentJson.Write(story), "another", out _, out _));
        Assert.False(DocumentJson.TryReadStory(DocumentJson.Write(story with { Schema = 2 }), Void.Id, out _, out _));
        Assert.False(DocumentJson.TryReadStory("{\"canary\":1}"u8, Void.Id, out _, out error));
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
        var state = State(Void) with { Lifted = [new LiftedLockdown(Void, Lift)] };
        Assert.True(DocumentJson.TryReadState(DocumentJson.Write(state), out var same, out error), error);
        Assert.Equal(Encoding.UTF8.GetString(DocumentJson.Write(state)), Encoding.UTF8.GetString(DocumentJson.Write(same)));
    }

    [Fact]
    [Trait("Requirement", "R-26")]
    public void However_many_lockdowns_come_and_are_applied_in_whatever_order_they_end_the_same_sets()
    {
        Gen.Select(Gen.Int[6, 9], Gen.Int[6, 9], Gen.OneOf("void", "freeze"), Gen.OneOf("team-a.*", "team-b.*", "*"), Gen.Bool).Array[1, 5].Sample(
            lots =>
            {
                var lockdowns = lots.Select((l, i) => Given.Locked(l.Item3, l.Item1, new LockdownScope { Identities = l.Item4 }) with { Id = "l" + i }).ToArray();
                var document = Both with { Active = Both.Active! with { StateVersion = lots[0].Item2 } };
                var atOnce = Applied(document, [State(lockdowns)]);
                var oneByOne = Applied(document, lockdowns.Select(l => State(l)));
                var backwards = Applied(document, lockdowns.Reverse().Select(l => State(l)));
                foreach (var other in new[] { oneByOne, backwards, Applied(atOnce, [State(lockdowns)]) })
                {
                    Assert.Equal((atOnce.Active, atOnce.Pending), (other.Active, other.Pending));
                }

                // What stays is under no void one, and more lockdowns never end less.
                Assert.True(atOnce.Active is null || !lockdowns.Any(l => l.Mode == Lockdown.Void && new LockdownReach(l).Matches(atOnce, atOnce.Active)));
                var fewer = Applied(document, [State([.. lockdowns.Skip(1)])]);
                Assert.True(fewer.Active is not null || atOnce.Active is null);
            },
            iter: 500);
    }

    private static LockdownProgress Progress(int ended, bool complete) =>
        new() { AsOf = Given.Now, Matched = 2, Ended = ended, Reissued = 0, Complete = complete, Names = ["a", "b"], Waiting = ["a", "b"] };

    private static BrokerState Lifted(BrokerState state, long version, Lockdown wanted)
    {
        var declared = (DeclareDecision.Declared)DeclareDecision.Decide(state, version, wanted, Given.Now);
        return ((LiftDecision.Lifted)LiftDecision.Decide(declared.Next, wanted.Id, Lift)).Next;
    }

    private static Lockdown Wanted(string id) => Given.Locked(version: 0) with { Id = id };

    private static BrokerState State(params Lockdown[] lockdowns) => Given.Around.State with { Lockdowns = lockdowns };

    private static IdentityDocument? Ended(IdentityDocument document, Lockdown lockdown) => LockdownEnding.Next(document, State(lockdown), "op", Actor.Worker, Given.Now);

    private static IdentityDocument Applied(IdentityDocument document, IEnumerable<BrokerState> states) =>
        states.Aggregate(document, (now, state) => LockdownEnding.Next(now, state, "op", Actor.Worker, Given.Now) ?? now);
}
