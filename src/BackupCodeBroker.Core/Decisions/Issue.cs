using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>What an issue is made with, fixed before any code exists.</summary>
/// <param name="OperationId">Id of this operation.</param>
/// <param name="By">The caller: no code is ever made without one.</param>
/// <param name="Generation">Generation of the new set.</param>
/// <param name="Profile">Rules in force.</param>
/// <param name="Owner">Owner, with the fingerprint of now.</param>
/// <param name="Entity">Entity, with the fingerprint of now.</param>
/// <param name="Epoch">The deployment's epoch.</param>
/// <param name="StateVersion">KV version of the state that was read.</param>
/// <param name="At">Time of issue.</param>
/// <param name="Environment">The environment that it is issued in.</param>
/// <param name="Approval">The consent that it uses up; null where the profile asks for none.</param>
public sealed record IssuePlan(
    string OperationId,
    Actor By,
    int Generation,
    Profile Profile,
    BoundEntity Owner,
    BoundEntity Entity,
    int Epoch,
    long StateVersion,
    DateTimeOffset At,
    string? Environment = null,
    Approval? Approval = null)
{
    /// <summary>When the codes end.</summary>
    public DateTimeOffset ExpiresAt => At + Profile.Lifetime;
}

/// <summary>Decides whether new codes may be made for an identity, and makes the document that holds them as pending.</summary>
public abstract record IssueDecision
{
    private IssueDecision()
    {
    }

    /// <summary>Make codes by this plan, wrap them, then write <see cref="Pending"/>.</summary>
    public sealed record Planned(IssuePlan Plan) : IssueDecision;

    /// <summary>Refused.</summary>
    public sealed record Refused(Reason Reason) : IssueDecision;

    /// <summary>Decides, before anything is made.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="around">What was read beside it.</param>
    /// <param name="profile">Its profile; null where configuration has none of that name.</param>
    /// <param name="facets">Facets of owner and entity that count.</param>
    /// <param name="mayIssueInLockdown">Whether the caller holds that permission.</param>
    /// <param name="operationId">Id of this operation.</param>
    /// <param name="by">The caller.</param>
    public static IssueDecision Decide(
        IdentityDocument document,
        Surroundings around,
        Profile? profile,
        IReadOnlyList<string> facets,
        bool mayIssueInLockdown,
        string operationId,
        Actor by)
    {
        var refusal = OfLife(document) ?? OfProfile(document, profile) ?? OfPeople(document, around) ?? OfTimes(document, around)
            ?? (around.State.OverIssuing(document) is not null && !mayIssueInLockdown ? Reason.IssueLockedDown : null);
        if (refusal is { } reason)
        {
            return new Refused(reason);
        }

        var (use, unapproved) = ApprovedUse.OfIssue(document, around, by, profile!);
        return use is null
            ? new Refused(unapproved!.Value)
            : new Planned(new IssuePlan(
                operationId,
                by,
                document.LastGeneration + 1,
                profile!,
                new BoundEntity(around.Owner!.Id, EntityFingerprint.Of(around.Owner, facets)),
                new BoundEntity(around.Entity!.Id, EntityFingerprint.Of(around.Entity, facets)),
                around.Epoch,
                around.StateVersion,
                around.Now,
                around.Environment,
                use.Approval));
    }

    /// <summary>The document with the new set as pending; what was pending ends, the active set stays as it is.</summary>
    public static IdentityDocument Pending(
        IdentityDocument document, IssuePlan plan, string setKey, string activationHash, IReadOnlyList<StoredCode> codes, Delivery delivery)
    {
        var set = new CodeSet
        {
            Generation = plan.Generation,
            Epoch = plan.Epoch,
            Environment = plan.Environment,
            StateVersion = plan.StateVersion,
            Kind = plan.Profile.Kind.Name(),
            Assurance = plan.Profile.Assurance,
            IssuedAt = plan.At,
            IssuedBy = plan.By,
            ExpiresAt = plan.ExpiresAt,
            ActivationHash = activationHash,
            Owner = plan.Owner,
            Entity = plan.Entity,
            LabelDigests = LabelDigest.Of(document.Labels),
            Approvals = plan.Profile.Approvals,
            BreakGlass = plan.Profile.BreakGlass,
            SetKey = setKey,
            Codes = codes,
        };
        var cause = plan.Approval is null ? null : OpenReview.AfterApproval;
        var used = ApprovedUse.Record(document, plan.Approval, cause, "issue", plan.OperationId, plan.By, plan.At);
        return (used with { LastGeneration = plan.Generation, Pending = new PendingSet(set, delivery) })
            .With(new DocumentEvent(plan.At, "issue", plan.OperationId, plan.By, plan.Generation));
    }

    /// <summary>Whether the document still fits whatever becomes of its sets: asked before anything is handed out.</summary>
    public static bool Fits(IdentityDocument document) => DocumentSize.Worst(document) <= IdentityDocument.MaxBytes;

    private static Reason? OfLife(IdentityDocument document) =>
        document.RetiredAt is not null ? Reason.Retired
        : document.Suspension is not null ? Reason.Suspended
        : null;

    private static Reason? OfProfile(IdentityDocument document, Profile? profile) =>
        profile is null || !profile.Identities.Matches(document.Identity) ? Reason.ProfileNotAllowed : null;

    /// <summary>Why the identity has nobody who could answer for codes: its owner or entity is gone, disabled or carries too much; null where all is well.</summary>
    public static Reason? OfPeople(IdentityDocument document, Surroundings around) =>
        around.Owner is null || around.Owner.Id != document.Owner ? Reason.OwnerGone
        : around.Owner.Disabled ? Reason.OwnerDisabled
        : around.Entity is null || around.Entity.Id != (document.Entity ?? document.AliasEntity) ? Reason.EntityGone
        : around.Entity.Disabled ? Reason.EntityDisabled
        : document.Entity is null && around.Entity.Policies.Count > 0 ? Reason.Overgranted
        : null;

    private static Reason? OfTimes(IdentityDocument document, Surroundings around) =>
        around.Epoch < around.State.EpochFloor ? Reason.OtherEpoch
        : around.Now + SetStanding.ClockTolerance < document.RegisteredAt || SetStanding.ClockIsBehind(around) ? Reason.ClockBackwards
        : around.Now >= document.RecertifyBy ? Reason.RecertificationLapsed
        : null;
}
