using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Approvals;

/// <summary>
/// <c>POST /v1/identities/{identity}/approvals</c>: asks for a second person's consent to one operation, with reason, ticket and how the person was
/// verified. It lets nothing happen by itself, and ends within the hour.
/// </summary>
internal sealed class RequestApprovalFeature(ApprovalChange change, BrokerProfiles profiles) : IFeature
{
    public Operation Operation => Operation.Approve;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var operation = body.Text("operation", Profile.Approvable.Max(o => o.Length), required: true);
        var reason = body.Text("reason", ApiRequest.MaxReason, required: true);
        var ticket = body.Text("ticket", Approval.MaxTicket, required: true);
        var verification = body.Text("verification", ApiRequest.MaxReason, required: true);
        if (operation is not null && !Profile.Approvable.Contains(operation))
        {
            body.Add("operation", "must be " + string.Join(", ", Profile.Approvable));
        }

        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        return await change.RunAsync(scope, request, view => Decide(scope, view, operation!, reason!, ticket!, verification!));
    }

    private Decided Decide(OperationScope scope, IdentityView view, string operation, string reason, string ticket, string verification)
    {
        var profile = scope.Profile = profiles.Of(view.Document);
        var said = new ApprovalRequest(scope.Id, scope.Caller!, operation, reason, ticket, verification);
        var around = view.At(scope.Now);
        return RequestApprovalDecision.Decide(view.Document, around, said, profile) switch
        {
            RequestApprovalDecision.Requested requested => new Decided.Change(
                requested.Next, new Outcome.Done(201, Answer(requested, around)) { Reason = "requested" }),
            RequestApprovalDecision.Refused refused => new Decided.Refused(refused.Reason),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }

    private static RequestedAnswer Answer(RequestApprovalDecision.Requested requested, Surroundings around) => new()
    {
        Identity = requested.Next.Identity,
        Approval = requested.Approval.Id,
        Operation = requested.Approval.Operation,
        State = ApprovalStanding.Of(requested.Next, requested.Approval, around.State, around.Now),
        Generation = requested.Approval.Generation,
        ExpiresAt = requested.Approval.ExpiresAt,
    };
}

/// <summary>It waits for a second person.</summary>
internal sealed record RequestedAnswer : ApiAnswer
{
    /// <summary>Whose codes it is about.</summary>
    public required string Identity { get; init; }

    /// <summary>Id of the request, by which it is answered.</summary>
    public required string Approval { get; init; }

    /// <summary>Operation that it is for.</summary>
    public required string Operation { get; init; }

    /// <summary><c>open</c>.</summary>
    public required string State { get; init; }

    /// <summary>Generation whose codes it is about.</summary>
    public int? Generation { get; init; }

    /// <summary>Until when it must be given and used.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
