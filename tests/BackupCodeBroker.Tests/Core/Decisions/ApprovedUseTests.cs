using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using Xunit;
using static BackupCodeBroker.Tests.Core.Decisions.Approving;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Consuming and issuing under dual control, and what stays to be looked at.</summary>
public sealed class ApprovedUseTests
{
    private static readonly IdentityDocument Held = Holding.Document;
    private static readonly string Selector = Holding.Selector();
    private static readonly LiftedLockdown Lifted = new(Given.Locked(), new LockdownLift(Given.Now, Given.Platform, "over", "op", "trace"));

    [Theory]
    [Trait("Requirement", "R-28")]
    [InlineData("nobody asked", Reason.ApprovalRequired)]
    [InlineData("nobody answered", Reason.ApprovalRequired)]
    [InlineData("it was refused", Reason.ApprovalRequired)]
    [InlineData("it was for another operation", Reason.ApprovalRequired)]
    [InlineData("its time is over, to the tick", Reason.ApprovalRequired)]
    [InlineData("a lockdown of others' codes came since", null)]
    [InlineData("a lockdown came since and the codes are newer", Reason.ApprovalRequired)]
    [InlineData("a lockdown came and was lifted", Reason.ApprovalRequired)]
    [InlineData("the requester consumes", Reason.NotASecondPerson)]
    [InlineData("the approver consumes", Reason.NotASecondPerson)]
    [InlineData("the requester consumes with another token", Reason.NotASecondPerson)]
    [InlineData("nobody consumes", Reason.NotASecondPerson)]
    [InlineData("nobody consumes and nobody asked", Reason.NotASecondPerson)]
    [InlineData("somebody wrote a consent of the requester's own", Reason.NotASecondPerson)]
    [InlineData("a third consumes", null)]
    [InlineData("a tick before its time is over", null)]
    public void A_right_code_is_spent_only_with_a_consent_of_two_others(string circumstance, Reason? reason)
    {
        var given = Held.Ask().Answered();
        var decision = circumstance switch
        {
            "nobody asked" => Held.Consume(Selector),
            "nobody answered" => Held.Ask().Consume(Selector),
            "it was refused" => Held.Ask().Answered(given: false).Consume(Selector),
            "it was for another operation" => Held.Ask(operation: "issue").Answered().Consume(Selector),
            "its time is over, to the tick" => given.Consume(Selector, around: Given.Around.Later(TimeSpan.FromMinutes(15))),
            "a tick before its time is over" => given.Consume(Selector, around: Given.Around.Later(TimeSpan.FromMinutes(15) - TimeSpan.FromTicks(1))),
            "a lockdown of others' codes came since" => given.Consume(Selector, around: Given.Around.With(Given.Locked(scope: new LockdownScope { Identities = "team-b.*" }))),
            "a lockdown came since and the codes are newer" =>
                given.WithActive(s => s with { StateVersion = 8 }).Consume(Selector, around: Given.Around.With(Given.Locked())),
            "a lockdown came and was lifted" => given.Consume(Selector, around: Given.Around with { State = Given.Around.State with { Lifted = [Lifted] } }),
            "the requester consumes" => given.Consume(Selector, Ann),
            "the approver consumes" => given.Consume(Selector, Bob),
            "the requester consumes with another token" => given.Consume(Selector, Ann with { Accessor = "other", DisplayName = "other" }),
            "nobody consumes" => given.Consume(Selector, Nobody),
            "nobody consumes and nobody asked" => Held.Consume(Selector, Nobody),
            "somebody wrote a consent of the requester's own" =>
                (given with { Approvals = [.. given.Approvals.Select(a => a with { Consent = a.Consent! with { By = Ann } })] }).Consume(Selector),
            _ => given.Consume(Selector),
        };
        Assert.Equal(reason, (decision as ConsumeDecision.Refused)?.Reason);
        Assert.Equal(reason is null, decision is ConsumeDecision.Spend);
    }

