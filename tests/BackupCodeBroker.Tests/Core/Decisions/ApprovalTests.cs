using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using Xunit;
using static BackupCodeBroker.Tests.Core.Decisions.Approving;

namespace BackupCodeBroker.Tests.Core.Decisions;

/// <summary>Asking for a second person's consent and answering: every outcome, with its reason.</summary>
public sealed class ApprovalTests
{
    private static readonly IdentityDocument Held = Holding.Document;

    [Fact]
    [Trait("Requirement", "R-28")]
    public void A_request_is_kept_with_all_that_was_said_and_ends_by_itself()
    {
        var approval = Assert.Single(Held.Ask().Approvals);
        Assert.Equal(
            (Given.Id("request"), "consume", Ann, Given.Now, "phone lost", "HD-4711", "video call, badge seen"),
            (approval.Id, approval.Operation, approval.RequestedBy, approval.RequestedAt, approval.Reason, approval.Ticket, approval.Verification));
        Assert.Equal((Given.Now.AddMinutes(15), 7L, "entity-owner", (int?)1), (approval.ExpiresAt, approval.StateVersion, approval.Owner, approval.Generation));
        var entry = Held.Ask().Events[^1];
        Assert.Equal(("approval-request", Given.Id("request"), Ann, "HD-4711: phone lost"), (entry.Operation, entry.OperationId, entry.By, entry.Reason));
        Assert.Null(Assert.Single(Held.Ask(operation: "issue").Approvals).Generation);
    }

    [Theory]
    [InlineData("nobody asks", Reason.NotASecondPerson)]
    [InlineData("the identity itself asks to recover", Reason.NotASecondPerson)]
    [InlineData("the alias's entity asks to recover, where there is no other", Reason.NotASecondPerson)]
    [InlineData("the identity is retired", Reason.Retired)]
    [InlineData("no rule asks for it", Reason.NothingToApprove)]
    [InlineData("there are no codes", Reason.NothingToApprove)]
    [InlineData("its profile is not configured", Reason.NothingToApprove)]
    public void A_request_is_refused_where(string circumstance, Reason reason)
    {
        var decision = circumstance switch
        {
            "nobody asks" => RequestApprovalDecision.Decide(Held, Given.Around, Request(by: Nobody), Guarded),
            "the identity itself asks to recover" =>
                RequestApprovalDecision.Decide(Held with { Entity = Ann.EntityId }, Given.Around, Request(operation: "recover"), Guarded),
            "the alias's entity asks to recover, where there is no other" =>
                RequestApprovalDecision.Decide(Held with { AliasEntity = Ann.EntityId }, Given.Around, Request(operation: "recover"), Guarded),
            "the identity is retired" => RequestApprovalDecision.Decide(Held with { RetiredAt = Given.Now }, Given.Around, Request(), Guarded),
            "no rule asks for it" => RequestApprovalDecision.Decide(Given.Active().Document, Given.Around, Request(), Given.Few),
            "there are no codes" => RequestApprovalDecision.Decide(Given.Registered, Given.Around, Request(), Guarded),
            _ => RequestApprovalDecision.Decide(Held, Given.Around, Request(operation: "issue"), null),
        };
        Assert.Equal(new RequestApprovalDecision.Refused(reason), decision);
    }

    [Theory]
    [InlineData("consume")]
    [InlineData("issue")]
    public void The_identity_itself_may_ask_where_somebody_else_is_the_user(string operation) => Assert.IsType<RequestApprovalDecision.Requested>(
        RequestApprovalDecision.Decide(Held with { Entity = Ann.EntityId }, Given.Around, Request(operation: operation), Guarded));

    [Fact]
    public void Codes_that_need_it_by_their_issue_can_be_asked_for_whatever_the_profile_says_now()
    {
        Assert.IsType<RequestApprovalDecision.Requested>(RequestApprovalDecision.Decide(Held, Given.Around, Request(), Given.Few));
        Assert.IsType<RequestApprovalDecision.Requested>(RequestApprovalDecision.Decide(Held, Given.Around, Request(), null));
    }

    [Fact]
    public void Eight_are_kept_and_only_what_is_decided_or_over_makes_room()
    {
        var full = Enumerable.Range(0, Approval.Max).Aggregate(Held, (d, i) => d.Ask("r" + i));
        Assert.Equal(new RequestApprovalDecision.Refused(Reason.ApprovalsFull), RequestApprovalDecision.Decide(full, Given.Around, Request("one more"), Guarded));
        var given = full.Answered("r3");
        Assert.Equal(new RequestApprovalDecision.Refused(Reason.ApprovalsFull), RequestApprovalDecision.Decide(given, Given.Around, Request("one more"), Guarded));
        var denied = full.Answered("r5", given: false);
        Assert.Equal(["r0", "r1", "r2", "r3", "r4", "r6", "r7", "new"], denied.Ask("new").Approvals.Select(a => a.Id.TrimEnd('0') is "r" ? "r0" : a.Id.TrimEnd('0')));
        var over = full.Ask("new", around: Given.Around.Later(TimeSpan.FromMinutes(15)));
        Assert.Equal("new", Assert.Single(over.Approvals).Id.TrimEnd('0'));
    }

