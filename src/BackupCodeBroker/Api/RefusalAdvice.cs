using BackupCodeBroker.Core.Decisions;

namespace BackupCodeBroker.Api;

/// <summary>What to do about a refusal, for callers who are told its reason. Where the reason says it all there is nothing to add.</summary>
internal static class RefusalAdvice
{
    /// <summary>A refusal whose reason is not told, or says it all.</summary>
    public const string None = "The request was refused.";

    /// <summary>The advice.</summary>
    public static string For(Reason reason) => reason switch
    {
        Reason.ApprovalRequired => "A second person must approve this first, and no approval is there to be used. Ask for one "
            + "(bcb approve request, POST …/approvals); somebody else gives it, and a third (to issue, also who asked) uses it before it expires. Nothing was spent.",
        Reason.NotASecondPerson => "Who asks for an approval, who gives it and who uses it must be different Vault entities (to issue, who asked may use it), and no identity "
            + "approves itself. Whoever recovers comes as the identity's own entity, so that one can neither ask for it nor give it. "
            + "Your token's entity has another of these parts, or your token has no entity; or Vault has one of them no more as they were (deleted, disabled, merged).",
        Reason.NoSuchApproval => "No such request waits for an answer: it was answered, used, or ended by its time, other codes, another owner or a lockdown (bcb approve list).",
        Reason.NothingToApprove => "No approval is needed: the profile does not ask for one, or there are no codes that it could be for.",
        Reason.ApprovalsFull => "As many requests are open as an identity keeps. Answer some (bcb approve list), or wait until they expire.",
        Reason.NoSuchReview => "No such use waits to be looked at (bcb approve list).",
        Reason.ReviewsOverdue => "As many uses wait to be looked at as an identity keeps. Somebody else reviews some first (bcb approve review). Nothing was spent.",
        _ => None,
    };
}