    [Fact]
    [Trait("Requirement", "R-28")]
    public void The_write_that_spends_the_code_uses_the_consent_up_and_opens_a_review_that_tells_the_story()
    {
        var spent = Assert.IsType<ConsumeDecision.Spend>(Held.Ask().Answered().Consume(Selector));
        var operation = spent.Consumption.OperationId;
        Assert.Equal(new ApprovalUse(operation, Given.Verifier, Given.Now), Assert.Single(spent.Next.Approvals).Use);
        Assert.Equal(
            new OpenReview(operation, "consume", "approval", Given.Now, Given.Verifier, new ApprovedStory(
                Given.Id("request"), "phone lost", "HD-4711", Ann with { Accessor = "" }, Bob with { Accessor = "" })),
            Assert.Single(spent.Next.Reviews));
        Assert.Equal("consume", spent.Next.Events[^1].Operation);
        Assert.Equal(Reason.ApprovalRequired, Assert.IsType<ConsumeDecision.Refused>(spent.Next.Consume(Holding.Selector(1), key: "key-2")).Reason);
    }

    [Theory]
    [Trait("Requirement", "R-28")]
    [InlineData("the requester", Reason.NotASecondPerson)]
    [InlineData("the approver", Reason.NotASecondPerson)]
    [InlineData("the user", Reason.NotASecondPerson)]
    [InlineData("somebody else", null)]
    public void A_consent_of_people_whom_vault_does_not_have_as_they_were_serves_nobody(string who, Reason? reason)
    {
        var (given, user) = (Held.Ask().Answered(), Given.Verifier);
        Assert.Equal([user.EntityId, Ann.EntityId, Bob.EntityId], ApprovalParties.OfUse(given, "consume", user, Given.Now));
        var around = Given.Around with { Gone = [who switch { "the requester" => Ann.EntityId, "the approver" => Bob.EntityId, "the user" => user.EntityId, _ => "entity-other" }] };
        Assert.Equal(reason, (given.Consume(Selector, around: around) as ConsumeDecision.Refused)?.Reason);
        // Another consent, of people who are there, still serves.
        Assert.Equal(who != "the requester" && reason is not null, given.Ask("second", Given.Owner).Answered("second").Consume(Selector, around: around) is ConsumeDecision.Refused);
    }

    [Fact]
    public void Nobody_is_looked_for_where_no_consent_to_the_operation_waits_to_be_used()
    {
        var given = Held.Ask().Answered();
        var used = Assert.IsType<ConsumeDecision.Spend>(given.Consume(Selector)).Next;
        IdentityDocument[] none = [Held, Held.Ask(), Held.Ask().Answered(given: false), Held.Ask(operation: "issue").Answered(), used];
        Assert.All(none, document => Assert.Empty(ApprovalParties.OfUse(document, "consume", Given.Verifier, Given.Now)));
        Assert.Empty(ApprovalParties.OfUse(given, "consume", Given.Verifier, Given.Now + Approval.MaxLife));
        Assert.Equal([Ann.EntityId, Bob.EntityId], ApprovalParties.OfUse(given, "consume", Nobody, Given.Now));
    }

    [Fact]
    [Trait("Requirement", "R-28")]
    public void A_token_without_an_entity_breaks_no_glass()
    {
        var emergency = Given.Active(Emergency);
        Assert.Equal(
            Reason.NotASecondPerson, Assert.IsType<ConsumeDecision.Refused>(emergency.Document.Consume(emergency.Selector(), Nobody, profile: Emergency)).Reason);
        var before = Given.Active();
        Assert.IsType<ConsumeDecision.Spend>(before.Document.Consume(before.Selector(), Nobody, profile: Given.Few));
    }

    [Fact]
    [Trait("Requirement", "R-14")]
    public void A_repeat_needs_no_second_consent()
    {
        var spent = Assert.IsType<ConsumeDecision.Spend>(Held.Ask().Answered().Consume(Selector));
        var again = Assert.IsType<ConsumeDecision.Repeat>(spent.Next.Consume(Selector, around: Given.Around.Later(TimeSpan.FromHours(2))));
        Assert.Equal(spent.Consumption, again.Consumption);
        Assert.IsType<ConsumeDecision.KeyReused>(spent.Next.Consume(Holding.Selector(1)));
    }

