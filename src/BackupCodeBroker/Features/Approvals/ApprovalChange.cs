using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Approvals;

/// <summary>
/// What asking, answering and reviewing have in common: one operation in policy, <c>approve</c>, and one check-and-set on the identity's document, decided by
/// Core alone. Consent and use lie in the same document as the codes, so a consent cannot be used twice, nor a code spent on one that was just refused.
/// </summary>
internal sealed class ApprovalChange(Admission admission, IdentityChange change)
{
    /// <summary>Runs one.</summary>
    /// <param name="scope">The operation.</param>
    /// <param name="request">The request.</param>
    /// <param name="decide">Decides on what was read.</param>
    /// <param name="beside">What else is read, once the document is there.</param>
    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request, Func<IdentityView, Decided> decide, Func<IdentityDocument, Task>? beside = null) =>
        await admission.ToIdentityAsync(scope, request.Token) switch
        {
            Admitted.Granted granted => await change.RunAsync(
                scope, granted.Identity, granted.Caller, withPeople: false, view => DecideAsync(scope, granted, view, decide), beside),
            Admitted.Denied denied => denied.Outcome,
            _ => throw new InvalidOperationException("an admission of unknown kind"),
        };

    private static async Task<ChangeStep> DecideAsync(OperationScope scope, Admitted.Granted granted, IdentityView view, Func<IdentityView, Decided> decide)
    {
        if (view.Unusable is { } unusable)
        {
            return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, unusable));
        }

        scope.Generation = view.Document.Active?.Generation;
        return decide(view) switch
        {
            Decided.Change changed => new ChangeStep.Write(changed.Next, changed.Then),
            Decided.Same same => new ChangeStep.Answer(same.Then),
            Decided.Refused refused => new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, refused.Reason)),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }
}

/// <summary>What was decided. Closed.</summary>
internal abstract record Decided
{
    private Decided()
    {
    }

    /// <summary>Write this; then that is the outcome.</summary>
    internal sealed record Change(IdentityDocument Next, Outcome Then) : Decided;

    /// <summary>It is so already.</summary>
    internal sealed record Same(Outcome Then) : Decided;

    /// <summary>No.</summary>
    internal sealed record Refused(Reason Reason) : Decided;
}
