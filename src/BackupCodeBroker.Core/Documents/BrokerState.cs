using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// <c>broker/state</c>: one document whose KV version is the order of incidents. Bootstrap writes it; where it is absent everything is
/// refused. Every operation that could succeed reads it.
/// </summary>
public sealed record BrokerState
{
    /// <summary>Schema that this version reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>Schema number.</summary>
    public required int Schema { get; init; }

    /// <summary>Lowest epoch that a broker may be configured with: raised after a restore, so that no forgotten replica serves old sets.</summary>
    public required int EpochFloor { get; init; }

    /// <summary>Counts up while a worker leads; a fall tells of a restore.</summary>
    public required Heartbeat Heartbeat { get; init; }

    /// <summary>Lockdowns in force.</summary>
    public required IReadOnlyList<Lockdown> Lockdowns { get; init; }

    /// <summary>
    /// Lockdowns that were lifted within <see cref="LiftedKept"/>: approvals of before them stay ended, and a set of before a <c>void</c> one whose
    /// write was committed late stays void, so that lifting revives nothing.
    /// </summary>
    public IReadOnlyList<LiftedLockdown> Lifted { get; init => field = value ?? []; } = [];

    /// <summary>Most lockdowns in force, and most that are remembered after they were lifted.</summary>
    public const int MaxLockdowns = 64;

    /// <summary>Largest state, in bytes of JSON: every operation reads it.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>How long a lifted lockdown is remembered: as long as an approval can live that was requested before it.</summary>
    public static readonly TimeSpan LiftedKept = Approval.MaxLife;

    /// <summary>The state of a new deployment.</summary>
    public static BrokerState Initial(int epoch, DateTimeOffset at) =>
        new() { Schema = CurrentSchema, EpochFloor = epoch, Heartbeat = new Heartbeat(0, at), Lockdowns = [] };

    /// <summary>The lockdown that makes a set unusable, a <c>void</c> one before a <c>freeze</c>; null where none does.</summary>
    /// <param name="document">The identity.</param>
    /// <param name="set">One of its sets.</param>
    /// <param name="now">The time: a lifted lockdown is over after <see cref="LiftedKept"/>, whether or not somebody has written the state since.</param>
    public Lockdown? Over(IdentityDocument document, CodeSet set, DateTimeOffset now) => Lockdowns.Count + Lifted.Count == 0
        ? null
        : InForce.Concat(StillVoid(now)).Where(l => l.Matches(document, set)).OrderBy(l => l.Lockdown.Mode == Lockdown.Void ? 0 : 1).FirstOrDefault()?.Lockdown;

    /// <summary>
    /// The lockdown that a new set of this identity would be issued under; null where none is in force for it. One that is over a set of the identity
    /// is over issuing as well, whatever was changed about the identity since.
    /// </summary>
    public Lockdown? OverIssuing(IdentityDocument document) => InForce.FirstOrDefault(l => IsOver(l, document))?.Lockdown;

    /// <summary>
    /// The lockdown that ended an approval: one over the identity that came after the request. Lifting it does not bring the approval back: a lifted
    /// lockdown is remembered for as long as approvals live.
    /// </summary>
    public Lockdown? OverApproval(IdentityDocument document, Approval approval) => InForce.Concat(Lifted.Select(l => new LockdownReach(l.Lockdown)))
        .FirstOrDefault(l => approval.StateVersion < l.Lockdown.Version && (IsOver(l, document) || IsOver(l, document, document.Ended?.Set)))?.Lockdown;

    /// <summary>The state without lifted lockdowns whose time is over: they are over nothing any more.</summary>
    public BrokerState Remembering(DateTimeOffset now) =>
        Lifted.All(l => IsRemembered(l, now)) ? this : this with { Lifted = [.. Lifted.Where(l => IsRemembered(l, now))] };

    /// <summary>The lockdowns whose matches are void for good, those that were just lifted included.</summary>
    internal IEnumerable<LockdownReach> Voiding(DateTimeOffset now, long version) =>
        InForce.Where(l => l.Lockdown.Mode == Lockdown.Void).Concat(StillVoid(now)).Select(l => l with { StateVersion = version });

    private IEnumerable<LockdownReach> InForce => Lockdowns.Select(l => new LockdownReach(l));