    [Theory]
    [Trait("Requirement", "R-05")]
    [InlineData("wrong", Reason.Wrong, true)]
    [InlineData("wrong with a consent", Reason.Wrong, true)]
    [InlineData("spent", Reason.Spent, false)]
    [InlineData("expired", Reason.Expired, false)]
    [InlineData("unknown", Reason.UnknownCode, false)]
    public void What_is_wrong_with_a_code_comes_before_its_missing_approval(string what, Reason reason, bool counts)
    {
        var refused = Assert.IsType<ConsumeDecision.Refused>(what switch
        {
            "wrong" => Held.Consume(Selector, verified: false),
            "wrong with a consent" => Held.Ask().Answered().Consume(Selector, verified: false),
            "spent" => ((ConsumeDecision.Spend)Held.Ask().Answered().Consume(Selector)).Next.Consume(Selector, key: "key-2"),
            "expired" => Held.Consume(Selector, around: Given.Around with { Now = Held.Active!.ExpiresAt, State = Given.Around.State }),
            _ => Held.Consume("ZZZZZ"),
        });
        Assert.Equal((reason, counts), (refused.Reason, refused.Counts));
    }

    [Fact]
    public void Neither_the_rule_of_the_issue_nor_that_in_force_can_be_shaken_off()
    {
        Assert.Equal(Reason.ApprovalRequired, Assert.IsType<ConsumeDecision.Refused>(Held.Consume(Selector, profile: Given.Few)).Reason);
        Assert.Equal(Reason.ApprovalRequired, ((ConsumeDecision.Refused)ConsumeDecision.Decide(Held, Given.Around, Given.Request(Selector), null)).Reason);
        var before = Given.Active();
        Assert.Equal(Reason.ApprovalRequired, Assert.IsType<ConsumeDecision.Refused>(before.Document.Consume(before.Selector())).Reason);
        var emergency = Given.Active(Emergency);
        Assert.Single(((ConsumeDecision.Spend)emergency.Document.Consume(emergency.Selector(), profile: Given.Few)).Next.Reviews);
    }

    [Fact]
    [Trait("Requirement", "R-28")]
    public void Each_use_at_break_glass_is_to_be_looked_at_and_the_seventeenth_waits_for_that()
    {
        var emergency = Given.Active(Emergency with { Count = 20 });
        var document = emergency.Document;
        for (var i = 0; i < OpenReview.Max; i++)
        {
            document = Assert.IsType<ConsumeDecision.Spend>(document.Consume(emergency.Selector(i), key: "key-" + i, profile: Emergency)).Next;
            Assert.Equal(("break-glass", null), (document.Reviews[i].Cause, document.Reviews[i].Approval));
        }

        Assert.Equal(Reason.ReviewsOverdue, Assert.IsType<ConsumeDecision.Refused>(document.Consume(emergency.Selector(16), key: "more", profile: Emergency)).Reason);
        var reviewed = ((ReviewDecision.Reviewed)ReviewDecision.Decide(document, Given.Id("consume-key-3"), "fine", Given.Id("review"), Ann, Given.Now)).Next;
        Assert.IsType<ConsumeDecision.Spend>(reviewed.Consume(emergency.Selector(16), key: "more", profile: Emergency));
    }

