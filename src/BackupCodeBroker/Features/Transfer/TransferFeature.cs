using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Transfer;

/// <summary>
/// <c>POST /v1/identities/{identity}/transfer</c>: gives an identity to another owner, whose codes the old ones never become; or, with <c>confirm</c>, says that
/// the registered owner is still the right one although it looks different, which lifts a suspension. With <c>from</c> it is given away only while it is that owner's. Who the new owner is, is asked of Vault only
/// once the caller is known to be allowed: whether an id exists there is nobody's business else.
/// </summary>
internal sealed class TransferFeature(Admission admission, IdentityChange change, PeopleDesk people, BrokerSettings settings) : IFeature
{
    public Operation Operation => Operation.Transfer;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        var owner = body.VaultId("owner", required: true);
        var reason = body.Text("reason", ApiRequest.MaxReason, required: true);
        var confirms = body.Flag("confirm");
        var from = body.VaultId("from", required: false);
        if (confirms && from is not null)
        {
            body.Add("from", "is for giving an identity away; what is confirmed is owner");
        }

        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        return await admission.ToIdentityAsync(scope, request.Token) switch
        {
            Admitted.Granted granted => await change.RunAsync(
                scope,
                granted.Identity,
                granted.Caller,
                withPeople: confirms,
                view => confirms ? ConfirmAsync(scope, granted, view, owner!, reason!) : TransferAsync(scope, granted, view, owner!, reason!, from)),
            Admitted.Denied denied => denied.Outcome,
            _ => throw new InvalidOperationException("an admission of unknown kind"),
        };
    }

    private async Task<ChangeStep> TransferAsync(OperationScope scope, Admitted.Granted granted, IdentityView view, string owner, string reason, string? from)
    {
        if (view.Unusable is { } unusable)
        {
            return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, unusable));
        }

        scope.Generation = view.Document.Active?.Generation ?? view.Document.Pending?.Set.Generation;
        return TransferDecision.Decide(view.Document, owner, reason, scope.Id, scope.Caller!, scope.Now, from) switch
        {
            // Read again at each try: a check-and-set that was lost may have taken its time.
            TransferDecision.Transferred transferred => await people.FindOwnerAsync(scope.Call, owner) is { Snapshot.Disabled: false } next
                ? new ChangeStep.Write(transferred.To(next.IsGroup), new Outcome.Done(204, null))
                : new ChangeStep.Answer(new Outcome.Malformed("owner", "is not the id of an enabled Vault entity or of a Vault group")),
            TransferDecision.OtherOwner => new ChangeStep.Answer(new Outcome.Conflict(ConflictKind.OtherOwner)),
            TransferDecision.SameOwner => new ChangeStep.Answer(new Outcome.Conflict(ConflictKind.SameOwner)),
            TransferDecision.Refused refused => new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, refused.Reason)),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }

    private async Task<ChangeStep> ConfirmAsync(OperationScope scope, Admitted.Granted granted, IdentityView view, string owner, string reason)
    {
        if (view.Unusable is { } unusable)
        {
            return new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, unusable));
        }

        scope.Generation = view.Document.Active?.Generation ?? view.Document.Pending?.Set.Generation;
        return ConfirmDecision.Decide(view.Document, view.At(scope.Now), owner, settings.OwnershipFacets, reason, scope.Id, scope.Caller!) switch
        {
            ConfirmDecision.Confirmed confirmed => new ChangeStep.Write(confirmed.Next, new Outcome.Done(204, null) { Reason = "confirmed" }),
            ConfirmDecision.NothingToConfirm => new ChangeStep.Answer(new Outcome.Done(204, null, "unchanged") { Reason = "confirmed" }),
            ConfirmDecision.OtherOwner => new ChangeStep.Answer(new Outcome.Conflict(ConflictKind.OtherOwner)),
            ConfirmDecision.Refused refused => new ChangeStep.Answer(await granted.Caller.RefuseAsync(scope, view, refused.Reason)),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }
}