    private IEnumerable<LockdownReach> StillVoid(DateTimeOffset now) =>
        Lifted.Where(l => l.Lockdown.Mode == Lockdown.Void && IsRemembered(l, now)).Select(l => new LockdownReach(l.Lockdown, IsLifted: true));

    private static bool IsRemembered(LiftedLockdown lifted, DateTimeOffset now) => now - lifted.Lift.At < LiftedKept;

    private static bool IsOver(LockdownReach lockdown, IdentityDocument document) => lockdown.Lockdown.Scope.MatchesIdentity(document)
        || IsOver(lockdown, document, document.Active) || IsOver(lockdown, document, document.Pending?.Set);

    private static bool IsOver(LockdownReach lockdown, IdentityDocument document, CodeSet? set) => set is not null && lockdown.Matches(document, set);
}

/// <summary>
/// Sign of life of the leading worker. Each beat adds a random mark, and the last ones are kept: whoever remembers a beat finds its mark again in the
/// beats that follow it, unless storage was set back in between and other beats took their place.
/// </summary>
/// <param name="Count">Beats so far.</param>
/// <param name="At">The last one.</param>
public sealed record Heartbeat(long Count, DateTimeOffset At)
{
    /// <summary>Hex digits of a mark.</summary>
    public const int MarkLength = 8;

    /// <summary>Beats whose marks are kept.</summary>
    public const int MaxMarks = 32;

    /// <summary>Marks of the last beats, one after the other, the newest last; null before the first.</summary>
    public string? Trail { get; init; }

    /// <summary>The next beat.</summary>
    /// <param name="mark">Eight random hex digits.</param>
    /// <param name="at">When; where that is before the last one, a clock was set back, and the time stays.</param>
    public Heartbeat Next(string mark, DateTimeOffset at)
    {
        var trail = Trail + mark;
        return new Heartbeat(Count + 1, at > At ? at : At) { Trail = trail[Math.Max(0, trail.Length - MaxMarks * MarkLength)..] };
    }

    /// <summary>Whether this one follows an earlier one, or is it; null where its marks do not reach back that far.</summary>
    public bool? Follows(Heartbeat earlier)
    {
        var (since, then, now) = (Count - earlier.Count, earlier.Trail ?? "", Trail ?? "");
        if (since < 0)
        {
            return false;
        }

        var end = now.Length - Math.Min(since, MaxMarks) * MarkLength;
        return then.Length < MarkLength || end < MarkLength ? null
            : string.CompareOrdinal(now, (int)end - MarkLength, then, then.Length - MarkLength, MarkLength) == 0;
    }
}

/// <summary>An incident's order over the code sets that match its scope.</summary>
public sealed record Lockdown
{
    /// <summary>Mode: matching sets are unusable until it is lifted.</summary>
    public const string Freeze = "freeze";

    /// <summary>Mode: matching sets are void for good.</summary>
    public const string Void = "void";

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary><see cref="Freeze"/> or <see cref="Void"/>.</summary>
    public required string Mode { get; init; }

    /// <summary>KV version of the state document that first held it: sets issued under an earlier version match.</summary>
    public required long Version { get; init; }

    /// <summary>What it is about.</summary>
    public required LockdownScope Scope { get; init; }

    /// <summary>Why, in the responder's words.</summary>
    public required string Reason { get; init; }

    /// <summary>When it was declared.</summary>
    public required DateTimeOffset DeclaredAt { get; init; }

    /// <summary>By whom.</summary>
    public required Actor DeclaredBy { get; init; }

    /// <summary>Operation that declared it.</summary>
    public string OperationId { get; init => field = value ?? ""; } = "";

    /// <summary>Its trace.</summary>
    public string TraceId { get; init => field = value ?? ""; } = "";

    /// <summary>Digest of declarer and idempotency key, by which a repeated request finds the lockdown that it made; null without a key.</summary>
    public string? KeyDigest { get; init; }

    /// <summary>How many identities the declarer expected to match; null where they did not say.</summary>
    public int? Expected { get; init; }
}

/// <summary>The end of a lockdown.</summary>
/// <param name="At">When.</param>
/// <param name="By">Who lifted it.</param>
/// <param name="Reason">Why, in their words.</param>
/// <param name="OperationId">Operation that did.</param>
/// <param name="TraceId">Its trace.</param>
public sealed record LockdownLift(DateTimeOffset At, Actor By, string Reason, string OperationId, string TraceId);

