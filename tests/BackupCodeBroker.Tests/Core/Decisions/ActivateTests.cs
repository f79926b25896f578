using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Tests.Core.Codes;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Proof of receipt, and what happens without it.</summary>
public sealed class ActivateTests
{
    private static readonly Issued Before = Given.Active();
    private static readonly Issued Pending = Given.Issue(Given.Consume(Before.Document, Before.Selector()), Given.Around, Given.Few, seed: 2);
    private static readonly ActivationSecret Wrong = ActivationSecret.Create(Plain.Entropy(77));

    [Fact]
    [Trait("Requirement", "R-17")]
    public void The_pending_set_becomes_active_and_the_old_one_ends_in_one_write()
    {
        var next = Assert.IsType<ActivateDecision.Activated>(Decide(Pending.Document)).Next;
        Assert.Null(next.Pending);
        Assert.Equal((2, Given.Now, Given.Owner), (next.Active!.Generation, next.Active.ActivatedAt, next.Active.ActivatedBy));
        Assert.Equal((1, "replaced", Given.Now), (next.Ended!.Generation, next.Ended.Reason, next.Ended.EndedAt));
        Assert.Equal(Before.Selector(), Assert.Single(next.Ended.Set.Codes).Selector);
        Assert.True(next.Bears(Given.Id("activate")));
    }

    [Fact]
    public void A_first_activation_ends_nothing() =>
        Assert.Null(Given.Activate(Given.Issue(Given.Registered, Given.Around, Given.Few)).Ended);

    [Fact]
    public void A_repeat_writes_nothing() =>
        Assert.IsType<ActivateDecision.AlreadyActive>(Decide(Given.Activate(Pending)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(-1)]
    public void Another_generation_is_not_pending(int generation) =>
        Assert.Equal(
            new ActivateDecision.Refused(Reason.NotPending),
            ActivateDecision.Decide(Pending.Document, Given.Around, generation, Pending.Mint.Activation, "op", Given.Owner));

    [Fact]
    public void The_secret_of_one_set_does_not_activate_another() =>
        Assert.Equal(
            Reason.WrongActivation,
            Assert.IsType<ActivateDecision.Refused>(ActivateDecision.Decide(Pending.Document, Given.Around, 2, Before.Mint.Activation, "op", Given.Owner)).Reason);

    [Fact]
    public void A_wrong_secret_for_the_active_set_tells_nothing_more() =>
        Assert.Equal(
            new ActivateDecision.Refused(Reason.NotPending),
            ActivateDecision.Decide(Pending.Document, Given.Around, 1, Wrong, "op", Given.Owner));

    [Fact]
    [Trait("Requirement", "R-11")]
    public void Ten_wrong_secrets_end_the_pending_set_and_leave_the_active_one()
    {
        var document = Pending.Document;
        for (var failures = 1; failures <= ActivateDecision.MaxFailures; failures++)
        {
            var refused = Assert.IsType<ActivateDecision.Refused>(ActivateDecision.Decide(document, Given.Around, 2, Wrong, "op", Given.Stranger));
            Assert.Equal((Reason.WrongActivation, failures == 10), (refused.Reason, refused.Ended));
            document = refused.Next!;
            Assert.Equal(failures < 10 ? failures : null, document.Pending?.ActivationFailures);
            Assert.Same(Pending.Document.Active, document.Active);
            Assert.Same(Pending.Document.Ended, document.Ended);
        }

        Assert.Equal(("end-pending", "failures"), (document.Events[^1].Operation, document.Events[^1].Reason));
        Assert.Equal(new ActivateDecision.Refused(Reason.NotPending), ActivateDecision.Decide(document, Given.Around, 2, Pending.Mint.Activation, "op", Given.Owner));
    }

    [Fact]
    [Trait("Requirement", "R-09")]
    public void At_the_deadline_it_can_be_activated_and_a_tick_later_it_has_lapsed()
    {
        var deadline = Pending.Document.Pending!.Delivery.Deadline;
        Assert.Equal(Given.Now + Given.Few.WrapTtl + TimeSpan.FromSeconds(60), deadline);
        Assert.IsType<ActivateDecision.Activated>(Decide(Pending.Document, Given.Around with { Now = deadline }));
        var refused = Assert.IsType<ActivateDecision.Refused>(Decide(Pending.Document, Given.Around with { Now = deadline.AddTicks(1) }));
        Assert.Equal((Reason.Lapsed, true), (refused.Reason, refused.Ended));
        Assert.Null(refused.Next!.Pending);
        Assert.Same(Pending.Document.Active, refused.Next.Active);
    }

    [Theory]
    [InlineData(Lockdown.Freeze, Reason.Frozen)]
    [InlineData(Lockdown.Void, Reason.LockedDown)]
    public void Under_a_lockdown_that_came_later_it_is_refused(string mode, Reason reason) =>
        Assert.Equal(new ActivateDecision.Refused(reason), Decide(Pending.Document, Given.Around.With(Given.Locked(mode))));

    [Fact]
    public void In_another_epoch_it_is_refused() =>
        Assert.Equal(new ActivateDecision.Refused(Reason.OtherEpoch), Decide(Pending.Document, Given.Around with { Epoch = 2 }));

    [Fact]
    [Trait("Requirement", "R-18")]
    public void Where_the_clock_ran_backwards_it_is_refused() =>
        Assert.Equal(new ActivateDecision.Refused(Reason.ClockBackwards), Decide(Pending.Document, Given.Around with { Now = Given.Now.AddHours(-1) }));

    private static ActivateDecision Decide(IdentityDocument document, Surroundings? around = null) =>
        ActivateDecision.Decide(document, around ?? Given.Around, 2, Pending.Mint.Activation, Given.Id("activate"), Given.Owner);
}
