using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Suspended: nothing works and nothing is lost. Retired: nothing works any more.</summary>
public sealed class SuspendTests
{
    private static readonly Issued Active = Given.Active();
    private static readonly Issued Both = Given.Issue(Active.Document, Given.Around, Given.Few, seed: 2);

    [Fact]
    [Trait("Requirement", "R-17")]
    public void A_suspended_identitys_codes_are_refused_and_kept()
    {
        var next = Assert.IsType<SuspendDecision.Suspended>(Suspend(Both.Document)).Next;
        Assert.Equal((Suspension.Offboarded, Given.Now), (next.Suspension!.Cause, next.Suspension.At));
        Assert.Equal(next.Suspension, next.Active!.Suspension);
        Assert.Null(next.Pending);
        Assert.Equal(Both.Document.Active!.Codes, next.Active.Codes);
        Assert.Equal(("suspend", 1, "left"), (next.Events[^1].Operation, next.Events[^1].Generation, next.Events[^1].Reason));
        Assert.Equal(
            new ConsumeDecision.Refused(Reason.Suspended, 1), ConsumeDecision.Decide(next, Given.Around, Given.Request(Active.Selector()), Given.Few));
        Assert.Equal("suspended", IdentityState.Of(next, Given.Around));
        Assert.IsType<SuspendDecision.AlreadySuspended>(Suspend(next));
    }

    [Fact]
    [Trait("Requirement", "R-28")]
    public void A_consent_of_before_does_not_come_back_with_the_codes()
    {
        var used = ((ConsumeDecision.Spend)Approving.Holding.Document.Ask().Answered().Consume(Approving.Holding.Selector())).Next;
        var next = Assert.IsType<SuspendDecision.Suspended>(Suspend(used.Ask("second").Answered("second").Ask("third"))).Next;
        Assert.Equal([Given.Id("request")], next.Approvals.Select(a => a.Id));
        var back = next with { Suspension = null, Active = next.Active! with { Suspension = null } };
        Assert.Equal(Reason.ApprovalRequired, Assert.IsType<ConsumeDecision.Refused>(back.Consume(Approving.Holding.Selector(1), key: "key-2")).Reason);
    }

    [Fact]
    [Trait("Requirement", "R-25")]
    public void New_codes_do_not_lift_an_order_and_do_lift_what_the_worker_saw()
    {
        foreach (var document in new[] { Given.Registered, Active.Document })
        {
            var ordered = ((SuspendDecision.Suspended)Suspend(document)).Next;
            Assert.Equal("suspended", IdentityState.Of(ordered, Given.Around));
            Assert.Equal(new IssueDecision.Refused(Reason.Suspended), Issue(ordered));
        }

        var seen = Active.Document.WithActive(s => s with { Suspension = new Suspension(Given.Now, Reason.OwnerChanged.Name(), "op", Actor.Worker) });
        Assert.IsType<IssueDecision.Planned>(Issue(seen));
        Assert.Equal(Suspension.Offboarded, Assert.IsType<SuspendDecision.Suspended>(Suspend(seen)).Next.Active!.Suspension!.Cause);
    }

    [Fact]
    public void Codes_that_were_received_before_an_order_came_do_not_get_past_it()
    {
        var late = Both.Document with { Suspension = new Suspension(Given.Now, Suspension.Ordered, "op", Given.Platform) };
        Assert.Equal(
            new ActivateDecision.Refused(Reason.Suspended),
            ActivateDecision.Decide(late, Given.Around, Both.Generation, Both.Mint.Activation, "op", Given.Owner));
        Assert.Equal(Reason.Suspended, SetStanding.OfSet(late, late.Active!, Given.Around));
    }

    [Fact]
    [Trait("Requirement", "R-17")]
    public void A_retired_identity_has_no_codes_and_gets_none()
    {
        var suspended = ((SuspendDecision.Suspended)Suspend(Both.Document)).Next;
        foreach (var document in new[] { Both.Document, Given.Registered, suspended })
        {
            var next = Assert.IsType<RetireDecision.Retired>(Retire(document)).Next;
            Assert.Equal((Given.Now, "retired"), (next.RetiredAt, IdentityState.Of(next, Given.Around)));
            Assert.True(next is { Active: null, Pending: null, SuspendedBy: null });
            Assert.Equal(("retire", "gone"), (next.Events[^1].Operation, next.Events[^1].Reason));
            Assert.Equal(new IssueDecision.Refused(Reason.Retired), Issue(next));
            Assert.IsType<RegisterDecision.Retired>(RegisterDecision.Decide(next, Given.Registration, Profile.Machine, Given.Now));
            Assert.IsType<RegisterDecision.Retired>(RegisterDecision.Decide(next, Given.Registration with { Owner = "entity-new" }, Profile.Machine, Given.Now));
            Assert.IsType<RetireDecision.AlreadyRetired>(Retire(next));
            Assert.IsType<SuspendDecision.AlreadySuspended>(Suspend(next));
        }

        var retired = ((RetireDecision.Retired)Retire(Both.Document)).Next;
        Assert.Equal("retired", retired.Ended!.Reason);
        Assert.IsType<ActivateDecision.Refused>(ActivateDecision.Decide(retired, Given.Around, Both.Generation, Both.Mint.Activation, "op", Given.Owner));
        Assert.IsType<ConsumeDecision.Refused>(ConsumeDecision.Decide(retired, Given.Around, Given.Request(Active.Selector()), Given.Few));
    }

    [Fact]
    public void A_list_can_be_asked_for_every_word_that_a_state_is_told_by() => Assert.Superset(
        new HashSet<string> { "registered", "pending", "active", "exhausted", "revoked", "retired", "suspended", "expired", "frozen", "locked-down", "disabled" },
        IdentityState.All.ToHashSet());

    private static SuspendDecision Suspend(IdentityDocument document) =>
        SuspendDecision.Decide(document, Suspension.Offboarded, "left", Given.Id("suspend"), Given.Platform, Given.Now);

    private static RetireDecision Retire(IdentityDocument document) => RetireDecision.Decide(document, "gone", Given.Id("retire"), Given.Platform, Given.Now);

    private static IssueDecision Issue(IdentityDocument document) =>
        IssueDecision.Decide(document, Given.Around, Profile.Machine, EntityFingerprint.DefaultFacets, false, Given.Id("issue"), Given.Owner);
}
