using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using Xunit;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>A request that is sent again: the first answer, or a clear no; never a second success.</summary>
[Trait("Requirement", "R-14")]
public sealed class RepeatTests
{
    private static readonly Issued Active = Given.Active();
    private static readonly string Selector = Active.Selector();
    private static readonly ConsumeRequest First = Given.Request(Selector);
    private static readonly ConsumeDecision.Spend Spent = (ConsumeDecision.Spend)ConsumeDecision.Decide(Active.Document, Given.Around, First, Given.Few);

    private static readonly Dictionary<string, Func<IdentityDocument, IdentityDocument>> Ends = new()
    {
        ["not ended"] = d => d,
        ["revoked"] = d => ((RevokeDecision.Revoked)RevokeDecision.Decide(d, "lost", Given.Id("revoke"), Given.Owner, Given.Now)).Next,
        ["replaced"] = d => Given.Active(document: d, seed: 2).Document,
        ["replaced, and another set pending"] = d => Given.Issue(Given.Active(document: d, seed: 2).Document, Given.Around, Given.Few, 3).Document,
        ["reported as intercepted"] = d => ((InterceptedDecision.Ended)InterceptedDecision.Decide(d, 1, "seen", Given.Id("intercepted"), Given.Stranger, Given.Now)).Next,
    };

    public static TheoryData<string> Endings => [.. Ends.Keys];

    [Theory]
    [MemberData(nameof(Endings))]
    public void The_same_request_gets_the_first_answer_again(string ending)
    {
        var document = Ends[ending](Spent.Next);
        foreach (var passed in new[] { TimeSpan.Zero, TimeSpan.FromHours(24) })
        {
            var again = ConsumeDecision.Decide(document, Given.Around with { Now = Given.Now + passed }, First with { OperationId = Given.Id("again") }, Given.Few);
            Assert.Equal(Spent.Consumption, Assert.IsType<ConsumeDecision.Repeat>(again).Consumption);
        }
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public void The_same_key_with_anything_else_is_told_apart(string ending)
    {
        var document = Ends[ending](Given.Consume(Spent.Next, Active.Selector(1), "key-2"));
        Assert.All(
            new[]
            {
                First with { Purpose = "log in as admin" },
                First with { By = Given.Stranger },
                First with { By = Given.Verifier with { EntityId = "" } },
                First with { Selector = Active.Selector(1) },
            },
            other => Assert.IsType<ConsumeDecision.KeyReused>(ConsumeDecision.Decide(document, Given.Around, other, Given.Few)));
    }

    [Fact]
    public void The_same_key_with_another_code_that_is_unspent_spends_nothing() =>
        Assert.IsType<ConsumeDecision.KeyReused>(
            ConsumeDecision.Decide(Spent.Next, Given.Around, First with { Selector = Active.Selector(2) }, Given.Few));

    [Fact]
    public void Another_key_for_the_same_code_is_refused_as_spent() =>
        Assert.Equal(
            new ConsumeDecision.Refused(Reason.Spent, 1),
            ConsumeDecision.Decide(Spent.Next, Given.Around, First with { IdempotencyKey = "key-2" }, Given.Few));

    [Fact]
    public void Without_the_secret_there_is_no_answer_again() =>
        Assert.Equal(
            new ConsumeDecision.Refused(Reason.Spent, 1),
            ConsumeDecision.Decide(Spent.Next, Given.Around, First with { Verified = false }, Given.Few));

    [Fact]
    public void A_day_after_the_end_it_is_refused()
    {
        var around = Given.Around with { Now = Given.Now + EndedSet.Kept + TimeSpan.FromTicks(1) };
        Assert.Equal(new ConsumeDecision.Refused(Reason.Spent, 1), ConsumeDecision.Decide(Ends["revoked"](Spent.Next), around, First, Given.Few));
    }

    [Theory]
    [InlineData(Lockdown.Freeze, Reason.Frozen)]
    [InlineData(Lockdown.Void, Reason.LockedDown)]
    public void After_a_lockdown_no_success_is_answered_any_more(string mode, Reason reason)
    {
        foreach (var ending in Ends.Values)
        {
            Assert.Equal(
                new ConsumeDecision.Refused(reason, 1),
                ConsumeDecision.Decide(ending(Spent.Next), Given.Around.With(Given.Locked(mode)), First, Given.Few));
        }
    }

    [Fact]
    public void Whatever_else_has_come_since_the_first_answer_stands()
    {
        var late = Given.Around with { Now = Active.Document.Active!.ExpiresAt.AddDays(1), Owner = null, Epoch = 2 };
        Assert.IsType<ConsumeDecision.Repeat>(ConsumeDecision.Decide(Spent.Next, late, First, null));
    }

    [Fact]
    public void A_caller_without_entity_is_told_by_its_accessor_and_then_by_its_name()
    {
        var nobody = new Actor("", "accessor-1", "token");
        var spent = (ConsumeDecision.Spend)ConsumeDecision.Decide(Active.Document, Given.Around, First with { By = nobody }, Given.Few);
        Assert.IsType<ConsumeDecision.Repeat>(ConsumeDecision.Decide(spent.Next, Given.Around, First with { By = nobody with { DisplayName = "x" } }, Given.Few));
        Assert.IsType<ConsumeDecision.KeyReused>(ConsumeDecision.Decide(spent.Next, Given.Around, First with { By = nobody with { Accessor = "accessor-2" } }, Given.Few));
        Assert.Equal(3, new[] { new Actor("x", "", ""), new Actor("", "x", ""), new Actor("", "", "x") }.Select(a => a.Key).Distinct().Count());
    }
}
