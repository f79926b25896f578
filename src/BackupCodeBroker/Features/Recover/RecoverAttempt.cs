using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;
using BackupCodeBroker.Hashing;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Recover;

/// <summary>
/// One recovery, over as many tries as its check-and-set takes: the credential is made once, at the first decision for it, and answered for or ended.
/// </summary>
internal sealed class RecoverAttempt(
    OperationScope scope,
    BackupCode code,
    string key,
    SecretCheck check,
    PartyLook parties,
    NoticeGate notices,
    BrokerProfiles profiles,
    RecoveryDesk recoveries,
    RecoverThrottle throttle,
    StrangersGate gate,
    HammeredNames hammered)
{
    private const string Purpose = "recover";

    private MadeRecovery? _made;
    private string _identity = "";
    private Outcome? _usedUp;
    private Outcome? _turnedAway;
    private bool _nameWasCounted;
    private IReadOnlyList<string>? _gone;

    /// <summary>A wrong secret that is to be counted.</summary>
    public Failure? Failure { get; private set; }

    /// <summary>Whether the answer with the wrap goes out.</summary>
    public bool Answered { get; set; }

    /// <summary>
    /// Beside the reading of owner and entity: hashes the code, and reads the people of a consent. What is no live code waits for its turn among strangers, and
    /// is not looked at where the name has no attempts left or too many wait.
    /// </summary>
    public async Task CheckAsync(IdentityDocument document)
    {
        var isLive = RecoverDecision.IsLive(document, code.Selector, scope.Now);
        if (!isLive && !_nameWasCounted)
        {
            (_usedUp, _nameWasCounted) = (throttle.ForName(scope.Identity!.Value), true);
        }

        if (_usedUp is null)
        {
            await Task.WhenAll(
                isLive ? check.RunAsync(document) : WaitAsync(document),
                parties.LookAsync(ApprovalParties.OfUse(document, Purpose, scope.Caller!, scope.Now)));
        }
    }

    /// <summary>Decides, and makes the credential where that is for it.</summary>
    public async Task<ChangeStep> DecideAsync(IdentityView view)
    {
        Failure = null;
        if ((_usedUp ?? _turnedAway) is { } throttled)
        {
            if (_usedUp is not null)
            {
                hammered.Refused(scope.Identity!.Value, isKnown: view.Unusable is null);
            }

            return new ChangeStep.Answer(throttled);
        }

        var profile = profiles.Of(view.Document);
        scope.Profile = view.Unusable is null ? profile : null;
        var request = new ConsumeRequest(scope.Id, scope.Caller!, code.Selector, check.Verified, Purpose, key, "recover");
        var around = view.At(scope.Now) with { Gone = parties.Gone };
        var decision = RecoverDecision.Decide(view.Document, around, request, profile, _gone);
        if (view.Unusable is null && _gone is null && decision is RecoverDecision.Refused { Reason: Reason.RecoveriesNotEnded })
        {
            _gone = await recoveries.EndMarkedAsync(scope.Call, view.Document);
            decision = RecoverDecision.Decide(view.Document, around, request, profile, _gone);
        }

        return view.Unusable is { } unusable ? Refused(unusable) : decision switch
        {
            RecoverDecision.Hand or RecoverDecision.Again when notices.Refusal(scope, view) is { } untold => Refused(untold),
            RecoverDecision.Hand hand => await HandAsync(view, hand, profile!),
            RecoverDecision.Again again => await AgainAsync(view, again, profile!),
            RecoverDecision.KeyReused => new ChangeStep.Answer(new Outcome.Conflict(ConflictKind.KeyReused)),
            RecoverDecision.Refused refused => Counted(refused),
            _ => throw new InvalidOperationException("a decision of unknown kind"),
        };
    }

    /// <summary>Ends what was made and is not answered for. It throws no fault: why the recovery failed is what counts.</summary>
    public async Task EndUnansweredAsync()
    {
        if (_made is { } made && !Answered)
        {
            await recoveries.EndAsync(scope.Call, _identity, made.Form.Name(), made.Accessor);
        }
    }

    private async Task WaitAsync(IdentityDocument document) =>
        _turnedAway = await gate.RunAsync(() => check.RunAsync(document), scope.Call.Cancellation) ? null : RecoverThrottle.TurnedAway;

    private async Task<ChangeStep> HandAsync(IdentityView view, RecoverDecision.Hand hand, Profile profile)
    {
        (scope.Generation, scope.Approval) = (hand.Spend.Set.Generation, hand.Spend.Next.ApprovalOf(scope.Id));
        var made = await MakeAsync(view, profile);
        return new ChangeStep.Write(hand.With(made.Form, made.Accessor, scope.Now + made.Wrap.Ttl), Answer(view.Document, hand.Spend.Set, hand.Spend.Consumption, made));
    }

    private async Task<ChangeStep> AgainAsync(IdentityView view, RecoverDecision.Again again, Profile profile)
    {
        (scope.Generation, scope.Approval) = (again.Set.Generation, view.Document.ApprovalOf(again.Consumption.OperationId));
        var made = await MakeAsync(view, profile);
        return new ChangeStep.Write(again.With(made.Form, made.Accessor, scope.Id), Answer(view.Document, again.Set, again.Consumption, made) with { Kind = "repeat" });
    }

    // Once: a lost check-and-set makes no second credential.
    private async Task<MadeRecovery> MakeAsync(IdentityView view, Profile profile)
    {
        _identity = view.Document.Identity;
        return _made ??= await recoveries.MakeAsync(scope, _identity, profile.Recovery, profile.WrapTtl);
    }

    private ChangeStep.Answer Counted(RecoverDecision.Refused refused)
    {
        (scope.Generation, scope.Approval) = (refused.Generation, null);
        Failure = refused.Counts ? new Failure(scope.Id, scope.Caller!, refused.Generation!.Value, code.Selector) : null;
        return Refused(refused.Reason);
    }

    private static ChangeStep.Answer Refused(Reason reason) => new(new Outcome.Refused(reason, Tell: false));

    private static Outcome.Done Answer(IdentityDocument document, CodeSet set, Consumption consumption, MadeRecovery made) => new(200, new RecoverAnswer
    {
        OperationId = consumption.OperationId,
        Identity = document.Identity,
        Generation = set.Generation,
        ConsumedAt = consumption.At,
        Remaining = consumption.Remaining,
        Warnings = [RecoverDecision.ClaimNewCodes, .. consumption.Warnings],
        Assurance = set.Assurance,
        Form = made.Form.Name(),
        Wrapping = new WrappingAnswer(
            made.Wrap.HandOver(), made.Wrap.Accessor, (int)made.Wrap.Ttl.TotalSeconds, made.Wrap.CreationTime, made.Wrap.CreationPath),
    });
}
