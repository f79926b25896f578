using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Lockdowns;

/// <summary>A lockdown was declared.</summary>
internal sealed record DeclaredAnswer : ApiAnswer
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary><c>freeze</c> or <c>void</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>Which sets.</summary>
    public required ScopeAnswer Scope { get; init; }

    /// <summary>KV version of the state that first held it.</summary>
    public required long Version { get; init; }

    /// <summary>When it was declared: what consumes from now on is refused.</summary>
    public required DateTimeOffset DeclaredAt { get; init; }

    /// <summary>From when on no success is answered any more, not even to what had begun before.</summary>
    public required DateTimeOffset InForceAt { get; init; }

    /// <summary>Identities with codes under it; absent where there was no time to count them: the progress tells.</summary>
    public int? Matches { get; init; }
}

/// <summary>What a lockdown would match.</summary>
internal sealed record DryRunAnswer : ApiAnswer
{
    /// <summary>Names of an answer.</summary>
    public const int MaxNames = LockdownProgress.MaxNames;

    /// <summary>Nothing was declared.</summary>
    public bool DryRun { get; } = true;

    /// <summary>Mode asked about.</summary>
    public required string Mode { get; init; }

    /// <summary>Scope asked about.</summary>
    public required ScopeAnswer Scope { get; init; }

    /// <summary>Identities with codes under it.</summary>
    public required int Matches { get; init; }

    /// <summary>The first of them, in the order of their names.</summary>
    public required IReadOnlyList<string> Identities { get; init; }

    /// <summary>How many more there are.</summary>
    public required int More { get; init; }

    /// <summary>When the count began.</summary>
    public required DateTimeOffset AsOf { get; init; }
}

/// <summary>A lockdown's scope.</summary>
internal sealed record ScopeAnswer(
    string? Identities,
    string? Owner,
    IReadOnlyDictionary<string, string>? Labels,
    DateTimeOffset? IssuedSince,
    string? IssuedBy,
    string? ActivatedBy,
    bool? All)
{
    public static ScopeAnswer Of(LockdownScope scope) => new(
        scope.Identities, scope.Owner, scope.Labels, scope.IssuedSince, scope.IssuedBy, scope.ActivatedBy, scope.IsEverything ? true : null);
}

/// <summary>Who did something, when, and by which operation it is found in telemetry and audit.</summary>
/// <param name="At">When.</param>
/// <param name="Entity">Vault entity.</param>
/// <param name="Name">Vault's display name of the token.</param>
/// <param name="Reason">Why.</param>
/// <param name="OperationId">Its operation.</param>
/// <param name="TraceId">Its trace.</param>
internal sealed record TurnAnswer(DateTimeOffset At, string? Entity, string? Name, string Reason, string? OperationId, string? TraceId)
{
    public static TurnAnswer Of(DateTimeOffset at, Actor by, string reason, string operationId, string traceId) =>
        new(at, Given(by.EntityId), Given(by.DisplayName), reason, Given(operationId), Given(traceId));

    private static string? Given(string text) => text.Length > 0 ? text : null;
}