/// <summary>A lockdown that is not in force any more.</summary>
/// <param name="Lockdown">As it was declared.</param>
/// <param name="Lift">Its end.</param>
public sealed record LiftedLockdown(Lockdown Lockdown, LockdownLift Lift);

/// <summary>Which sets a lockdown is about: all conditions that are given must hold; none given is every set.</summary>
public sealed record LockdownScope
{
    /// <summary>Pattern over identities (<see cref="NamePattern"/>).</summary>
    public string? Identities { get; init; }

    /// <summary>Owner's entity id.</summary>
    public string? Owner { get; init; }

    /// <summary>Labels that the identity must carry.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Sets issued at or after this time.</summary>
    public DateTimeOffset? IssuedSince { get; init; }

    /// <summary>Sets issued by this entity or accessor.</summary>
    public string? IssuedBy { get; init; }

    /// <summary>Sets activated by this entity or accessor.</summary>
    public string? ActivatedBy { get; init; }

    /// <summary>Most labels.</summary>
    public const int MaxLabels = 8;

    /// <summary>Most bytes of JSON: all uses read it, and all who declare share the room.</summary>
    public const int MaxBytes = 2 * 1024;

    /// <summary>Whether nothing narrows it down.</summary>
    public bool IsEverything =>
        Identities is null && Owner is null && Labels is null or { Count: 0 } && IssuedSince is null && IssuedBy is null && ActivatedBy is null;

    /// <summary>What the names that it may be about begin with; empty where they may be any. Whoever may lock these down may do what the scope says.</summary>
    public string Prefix => NamePattern.TryParse(Identities)?.Literal ?? "";

    /// <summary>
    /// Whose room in the state a lockdown takes: that of names which begin so, up to their first dot (<c>team-a.</c>); empty where they may be any.
    /// </summary>
    public string Share => Prefix is var prefix && prefix.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? prefix[..(dot + 1)] : prefix;

    /// <summary>Whether it has more than <see cref="MaxBytes"/>.</summary>
    public bool IsTooLarge => DocumentJson.Size(this) > MaxBytes;

    /// <summary>Whether it is the same, condition by condition.</summary>
    public bool IsSame(LockdownScope other) => this with { Labels = null } == other with { Labels = null }
        && (Labels?.Count ?? 0) == (other.Labels?.Count ?? 0)
        && (Labels?.All(l => other.Labels!.TryGetValue(l.Key, out var value) && value == l.Value) ?? true);

    /// <summary>Whether the identity has a set that would fall under it, were it declared now.</summary>
    public bool Hits(IdentityDocument document) => Hits(document, document.Active) || Hits(document, document.Pending?.Set);

    private bool Hits(IdentityDocument document, CodeSet? set) => set is not null && Matches(document, set);

    /// <summary>Whether an identity is meant as it is now. A pattern that cannot be read matches everything: the safe side.</summary>
    public bool MatchesIdentity(IdentityDocument document) => MatchesName(document)
        && (Owner is null || Owner == document.Owner)
        && (Labels?.All(l => IsLabelled(document, l.Key, l.Value)) ?? true);

    /// <summary>Whether a set falls under it: by owner and labels as they were at issue or, unless <paramref name="asIssued"/>, as they are now.</summary>
    public bool Matches(IdentityDocument document, CodeSet set, bool asIssued = false) => MatchesName(document)
        && (Owner is null || Owner == set.Owner.EntityId || !asIssued && Owner == document.Owner)
        && (Labels?.All(l => set.LabelDigests.Contains(LabelDigest.Of(l.Key, l.Value)) || !asIssued && IsLabelled(document, l.Key, l.Value)) ?? true)
        && (IssuedSince is null || set.IssuedAt >= IssuedSince)
        && (IssuedBy is null || Is(set.IssuedBy, IssuedBy))
        && (ActivatedBy is null || set.ActivatedBy is { } by && Is(by, ActivatedBy));

    private bool MatchesName(IdentityDocument document) => Identities is null || (NamePattern.TryParse(Identities)?.Matches(document.Identity) ?? true);

    private static bool IsLabelled(IdentityDocument document, string name, string value) => document.Labels.TryGetValue(name, out var now) && now == value;

    private static bool Is(Actor actor, string who) => actor.EntityId == who || actor.Accessor == who;
}
