using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>A code that was found in the open: its set ends, and nothing else does.</summary>
public sealed class LeakTests
{
    private static readonly Issued Active = Given.Active();
    private static readonly Issued Both = Given.Issue(Active.Document, Given.Around, Given.Few, seed: 2);

    [Fact]
    [Trait("Requirement", "R-46")]
    public void The_set_of_a_live_code_ends_and_the_one_that_waits_stays()
    {
        var ended = Assert.IsType<LeakDecision.Ended>(Decide(Both.Document, Active));
        Assert.Equal(1, ended.Generation);
        Assert.Null(ended.Next.Active);
        Assert.Equal(Both.Document.Pending, ended.Next.Pending);
        Assert.Equal((1, "leaked", Given.Now), (ended.Next.Ended!.Generation, ended.Next.Ended.Reason, ended.Next.Ended.EndedAt));
        Assert.Equal(("leak", Given.Id("leak"), Given.Stranger, 1), (ended.Next.Events[^1].Operation, ended.Next.Events[^1].OperationId, ended.Next.Events[^1].By, ended.Next.Events[^1].Generation));
        Assert.Equal("leaked", ended.Next.Outbox[^1].Notice);
        Assert.Equal(
            new ConsumeDecision.Refused(Reason.Ended, 1), ConsumeDecision.Decide(ended.Next, Given.Around, Given.Request(Active.Selector()), Given.Few));
        // Reported again, it is as if it had never been one.
        Assert.IsType<LeakDecision.NothingToEnd>(Decide(ended.Next, Active));
        Assert.False(LeakDecision.Concerns(ended.Next, Active.Selector()));
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public void A_code_that_waits_for_its_receipt_ends_what_waits_and_not_what_is_in_use()
    {
        var ended = Assert.IsType<LeakDecision.Ended>(Decide(Both.Document, Both));
        Assert.Equal(2, ended.Generation);
        Assert.Null(ended.Next.Pending);
        Assert.Equal(Both.Document.Active, ended.Next.Active);
        Assert.Equal(Both.Document.Ended, ended.Next.Ended);
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public void A_spent_code_ends_nothing_and_a_voided_one_does()
    {
        var spent = Active.Document.WithActive(s => s with { Codes = [Spent(s.Codes[0]), .. s.Codes.Skip(1)] });
        Assert.IsType<LeakDecision.NothingToEnd>(Decide(spent, Active));
        Assert.False(LeakDecision.Concerns(spent, Active.Selector()));

        var voided = Active.Document.WithActive(s => s with { Codes = [s.Codes[0] with { VoidedAt = Given.Now }, .. s.Codes.Skip(1)] });
        Assert.IsType<LeakDecision.Ended>(Decide(voided, Active));
    }

    [Fact]
    [Trait("Requirement", "R-46")]
    public void What_was_verified_against_another_set_ends_nothing()
    {
        var code = Active.Mint.Codes[0];
        var verified = CodeMaterial.For(Active.Document, code);
        var changed = Active.Document.WithActive(s => s with { Codes = [s.Codes[0] with { Salt = s.Codes[1].Salt }, .. s.Codes.Skip(1)] });
        Assert.IsType<LeakDecision.NothingToEnd>(
            LeakDecision.Decide(changed, code.Selector, verified, CodeMaterial.For(changed, code), Given.Id("leak"), Given.Stranger, Given.Now));
        Assert.IsType<LeakDecision.NothingToEnd>(Decide(Given.Registered, Active));
    }

    private static LeakDecision Decide(IdentityDocument document, Issued of)
    {
        var code = of.Mint.Codes[0];
        var material = CodeMaterial.For(document, code);
        return LeakDecision.Decide(document, code.Selector, material, material, Given.Id("leak"), Given.Stranger, Given.Now);
    }

    private static StoredCode Spent(StoredCode code) => code with
    {
        Consumption = new Consumption
        {
            OperationId = Given.Id("consume"),
            At = Given.Now,
            By = Given.Verifier,
            Purpose = "p",
            KeyHash = "AA==",
            RequestHash = "AA==",
            Remaining = 3,
            Warnings = [],
        },
    };
}
