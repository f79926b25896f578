using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Dual control at the moment of use: whether an operation needs a second person's consent, which one serves this caller, and what stays to be looked at
/// afterwards. Requester, approver and user are different Vault entities (at issue the requester may be the issuer: whoever has codes made asks for
/// them); a caller without an entity could be anybody, so it is nobody here.
/// </summary>
internal sealed record ApprovedUse
{
    private const string Issue = "issue", Recover = "recover";

    private ApprovedUse(Approval? approval, string? cause) => (Approval, Cause) = (approval, cause);

    /// <summary>The consent that is used up; null where none is needed.</summary>
    public Approval? Approval { get; }

    /// <summary>Why the use has to be looked at; null where it has not.</summary>
    public string? Cause { get; }

    /// <summary>Of a code, by <c>consume</c> or <c>recover</c>. Rules count that the set was issued under and those now in force: neither can be shaken off by changing the other.</summary>
    public static (ApprovedUse? Use, Reason? Refusal) OfCode(
        IdentityDocument document, CodeSet set, Surroundings around, Actor by, Profile? profile, string operation) => Of(
        document,
        operation,
        set.Approvals.Contains(operation) || (profile?.Approvals.Contains(operation) ?? false),
        set.BreakGlass || (profile?.BreakGlass ?? false),
        around,
        by);

    /// <summary>Of an issue, by the rules in force.</summary>
    public static (ApprovedUse? Use, Reason? Refusal) OfIssue(IdentityDocument document, Surroundings around, Actor by, Profile profile) =>
        Of(document, Issue, profile.Approvals.Contains(Issue), breakGlass: false, around, by);

    /// <summary>The document with the consent used up and the use waiting to be looked at, for the very write that carries the use.</summary>
    public static IdentityDocument Record(IdentityDocument document, Approval? approval, string? cause, string operation, string operationId, Actor by, DateTimeOffset now) =>
        document with
        {
            Approvals = approval is null ? document.Approvals : [.. document.Approvals.Select(a => a.Id == approval.Id ? a with { Use = new ApprovalUse(operationId, by, now) } : a)],
            Reviews = cause is null ? document.Reviews : [.. document.Reviews, new OpenReview(operationId, operation, cause, now, by, StoryOf(approval))],
        };

    /// <summary>Whether somebody is the user beforehand: a consent that they asked for could never serve.</summary>
    internal static bool ComesAsUser(IdentityDocument document, string operation, Actor somebody) =>
        operation == Recover && somebody.EntityId == Recovering(document).EntityId;

    private static (ApprovedUse? Use, Reason? Refusal) Of(
        IdentityDocument document, string operation, bool needsApproval, bool breakGlass, Surroundings around, Actor by)
    {
        var (approval, refusal) = needsApproval ? Serving(document, operation, around, by) : (null, null);
        var cause = breakGlass ? OpenReview.BreakGlass : needsApproval ? OpenReview.AfterApproval : null;
        return refusal is not null ? (null, refusal)
            : breakGlass && operation == "consume" && by.EntityId.Length == 0 ? (null, Reason.NotASecondPerson)
            : cause is not null && document.Reviews.Count >= OpenReview.Max ? (null, Reason.ReviewsOverdue)
            : (new ApprovedUse(approval, cause), null);
    }

    // The one that ends first: a later one may still serve somebody.
    private static (Approval? Approval, Reason? Refusal) Serving(IdentityDocument document, string operation, Surroundings around, Actor by)
    {
        var given = document.Approvals
            .Where(a => a.Operation == operation && ApprovalStanding.Of(document, a, around.State, around.Now) == ApprovalStanding.Approved).ToList();
        var user = operation == Recover ? Recovering(document) : by;
        var serving = given.Where(a => Serves(a, user) && !ApprovalParties.Of(a, user).Any(around.Gone.Contains)).MinBy(a => a.ExpiresAt);
        return serving is not null ? (serving, null)
            : (null, given.Count > 0 || user.EntityId.Length == 0 ? Reason.NotASecondPerson : Reason.ApprovalRequired);
    }

    // Whoever recovers sends no token. They come as the identity itself, so it is its entity that may have neither asked nor consented.
    private static Actor Recovering(IdentityDocument document) => Actor.CodeHolder with { EntityId = document.Entity ?? document.AliasEntity };

    private static bool Serves(Approval approval, Actor by) =>
        approval.Consent is { By: var approver }
        && AreTwo(approver, by)
        && AreTwo(approver, approval.RequestedBy)
        && (approval.Operation == Issue ? by.EntityId.Length > 0 : AreTwo(approval.RequestedBy, by));

    /// <summary>Whether Vault knows both, and as two.</summary>
    internal static bool AreTwo(Actor one, Actor other) => one.EntityId.Length > 0 && other.EntityId.Length > 0 && one.EntityId != other.EntityId;

    private static ApprovedStory? StoryOf(Approval? approval) => approval?.Consent is { } consent
        ? new ApprovedStory(approval.Id, approval.Reason, approval.Ticket, approval.RequestedBy with { Accessor = "" }, consent.By with { Accessor = "" })
        : null;
}
