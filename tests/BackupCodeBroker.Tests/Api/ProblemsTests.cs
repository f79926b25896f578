using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Operations;
using Xunit;

namespace BackupCodeBroker.Tests.Api;

/// <summary>One table words all errors.</summary>
public sealed class ProblemsTests
{
    public static TheoryData<Reason> Reasons => [.. Enum.GetValues<Reason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    [Trait("Requirement", "R-05")]
    public void To_whom_may_not_see_it_every_reason_is_the_same_answer(Reason reason)
    {
        Assert.Equal(Problems.Of(new Outcome.Refused(Reason.Wrong, Tell: false)), Problems.Of(new Outcome.Refused(reason, Tell: false, TimeSpan.FromSeconds(1))));
        Assert.Equal(reason.Name(), Problems.Of(new Outcome.Refused(reason, Tell: true))!.Reason);
    }

    [Fact]
    [Trait("Requirement", "R-29")]
    public void A_denial_names_the_path_and_the_stanza()
    {
        var problem = Problems.Of(new Outcome.NotPermitted("backup-codes-broker/consume/team-a.build", "read"))!;
        Assert.Equal((403, "not-permitted"), (problem.Status, problem.Code));
        Assert.Equal("path \"backup-codes-broker/consume/team-a.build\" { capabilities = [\"read\"] }", problem.Stanza);
        Assert.Equal(problem.Stanza, Problems.Of(new Outcome.TooBroad(problem.Path!))!.Stanza);
    }

    [Theory]
    [InlineData(nameof(FaultKind.Busy), "busy")]
    [InlineData(nameof(FaultKind.NotReady), "not-ready")]
    [InlineData(nameof(FaultKind.Unavailable), "unavailable")]
    [InlineData(nameof(FaultKind.UnknownOutcome), "unknown-outcome")]
    public void A_fault_is_503_and_says_when_to_come_back(string name, string code)
    {
        var kind = Enum.Parse<FaultKind>(name);
        var problem = Problems.Of(new BrokerFaultException(kind, "detail", TimeSpan.FromSeconds(7)));
        Assert.Equal((503, code, TimeSpan.FromSeconds(7)), (problem.Status, problem.Code, problem.RetryAfter));
        Assert.NotNull(Problems.Of(new BrokerFaultException(kind, "detail")).RetryAfter);
    }

    [Theory]
    [InlineData(nameof(ConflictKind.KeyReused), "key-reused")]
    [InlineData(nameof(ConflictKind.OtherOwner), "other-owner")]
    [InlineData(nameof(ConflictKind.SetChanged), "set-changed")]
    [InlineData(nameof(ConflictKind.DocumentRemoved), "document-removed")]
    public void A_conflict_is_409(string kind, string code)
    {
        var problem = Problems.Of(new Outcome.Conflict(Enum.Parse<ConflictKind>(kind)))!;
        Assert.Equal((409, code), (problem.Status, problem.Code));
    }

    [Fact]
    public void Without_a_token_and_with_a_dead_one_it_is_401()
    {
        Assert.Equal("missing-token", Problems.Of(new Outcome.Unauthenticated(Missing: true))!.Code);
        Assert.Equal((401, "invalid-token"), (Problems.Of(new Outcome.Unauthenticated(false))!.Status, Problems.Of(new Outcome.Unauthenticated(false))!.Code));
        Assert.Equal(429, Problems.Of(new Outcome.Throttled(null))!.Status);
        Assert.Null(Problems.Of(new Outcome.Done(200, null)));
    }
}
