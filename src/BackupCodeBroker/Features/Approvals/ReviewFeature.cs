using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Approvals;

/// <summary><c>POST …/reviews/{operation}</c>: somebody other than its user has looked at a use, and says what they found; it is not open any more.</summary>
internal sealed class ReviewFeature(ApprovalChange change) : IFeature
{
    public Operation Operation => Operation.Approve;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var used = request.OperationId("operation", body);
        var note = body.Text("note", ApiRequest.MaxReason, required: true);
        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        return await change.RunAsync(scope, request, view => ReviewDecision.Decide(view.Document, used!, note!, scope.Id, scope.Caller!, scope.Now) switch
        {
            ReviewDecision.Reviewed reviewed => new Decided.Change(reviewed.Next, new Outcome.Done(204, null) { Reason = "reviewed" }),
            ReviewDecision.Refused refused => new Decided.Refused(refused.Reason),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        });
    }
}
