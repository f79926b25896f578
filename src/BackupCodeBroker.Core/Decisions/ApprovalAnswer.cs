using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>A second person's answer to a request.</summary>
/// <param name="OperationId">Id of this operation.</param>
/// <param name="By">Who answers.</param>
/// <param name="Approval">Id of the request.</param>
/// <param name="Given">Whether they consent.</param>
/// <param name="Note">What they add; why not, where they refuse.</param>
public sealed record ApprovalAnswer(string OperationId, Actor By, string Approval, bool Given, string? Note);

/// <summary>
/// Takes the answer. Consent is another entity's than the requester's, and never that of the identity itself: nobody lets themselves in. A refusal asks
/// for no second person, and takes back a consent that was not used: whoever is wrong to refuse costs a new request, whoever is wrong to consent an account.
/// </summary>
public abstract record AnswerApprovalDecision
{
    private AnswerApprovalDecision()
    {
    }

    /// <summary>Write <paramref name="Next"/>; then it is decided.</summary>
    public sealed record Answered(IdentityDocument Next) : AnswerApprovalDecision;

    /// <summary>It was answered so before: nothing is written.</summary>
    public sealed record Unchanged : AnswerApprovalDecision;

    /// <summary>Refused.</summary>
    public sealed record Refused(Reason Reason) : AnswerApprovalDecision;

    /// <summary>Decides.</summary>
    public static AnswerApprovalDecision Decide(IdentityDocument document, Surroundings around, ApprovalAnswer answer)
    {
        if (document.Approvals.FirstOrDefault(a => a.Id == answer.Approval) is not { } approval)
        {
            return new Refused(Reason.NoSuchApproval);
        }

        if (answer.Given && (!ApprovedUse.AreTwo(approval.RequestedBy, answer.By) || answer.By.EntityId == document.Entity
            || ApprovedUse.ComesAsUser(document, approval.Operation, approval.RequestedBy)
            || around.Gone.Contains(approval.RequestedBy.EntityId) || around.Gone.Contains(answer.By.EntityId)))
        {
            return new Refused(Reason.NotASecondPerson);
        }

        return (ApprovalStanding.Of(document, approval, around.State, around.Now), answer.Given) switch
        {
            (ApprovalStanding.Open, _) or (ApprovalStanding.Approved, false) => new Answered(With(document, approval, answer, around.Now)),
            (ApprovalStanding.Approved, true) when approval.Consent!.By.EntityId == answer.By.EntityId => new Unchanged(),
            (ApprovalStanding.Denied, false) => new Unchanged(),
            _ => new Refused(Reason.NoSuchApproval),
        };
    }

    private static IdentityDocument With(IdentityDocument document, Approval approval, ApprovalAnswer answer, DateTimeOffset now)
    {
        var consent = new Consent(answer.Given, answer.By, now, answer.Note is null ? null : KeptText.Of(answer.Note));
        var told = KeptText.Of(answer.Note is null ? approval.Id : $"{approval.Id}: {answer.Note}");
        var entry = new DocumentEvent(now, answer.Given ? "approve" : "deny", answer.OperationId, answer.By, approval.Generation, told);
        return (document with { Approvals = [.. document.Approvals.Select(a => a.Id == approval.Id ? a with { Consent = consent } : a)] }).With(entry);
    }
}