/// <summary>A lockdown's story.</summary>
internal sealed record LockdownAnswer : ApiAnswer
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary><c>freeze</c> or <c>void</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>Which sets.</summary>
    public required ScopeAnswer Scope { get; init; }

    /// <summary>KV version of the state that first held it.</summary>
    public required long Version { get; init; }

    /// <summary>Who declared it, and why.</summary>
    public required TurnAnswer Declared { get; init; }

    /// <summary>How many identities the declarer expected.</summary>
    public int? Expected { get; init; }

    /// <summary>From when on no success is answered any more.</summary>
    public DateTimeOffset? InForceAt { get; init; }

    /// <summary>Whether it is in force.</summary>
    public required bool InForce { get; init; }

    /// <summary>When the worker first found nothing left to end.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Who lifted it, and why.</summary>
    public TurnAnswer? Lifted { get; init; }

    /// <summary>How far it got; absent until the worker has counted.</summary>
    public ProgressAnswer? Progress { get; init; }

    /// <summary>A page of the identities hit, where it was asked for.</summary>
    public HitsAnswer? Hits { get; init; }

    /// <summary>The whole story, or without names for a list.</summary>
    public static LockdownAnswer Of(LockdownView view, bool withNames = true) => new()
    {
        Id = view.Lockdown.Id,
        Mode = view.Lockdown.Mode,
        Scope = ScopeAnswer.Of(view.Lockdown.Scope),
        Version = view.Lockdown.Version,
        Declared = TurnAnswer.Of(view.Lockdown.DeclaredAt, view.Lockdown.DeclaredBy, view.Lockdown.Reason, view.Lockdown.OperationId, view.Lockdown.TraceId),
        Expected = view.Lockdown.Expected,
        InForceAt = view.Story?.InForceAt,
        InForce = view.InForce,
        CompletedAt = view.Story?.CompletedAt,
        Lifted = view.Lift is { } lift ? TurnAnswer.Of(lift.At, lift.By, lift.Reason, lift.OperationId, lift.TraceId) : null,
        Progress = view.Story?.Progress is { } progress ? ProgressAnswer.Of(progress, withNames) : null,
    };
}

/// <summary>Identities that a lockdown hit, in the order of their names.</summary>
/// <param name="AsOf">When the look at them began.</param>
/// <param name="Identities">Those of this page; a page may have none.</param>
/// <param name="Next">What to send as <c>after</c> for the next page; absent on the last.</param>
internal sealed record HitsAnswer(DateTimeOffset AsOf, IReadOnlyList<HitAnswer> Identities, string? Next);

/// <summary>An identity that a lockdown hit.</summary>
/// <param name="Identity">Its name.</param>
/// <param name="Ended">Whether no set of it is under the lockdown any more.</param>
/// <param name="Reissued">Whether it has received new codes since.</param>
internal sealed record HitAnswer(string Identity, bool Ended, bool Reissued);

/// <summary>How far a lockdown got.</summary>
internal sealed record ProgressAnswer
{
    /// <summary>When the counting sweep began.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Whether nothing is left to end.</summary>
    public required bool Complete { get; init; }

    /// <summary>Identities that it hit.</summary>
    public required int Matched { get; init; }

    /// <summary>Those that have no set under it any more.</summary>
    public required int Ended { get; init; }

    /// <summary>Those that have received new codes since.</summary>
    public required int Reissued { get; init; }

    /// <summary>Identities meant whose documents could not be read; absent where there are none.</summary>
    public int? Unread { get; init; }

    /// <summary>The identities hit, the first of them in the order of their names.</summary>
    public IReadOnlyList<string>? Identities { get; init; }

    /// <summary>How many more were hit.</summary>
    public int? MoreIdentities { get; init; }

    /// <summary>Those that have no new codes, likewise.</summary>
    public IReadOnlyList<string>? Waiting { get; init; }

    /// <summary>How many more have none.</summary>
    public int? MoreWaiting { get; init; }

    public static ProgressAnswer Of(LockdownProgress progress, bool withNames) => new()
    {
        AsOf = progress.AsOf,
        Complete = progress.Complete,
        Matched = progress.Matched,
        Ended = progress.Ended,
        Reissued = progress.Reissued,
        Unread = progress.Unread,
        Identities = withNames ? progress.Names : null,
        MoreIdentities = withNames ? progress.Matched - progress.Names.Count : null,
        Waiting = withNames ? progress.Waiting : null,
        MoreWaiting = withNames ? progress.Missing - progress.Waiting.Count : null,
    };
}

/// <summary>Lockdowns, the newest first.</summary>
internal sealed record LockdownsAnswer : ApiAnswer
{
    /// <summary>The lockdowns, without names.</summary>
    public required IReadOnlyList<LockdownAnswer> Lockdowns { get; init; }

    /// <summary>What to send as <c>before</c> for the next page; absent on the last.</summary>
    public string? Next { get; init; }
}
