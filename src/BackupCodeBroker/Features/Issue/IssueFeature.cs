using System.Security.Cryptography;
using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Hashing;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Hashing;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Vault;
using static BackupCodeBroker.Vault.Wrapping;

namespace BackupCodeBroker.Features.Issue;

/// <summary>
/// <c>POST /v1/identities/{identity}/code-sets</c>: makes codes, wraps their plaintext in Vault, then records them as pending in one write. The
/// plaintext exists in this process for as long as wrapping and hashing take, and in Vault's cubbyhole; no answer holds it. If the write fails, the
/// wrap is used up; if the broker dies in between, the wrap holds codes that nothing will ever accept. A wrap is never sent twice.
/// </summary>
internal sealed class IssueFeature(
    Admission admission,
    IdentityDesk desk,
    CodeHashing hashing,
    VaultClient vault,
    OwnToken own,
    BrokerProfiles profiles,
    NoticeGate notices,
    PeopleDesk people,
    BrokerSettings settings) : IFeature
{
    private const int MaxWriteTries = 3;

    public Operation Operation => Operation.Issue;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        using var body = request.Body;
        if (body.Errors is { Count: > 0 } errors)
        {
            return new Outcome.Malformed(errors);
        }

        return await admission.ToIdentityAsync(scope, request.Token) switch
        {
            Admitted.Granted granted => await PlanAsync(scope, granted),
            Admitted.Denied denied => denied.Outcome,
            _ => throw new InvalidOperationException("an admission of unknown kind"),
        };
    }

    private async Task<Outcome> PlanAsync(OperationScope scope, Admitted.Granted granted)
    {
        granted.Caller.LookEarly(desk.Guess(granted.Identity), scope.Call);
        var parties = new PartyLook(people, scope.Call);
        var beside = granted.Caller.Beside(scope.Call, document => parties.LookAsync(ApprovalParties.OfUse(document, Operation.Name, scope.Caller!, scope.Now)));
        var view = await desk.ReadAsync(scope.Call, granted.Identity, withPeople: true, beside);
        view.Note(scope);
        if (await granted.Caller.DeniedAsOwnerAsync(view, scope.Call) is { } notOwner)
        {
            return notOwner;
        }

        if (view.Unusable is { } unusable)
        {
            return await granted.Caller.RefuseAsync(scope, view, unusable);
        }

        var profile = profiles.Of(view.Document);
        scope.Profile = profile;
        var isLockedDown = view.State.State.OverIssuing(view.Document) is not null;
        var lockedOut = isLockedDown ? await granted.Caller.DeniedAlsoAsync(Operation.IssueInLockdown, view, scope.Call) : null;
        if (lockedOut is not (null or Outcome.NotPermitted))
        {
            return lockedOut;
        }

        return IssueDecision.Decide(
            view.Document, view.At(scope.Now) with { Gone = parties.Gone }, profile, settings.OwnershipFacets, isLockedDown && lockedOut is null, scope.Id, scope.Caller!) switch
        {
            IssueDecision.Planned when notices.Refusal(scope, view) is { } untold => await granted.Caller.RefuseAsync(scope, view, untold),
            IssueDecision.Planned planned => await MakeAsync(scope, granted, view, planned.Plan),
            IssueDecision.Refused refused => await granted.Caller.RefuseAsync(scope, view, refused.Reason),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }

    private async Task<Outcome> MakeAsync(OperationScope scope, Admitted.Granted granted, IdentityView view, IssuePlan plan)
    {
        (scope.Generation, scope.Approval) = (plan.Generation, plan.Approval?.Id);
        if (await granted.Caller.StaleDenialAsync(scope.Call) is { } denied)
        {
            return denied;
        }

        using var mint = CodeMint.Make(view.Document, plan, RandomNumberGenerator.Fill);
        var (codes, wrapped) = await HashAndWrapAsync(scope, view.Document.Identity, plan, mint);
        var delivery = new Delivery(wrapped.Accessor, wrapped.CreationTime, scope.Now + wrapped.Ttl + Profile.ActivationGrace);
        var activation = SetKey.ActivationHash(mint.SetKey, mint.Activation);
        IdentityDocument Pending(IdentityDocument over) => IssueDecision.Pending(over, plan, mint.SetKey, activation, codes, delivery);
        return await RecordAsync(scope, granted, view, plan, Pending, wrapped);
    }

    // Side by side: neither needs the other. A wrap whose codes could not be hashed is used up.
    private async Task<(IReadOnlyList<StoredCode> Codes, Wrapped Wrapped)> HashAndWrapAsync(
        OperationScope scope, string identity, IssuePlan plan, CodeMint mint)
    {
        var wrapping = WrapAsync(scope, identity, plan, mint);
        var codes = hashing.HashAsync(scope, mint.Codes, new CodeBinding(identity, plan.Generation, plan.Epoch), plan.Profile.Scheme);
        await Task.WhenAll(wrapping, codes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (wrapping.IsCompletedSuccessfully && !codes.IsCompletedSuccessfully)
        {
            await SpendAsync(scope, await wrapping);
        }

        return (await codes, await wrapping);
    }

    private async Task<Wrapped> WrapAsync(OperationScope scope, string identity, IssuePlan plan, CodeMint mint)
    {
        var token = own.Take();
        var payload = WrapPayload.Write(identity, plan, mint);
        try
        {
            return await vault.WrapAsync(token.Token, payload, plan.Profile.WrapTtl, scope.Call) switch
            {
                Wrapped wrapped => wrapped,
                Faulted faulted => throw BrokerFaultException.Of(faulted.Fault),
                Denied denied => throw own.Denied(token, denied.Why, "to wrap"),
                _ => throw new InvalidOperationException("a wrapping of unknown kind"),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(payload);
        }
    }

    // One check-and-set against the version that the codes were made for. Whatever does not end in a recorded set uses the wrap up.
    private async Task<Outcome> RecordAsync(
        OperationScope scope, Admitted.Granted granted, IdentityView view, IssuePlan plan, Func<IdentityDocument, IdentityDocument> pending, Wrapped wrapped)
    {
        var recorded = false;
        try
        {
            var outcome = await UnfitAsync(scope, granted, view, pending(view.Document))
                ?? await granted.Caller.StaleDenialAsync(scope.Call)
                ?? await WriteAsync(scope, view, pending);
            recorded = outcome is null;
            return outcome ?? new Outcome.Done(201, Answer(view.Document.Identity, plan, wrapped));
        }
        finally
        {
            if (!recorded)
            {
                await SpendAsync(scope, wrapped);
            }
        }
    }

    // Also when the operation's time is over: the call's own time-out bounds it.
    private Task SpendAsync(OperationScope scope, Wrapped wrapped) =>
        vault.SpendWrapAsync(wrapped.Token, scope.Call with { Cancellation = CancellationToken.None });

    private static async Task<Outcome?> UnfitAsync(OperationScope scope, Admitted.Granted granted, IdentityView view, IdentityDocument next) =>
        IssueDecision.Fits(next) ? null : await granted.Caller.RefuseAsync(scope, view, Reason.TooLarge);

    // What was decided on is still so where only notices were taken out meanwhile: the codes are recorded over the newer version.
    private async Task<Outcome?> WriteAsync(OperationScope scope, IdentityView view, Func<IdentityDocument, IdentityDocument> pending)
    {
        var outcome = await WriteOverAsync(scope, view, pending(view.Document));
        if (outcome is not Outcome.Conflict)
        {
            return outcome;
        }

        var now = await desk.ReadAsync(scope.Call, view.Handle, withPeople: false);
        return now.State.Version == view.State.Version && now.Document.IsButForNotices(view.Document)
            ? await WriteOverAsync(scope, now, pending(now.Document))
            : outcome;
    }

    private async Task<Outcome?> WriteOverAsync(OperationScope scope, IdentityView view, IdentityDocument next)
    {
        for (var attempt = 0; attempt < MaxWriteTries; attempt++)
        {
            switch (await desk.WriteAsync(scope.Call, view.Handle, next, view.Version))
            {
                case KvWrite.Saved:
                    return null;
                case KvWrite.Conflict when attempt == 0:
                    return new Outcome.Conflict(ConflictKind.SetChanged);
                case KvWrite.Faulted faulted when attempt == 0:
                    throw BrokerFaultException.Of(faulted.Fault);
                case KvWrite.Denied:
                    throw new BrokerFaultException(FaultKind.NotReady, "Vault refuses the identity's child token to write: run `bcb bootstrap --check`");
            }

            // An earlier try was not answered: what is there now tells whether it was carried out. If nothing is, the same write over the same
            // version settles it, for only one of the two can be committed.
            var now = await desk.ReadAsync(scope.Call, view.Handle, withPeople: false);
            if (now.Version != view.Version)
            {
                return now.Document.Bears(scope.Id) && now.Document.Pending?.Set.Generation == scope.Generation
                    ? null
                    : new Outcome.Conflict(ConflictKind.SetChanged);
            }
        }

        throw new BrokerFaultException(FaultKind.UnknownOutcome, "a write to Vault was not answered; what may have been issued is worthless");
    }

    private static IssueAnswer Answer(string identity, IssuePlan plan, Wrapped wrapped) => new()
    {
        Identity = identity,
        Generation = plan.Generation,
        Count = plan.Profile.Count,
        Kind = plan.Profile.Kind.Name(),
        ExpiresAt = plan.ExpiresAt,
        Wrapping = new WrappingAnswer(
            wrapped.HandOver(), wrapped.Accessor, (int)wrapped.Ttl.TotalSeconds, wrapped.CreationTime, wrapped.CreationPath),
    };
}

/// <summary>Codes were issued; this is the way to them.</summary>
internal sealed record IssueAnswer : ApiAnswer
{
    /// <summary>For whom.</summary>
    public required string Identity { get; init; }

    /// <summary>Which issue.</summary>
    public required int Generation { get; init; }

    /// <summary>How many codes.</summary>
    public required int Count { get; init; }

    /// <summary>Their form.</summary>
    public required string Kind { get; init; }

    /// <summary>When they end.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The wrap that carries the plaintext.</summary>
    public required WrappingAnswer Wrapping { get; init; }
}
