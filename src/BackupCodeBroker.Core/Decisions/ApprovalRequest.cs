using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>What somebody says who wants a second person's consent.</summary>
/// <param name="OperationId">Id of this operation, and of the approval.</param>
/// <param name="By">Who asks.</param>
/// <param name="Operation">For which operation, of <see cref="Profile.Approvable"/>.</param>
/// <param name="Reason">Why.</param>
/// <param name="Ticket">The ticket that it belongs to.</param>
/// <param name="Verification">How the person was verified.</param>
public sealed record ApprovalRequest(string OperationId, Actor By, string Operation, string Reason, string Ticket, string Verification);

/// <summary>Takes a request for approval. It lets nothing happen: another entity has to consent, and one who did not to use it, within its short life.</summary>
public abstract record RequestApprovalDecision
{
    private RequestApprovalDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then <paramref name="Approval"/> waits for a second person.</summary>
    public sealed record Requested(IdentityDocument Next, Approval Approval) : RequestApprovalDecision;

    /// <summary>Refused.</summary>
    public sealed record Refused(Reason Reason) : RequestApprovalDecision;

    /// <summary>Decides.</summary>
    public static RequestApprovalDecision Decide(IdentityDocument document, Surroundings around, ApprovalRequest request, Profile? profile)
    {
        if ((document.RetiredAt is not null ? Reason.Retired
            : request.By.EntityId.Length == 0 || ApprovedUse.ComesAsUser(document, request.Operation, request.By) ? Reason.NotASecondPerson
            : IsFor(document, request.Operation, profile) ? null
            : (Reason?)Reason.NothingToApprove) is { } reason)
        {
            return new Refused(reason);
        }

        if (WithRoom(document, around) is not { } kept)
        {
            return new Refused(Reason.ApprovalsFull);
        }

        var approval = New(document, around, request, profile);
        var told = KeptText.Of($"{approval.Ticket}: {approval.Reason}");
        var entry = new DocumentEvent(around.Now, "approval-request", request.OperationId, request.By, approval.Generation, told);
        return new Requested((document with { Approvals = [.. kept, approval] }).With(entry), approval);
    }

    private static bool IsFor(IdentityDocument document, string operation, Profile? profile) =>
        operation == "issue"
            ? profile?.Approvals.Contains(operation) ?? false
            : document.Active is { } set && (set.Approvals.Contains(operation) || (profile?.Approvals.Contains(operation) ?? false));

    // Those whose time is over go first; then what is decided makes room, the oldest first. What waits for an answer, or for its use, stays.
    private static List<Approval>? WithRoom(IdentityDocument document, Surroundings around)
    {
        var kept = document.Approvals.Where(a => !ApprovalStanding.IsExpired(a, around.Now)).ToList();
        while (kept.Count >= Approval.Max)
        {
            if (kept.FindIndex(a => ApprovalStanding.Of(document, a, around.State, around.Now) is not (ApprovalStanding.Open or ApprovalStanding.Approved)) is not (>= 0 and var at))
            {
                return null;
            }

            kept.RemoveAt(at);
        }

        return kept;
    }

    private static Approval New(IdentityDocument document, Surroundings around, ApprovalRequest request, Profile? profile) => new()
    {
        Id = request.OperationId,
        Operation = request.Operation,
        RequestedBy = request.By,
        RequestedAt = around.Now,
        Reason = KeptText.Of(request.Reason),
        Ticket = request.Ticket,
        Verification = KeptText.Of(request.Verification),
        ExpiresAt = around.Now + (profile ?? Profile.Machine).ApprovalTtl,
        StateVersion = around.StateVersion,
        Owner = document.Owner,
        Generation = request.Operation == "issue" ? null : document.Active?.Generation,
    };
}