    [Fact]
    [Trait("Requirement", "R-28")]
    public void A_second_person_consents_by_name_and_with_what_they_checked()
    {
        var consent = Assert.Single(Held.Ask().Answered().Approvals).Consent;
        Assert.Equal(new Consent(true, Bob, Given.Now, "called back"), consent);
        var entry = Held.Ask().Answered().Events[^1];
        Assert.Equal(("approve", Bob, Given.Id("request") + ": called back"), (entry.Operation, entry.By, entry.Reason));
    }

    [Theory]
    [Trait("Requirement", "R-28")]
    [InlineData("the requester", Reason.NotASecondPerson)]
    [InlineData("the requester with another token", Reason.NotASecondPerson)]
    [InlineData("nobody", Reason.NotASecondPerson)]
    [InlineData("the identity itself", Reason.NotASecondPerson)]
    [InlineData("somebody where who asked to recover has become the identity itself", Reason.NotASecondPerson)]
    [InlineData("somebody after its time", Reason.NoSuchApproval)]
    [InlineData("somebody before its time", Reason.NoSuchApproval)]
    [InlineData("somebody after a refusal", Reason.NoSuchApproval)]
    [InlineData("a third after a consent", Reason.NoSuchApproval)]
    [InlineData("somebody after the use", Reason.NoSuchApproval)]
    [InlineData("somebody after a transfer", Reason.NoSuchApproval)]
    [InlineData("somebody after new codes", Reason.NoSuchApproval)]
    [InlineData("somebody after the codes were revoked", Reason.NoSuchApproval)]
    [InlineData("somebody after a lockdown", Reason.NoSuchApproval)]
    [InlineData("somebody about another request", Reason.NoSuchApproval)]
    public void Consent_is_refused_to(string whom, Reason reason)
    {
        var asked = Held.Ask();
        var decision = whom switch
        {
            "the requester" => asked.Answer(by: Ann),
            "the requester with another token" => asked.Answer(by: Ann with { Accessor = "another", DisplayName = "another" }),
            "nobody" => asked.Answer(by: Nobody),
            "the identity itself" => (asked with { Entity = "entity-alice" }).Answer(by: new Actor("entity-alice", "", "alice")),
            "somebody where who asked to recover has become the identity itself" => (Held.Ask(operation: "recover") with { Entity = Ann.EntityId }).Answer(),
            "somebody after its time" => asked.Answer(around: Given.Around.Later(TimeSpan.FromMinutes(15))),
            "somebody before its time" => asked.Answer(around: Given.Around.Later(TimeSpan.FromMinutes(-1).Subtract(TimeSpan.FromTicks(1)))),
            "somebody after a refusal" => asked.Answered(given: false).Answer(),
            "a third after a consent" => asked.Answered().Answer(by: Given.Stranger),
            "somebody after the use" => ((ConsumeDecision.Spend)asked.Answered().Consume(Holding.Selector())).Next.Answer(),
            "somebody after a transfer" => (asked with { Owner = "entity-other" }).Answer(),
            "somebody after new codes" => Given.Active(document: asked, seed: 2).Document.Answer(),
            "somebody after the codes were revoked" => ((RevokeDecision.Revoked)RevokeDecision.Decide(asked, "lost", "op", Given.Owner, Given.Now)).Next.Answer(),
            "somebody after a lockdown" => asked.Answer(around: Given.Around.With(Given.Locked())),
            _ => asked.Answer("other"),
        };
        Assert.Equal(new AnswerApprovalDecision.Refused(reason), decision);
    }

    [Fact]
    public void The_same_answer_again_changes_nothing()
    {
        Assert.IsType<AnswerApprovalDecision.Unchanged>(Held.Ask().Answered().Answer());
        Assert.IsType<AnswerApprovalDecision.Unchanged>(Held.Ask().Answered(given: false).Answer(given: false));
    }

    [Fact]
    [Trait("Requirement", "R-28")]
    public void A_refusal_ends_it_also_after_a_consent_and_the_requester_may_take_it_back()
    {
        var denied = Held.Ask().Answered().Answered(given: false);
        Assert.Equal(ApprovalStanding.Denied, ApprovalStanding.Of(denied, denied.Approvals[0], Given.Around.State, Given.Now));
        Assert.Equal(Reason.ApprovalRequired, Assert.IsType<ConsumeDecision.Refused>(denied.Consume(Holding.Selector())).Reason);
        Assert.Equal(("deny", Ann), (Held.Ask().Answered(by: Ann, given: false).Events[^1].Operation, Held.Ask().Answered(by: Ann, given: false).Events[^1].By));
        var used = ((ConsumeDecision.Spend)Held.Ask().Answered().Consume(Holding.Selector())).Next;
        Assert.Equal(new AnswerApprovalDecision.Refused(Reason.NoSuchApproval), used.Answer(given: false));
    }

    [Fact]
    public void The_longest_request_lives_an_hour_whatever_its_document_says()
    {
        var asked = Held.Ask(profile: Guarded with { ApprovalTtl = Approval.MaxLife });
        var stretched = asked with { Approvals = [.. asked.Approvals.Select(a => a with { ExpiresAt = a.ExpiresAt.AddDays(1) })] };
        Assert.IsType<AnswerApprovalDecision.Answered>(stretched.Answer(around: Given.Around.Later(TimeSpan.FromMinutes(59))));
        Assert.Equal(new AnswerApprovalDecision.Refused(Reason.NoSuchApproval), stretched.Answer(around: Given.Around.Later(TimeSpan.FromMinutes(60))));
    }
}
