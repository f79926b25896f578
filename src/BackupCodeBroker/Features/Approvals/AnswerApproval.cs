using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Approvals;

/// <summary><c>POST …/approvals/{approval}/approve</c>: a second person consents. The use is not theirs.</summary>
internal sealed class ApproveFeature(ApprovalChange change, PeopleDesk people) : IFeature
{
    public Operation Operation => Operation.Approve;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var approval = request.OperationId("approval", body);
        var note = body.Text("note", ApiRequest.MaxReason, required: false);
        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        var parties = new PartyLook(people, scope.Call);
        return await change.RunAsync(
            scope,
            request,
            view => AnswerApproval.Decide(scope, view, approval!, given: true, note, parties),
            document => parties.LookAsync(ApprovalParties.OfAnswer(document, approval!, scope.Caller!)));
    }
}

/// <summary><c>POST …/approvals/{approval}/deny</c>: somebody refuses, or takes back a consent that was not used.</summary>
internal sealed class DenyFeature(ApprovalChange change) : IFeature
{
    public Operation Operation => Operation.Approve;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var approval = request.OperationId("approval", body);
        var reason = body.Text("reason", ApiRequest.MaxReason, required: true);
        return body.Errors is { Count: > 0 } errors
            ? new Outcome.Malformed(errors)
            : await change.RunAsync(scope, request, view => AnswerApproval.Decide(scope, view, approval!, given: false, reason));
    }
}

/// <summary>What both come to.</summary>
internal static class AnswerApproval
{
    public static Decided Decide(OperationScope scope, IdentityView view, string approval, bool given, string? note, PartyLook? parties = null)
    {
        var told = given ? "approved" : "denied";
        scope.Approval = approval;
        return AnswerApprovalDecision.Decide(view.Document, view.At(scope.Now) with { Gone = parties?.Gone ?? [] }, new ApprovalAnswer(scope.Id, scope.Caller!, approval, given, note)) switch
        {
            AnswerApprovalDecision.Answered answered => new Decided.Change(answered.Next, new Outcome.Done(204, null) { Reason = told }),
            AnswerApprovalDecision.Unchanged => new Decided.Same(new Outcome.Done(204, null, "unchanged") { Reason = told }),
            AnswerApprovalDecision.Refused refused => new Decided.Refused(refused.Reason),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }
}