    [Theory]
    [InlineData("the user", Reason.NotASecondPerson)]
    [InlineData("nobody", Reason.NotASecondPerson)]
    [InlineData("somebody about another operation", Reason.NoSuchReview)]
    [InlineData("somebody again", Reason.NoSuchReview)]
    [InlineData("the requester", null)]
    [InlineData("the approver", null)]
    [InlineData("an auditor", null)]
    public void A_use_is_looked_at_by_somebody_else(string who, Reason? reason)
    {
        var spent = ((ConsumeDecision.Spend)Held.Ask().Answered().Consume(Selector)).Next;
        var used = who == "somebody about another operation" ? Given.Id("other") : spent.Reviews[0].OperationId;
        var by = who switch
        {
            "the user" => Given.Verifier with { Accessor = "other" },
            "nobody" => Nobody,
            "the requester" => Ann,
            "the approver" => Bob,
            _ => Given.Stranger,
        };
        ReviewDecision Decide(IdentityDocument document) => ReviewDecision.Decide(document, used, "talked to them", Given.Id("review"), by, Given.Now);
        var decision = who == "somebody again" ? Decide(((ReviewDecision.Reviewed)Decide(spent)).Next) : Decide(spent);
        Assert.Equal(reason, (decision as ReviewDecision.Refused)?.Reason);
        if (decision is ReviewDecision.Reviewed reviewed)
        {
            Assert.Empty(reviewed.Next.Reviews);
            Assert.Equal(("review", by, used + ": talked to them"), (reviewed.Next.Events[^1].Operation, reviewed.Next.Events[^1].By, reviewed.Next.Events[^1].Reason));
        }
    }

    [Theory]
    [Trait("Requirement", "R-28")]
    [InlineData("nobody asked", Reason.ApprovalRequired)]
    [InlineData("it was for consuming", Reason.ApprovalRequired)]
    [InlineData("the approver issues", Reason.NotASecondPerson)]
    [InlineData("nobody issues", Reason.NotASecondPerson)]
    [InlineData("the requester issues", null)]
    [InlineData("a third issues", null)]
    public void Codes_are_made_only_with_another_ones_consent(string circumstance, Reason? reason)
    {
        var asked = circumstance switch
        {
            "nobody asked" => Held,
            "it was for consuming" => Held.Ask().Answered(),
            _ => Held.Ask(operation: "issue").Answered(),
        };
        var by = circumstance switch
        {
            "the approver issues" => Bob,
            "nobody issues" => Nobody,
            "the requester issues" => Ann,
            _ => Given.Owner,
        };
        var decision = IssueDecision.Decide(asked, Given.Around, Guarded, EntityFingerprint.DefaultFacets, false, Given.Id("issue"), by);
        Assert.Equal(reason, (decision as IssueDecision.Refused)?.Reason);
        Assert.Equal(reason is null, decision is IssueDecision.Planned);
    }

    [Fact]
    public void An_issue_uses_its_consent_up_and_its_codes_carry_the_rules_on()
    {
        var issued = Given.Issue(Held.Ask(operation: "issue").Answered(), Given.Around, Guarded with { BreakGlass = true }, seed: 2);
        Assert.Equal(Given.Id("issue"), Assert.Single(issued.Document.Approvals).Use!.OperationId);
        Assert.Equal(("issue", "approval"), (issued.Document.Reviews[0].Operation, issued.Document.Reviews[0].Cause));
        Assert.Equal((Guarded.Approvals, true), (issued.Document.Pending!.Set.Approvals, issued.Document.Pending.Set.BreakGlass));
        var again = IssueDecision.Decide(issued.Document, Given.Around, Guarded, EntityFingerprint.DefaultFacets, false, Given.Id("issue"), Given.Owner);
        Assert.Equal(new IssueDecision.Refused(Reason.ApprovalRequired), again);
    }

    [Fact]
    public void Of_two_consents_the_one_that_ends_first_is_used()
    {
        var given = Held.Ask("late", around: Given.Around.Later(TimeSpan.FromMinutes(1))).Ask("early");
        given = given.Answered("late", around: Given.Around.Later(TimeSpan.FromMinutes(1))).Answered("early");
        var spent = Assert.IsType<ConsumeDecision.Spend>(given.Consume(Selector, around: Given.Around.Later(TimeSpan.FromMinutes(2))));
        Assert.Equal(Given.Id("early"), Assert.Single(spent.Next.Approvals, a => a.Use is not null).Id);
    }
}
