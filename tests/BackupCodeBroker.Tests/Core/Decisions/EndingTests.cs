using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Revocation, and reports that somebody else has seen the plaintext.</summary>
public sealed class EndingTests
{
    private static readonly Issued Active = Given.Active();
    private static readonly Issued Both = Given.Issue(Given.Consume(Active.Document, Active.Selector()), Given.Around, Given.Few, seed: 2);

    [Fact]
    [Trait("Requirement", "R-17")]
    public void Revoking_ends_the_active_and_the_pending_set_and_keeps_only_what_was_spent()
    {
        var next = Assert.IsType<RevokeDecision.Revoked>(Revoke(Both.Document)).Next;
        Assert.Null(next.Active);
        Assert.Null(next.Pending);
        Assert.Equal(("revoked", Active.Selector()), (next.Ended!.Reason, Assert.Single(next.Ended.Set.Codes).Selector));
        Assert.Equal(("revoke", 1, "lost"), (next.Events[^1].Operation, next.Events[^1].Generation, next.Events[^1].Reason));
    }

    [Fact]
    public void Revoking_a_pending_set_alone_keeps_what_is_kept_of_the_one_before()
    {
        var pending = Given.Issue(((RevokeDecision.Revoked)Revoke(Both.Document)).Next, Given.Around, Given.Few, seed: 3);
        var next = Assert.IsType<RevokeDecision.Revoked>(Revoke(pending.Document)).Next;
        Assert.Same(pending.Document.Ended, next.Ended);
        Assert.Equal(3, next.Events[^1].Generation);
    }

    [Fact]
    public void There_may_be_nothing_to_revoke()
    {
        Assert.IsType<RevokeDecision.NothingToEnd>(Revoke(Given.Registered));
        Assert.IsType<RevokeDecision.NothingToEnd>(Revoke(((RevokeDecision.Revoked)Revoke(Both.Document)).Next));
    }

    [Fact]
    [Trait("Requirement", "R-11")]
    public void A_report_ends_the_pending_set_and_leaves_the_active_one()
    {
        var next = Assert.IsType<InterceptedDecision.Ended>(Report(Both.Document, 2, Given.Owner)).Next;
        Assert.Null(next.Pending);
        Assert.Same(Both.Document.Active, next.Active);
        Assert.Equal(("intercepted", "seen"), (next.Events[^1].Operation, next.Events[^1].Reason));
        Assert.IsType<InterceptedDecision.AlreadyEnded>(Report(next, 2, Given.Owner));
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public void A_report_ends_a_set_that_somebody_else_activated()
    {
        var next = Assert.IsType<InterceptedDecision.Ended>(Report(Both.Document, 1, Given.Stranger)).Next;
        Assert.Null(next.Active);
        Assert.Equal("intercepted", next.Ended!.Reason);
        Assert.NotNull(next.Pending);
    }

    [Fact]
    public void Whoever_activated_a_set_cannot_report_it() =>
        Assert.Equal(new InterceptedDecision.Refused(Reason.NotPending), Report(Both.Document, 1, Given.Owner));

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public void A_generation_that_never_was_is_refused(int generation) =>
        Assert.Equal(new InterceptedDecision.Refused(Reason.NotPending), Report(Both.Document, generation, Given.Owner));

    private static RevokeDecision Revoke(IdentityDocument document) => RevokeDecision.Decide(document, "lost", Given.Id("revoke"), Given.Owner, Given.Now);

    private static InterceptedDecision Report(IdentityDocument document, int generation, Actor by) =>
        InterceptedDecision.Decide(document, generation, "seen", Given.Id("intercepted"), by, Given.Now);
}
