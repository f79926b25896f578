namespace BackupCodeBroker.Core.Documents;

/// <summary>Codes that were issued together.</summary>
public sealed record CodeSet
{
    /// <summary>Most codes of a set: with more the worst case of a document would not fit.</summary>
    public const int MaxCodes = 64;

    /// <summary>Which issue of the identity it is, from 1.</summary>
    public required int Generation { get; init; }

    /// <summary>The deployment's epoch at issue; in another epoch the set is void.</summary>
    public required int Epoch { get; init; }

    /// <summary>The environment that it was issued in, as configuration calls it (<c>production</c>); null where it has no name. In another one the set is void.</summary>
    public string? Environment { get; init; }

    /// <summary>KV version of <c>broker/state</c> at issue: a lockdown of a later version matches, one of an earlier version does not.</summary>
    public required long StateVersion { get; init; }

    /// <summary>Form of its codes: <c>machine</c> or <c>printable</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What consuming one of its codes is worth, as the profile said at issue.</summary>
    public required string Assurance { get; init; }

    /// <summary>When it was issued.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>By whom.</summary>
    public required Actor IssuedBy { get; init; }

    /// <summary>From when on its codes are refused.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When receipt was proven; null while it is pending.</summary>
    public DateTimeOffset? ActivatedAt { get; init; }

    /// <summary>By whom.</summary>
    public Actor? ActivatedBy { get; init; }

    /// <summary>Keyed hash of the activation secret, base64: a repeated activation is recognised by it.</summary>
    public required string ActivationHash { get; init; }

    /// <summary>Owner at issue, with fingerprint.</summary>
    public required BoundEntity Owner { get; init; }

    /// <summary>The identity's own entity at issue, with fingerprint; the alias's entity where it has none.</summary>
    public required BoundEntity Entity { get; init; }

    /// <summary>Digests of the identity's labels at issue (<see cref="LabelDigest"/>): taking a label off does not take a set out of a lockdown.</summary>
    public IReadOnlyList<string> LabelDigests { get; init => field = value ?? []; } = [];

    /// <summary>Uses that need a second person's consent, as the profile said at issue: taking the rule out of the profile does not free codes that are out.</summary>
    public IReadOnlyList<string> Approvals { get; init => field = value ?? []; } = [];

    /// <summary>Whether every use has to be looked at, as the profile said at issue.</summary>
    public bool BreakGlass { get; init; }

    /// <summary>256 random bits, base64: key of the set's own HMACs (idempotency keys, activation).</summary>
    public required string SetKey { get; init; }

    /// <summary>The codes.</summary>
    public required IReadOnlyList<StoredCode> Codes { get; init; }

    /// <summary>Wrong secrets since the last consumption.</summary>
    public int Failures { get; init; }

    /// <summary>When failures disabled the set for good; null otherwise.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Why and since when its codes cannot be used until somebody confirms the identity or has new ones issued; null where they can.</summary>
    public Suspension? Suspension { get; init; }

    /// <summary>What the owner was asked to claim new codes for, each once: <c>expiry</c>, <c>few-left</c>.</summary>
    public IReadOnlyList<string> Asked { get; init => field = value ?? []; } = [];

    /// <summary>Codes that could still be consumed, were the set usable.</summary>
    public int Remaining => Codes.Count(c => c.IsLive);

    /// <summary>The set without what its codes were consumed for, as it is kept once it has ended.</summary>
    internal CodeSet WithoutPurposes() =>
        this with { Codes = [.. Codes.Select(c => c.Consumption is { } spent ? c with { Consumption = spent with { Purpose = "" } } : c)] };
}

/// <summary>An entity as it was at issue.</summary>
/// <param name="EntityId">Its id in Vault.</param>
/// <param name="Fingerprint">Its <see cref="EntityFingerprint"/>.</param>
public sealed record BoundEntity(string EntityId, EntityFingerprint Fingerprint);

/// <summary>One code, as it is stored: salted hash and what happened to it.</summary>
public sealed record StoredCode
{
    /// <summary>Public part of the code.</summary>
    public required string Selector { get; init; }

    /// <summary>128-bit salt, base64.</summary>
    public required string Salt { get; init; }

    /// <summary>Name of the hash scheme.</summary>
    public required string Scheme { get; init; }

    /// <summary>Iterations of a stretching scheme; 0 for others.</summary>
    public int Cost { get; init; }

    /// <summary>Version of the Transit key that keyed the digest; null without pepper.</summary>
    public int? Pepper { get; init; }

    /// <summary>The digest, base64.</summary>
    public required string Hash { get; init; }

    /// <summary>Wrong secrets for this selector since the last consumption of the set.</summary>
    public int Failures { get; init; }

    /// <summary>When failures voided it; null otherwise.</summary>
    public DateTimeOffset? VoidedAt { get; init; }

    /// <summary>Its consumption; null while it is unspent.</summary>
    public Consumption? Consumption { get; init; }

    /// <summary>Neither spent nor voided.</summary>
    public bool IsLive => Consumption is null && VoidedAt is null;
}

/// <summary>The one consumption of a code, with the figures of its answer.</summary>
public sealed record Consumption
{
    /// <summary>Operation that did it.</summary>
    public required string OperationId { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who.</summary>
    public required Actor By { get; init; }

    /// <summary>For what, in the consumer's words; empty once the set has ended.</summary>
    public required string Purpose { get; init; }

    /// <summary>HMAC under the set's key over the idempotency key, base64.</summary>
    public required string KeyHash { get; init; }

    /// <summary>HMAC under the set's key over key, caller, selector and purpose, base64.</summary>
    public required string RequestHash { get; init; }

    /// <summary>Codes that were left.</summary>
    public required int Remaining { get; init; }

    /// <summary>Warnings that were given.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>A set that waits for proof of receipt.</summary>
/// <param name="Set">The codes.</param>
/// <param name="Delivery">How they left.</param>
/// <param name="ActivationFailures">Wrong activation secrets so far.</param>
public sealed record PendingSet(CodeSet Set, Delivery Delivery, int ActivationFailures = 0);

/// <summary>The wrap that carries a pending set's plaintext, recorded before its token is handed out.</summary>
/// <param name="Accessor">Accessor of the wrapping token.</param>
/// <param name="CreationTime">Vault's own text, nine decimals: compared as text, never parsed and printed again.</param>
/// <param name="Deadline">Until when the set can be activated: the wrap's life and a minute.</param>
/// <param name="TakenAt">When the worker first saw that the wrap was opened before its time was over; null while it is closed, or where nobody looked.</param>
public sealed record Delivery(string Accessor, string CreationTime, DateTimeOffset Deadline, DateTimeOffset? TakenAt = null);

/// <summary>Codes that are set aside: nothing is lost, and nothing works.</summary>
/// <param name="At">Since when.</param>
/// <param name="Cause">Why: the name of a reason (<c>owner-changed</c>, <c>owner-gone</c> …), <see cref="Offboarded"/> or <see cref="Ordered"/>.</param>
/// <param name="OperationId">Operation that did it.</param>
/// <param name="By">Who: a person, or the worker.</param>
public sealed record Suspension(DateTimeOffset At, string Cause, string OperationId, Actor By)
{
    /// <summary>Cause: whoever owned the identity, or was it, has left.</summary>
    public const string Offboarded = "offboarded";

    /// <summary>Cause: somebody who may revoke said so.</summary>
    public const string Ordered = "suspended";
}

/// <summary>The last set that ended: its consumptions, for repeats of their requests.</summary>
public sealed record EndedSet
{
    /// <summary>How long repeats are answered.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>Generation of the set.</summary>
    public required int Generation { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Why: <c>replaced</c>, <c>revoked</c>, <c>intercepted</c>, <c>expired</c>, <c>transferred</c>, <c>retired</c>, <c>leaked</c> or <c>locked-down</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The set, with its consumed codes only.</summary>
    public required CodeSet Set { get; init; }

    /// <summary>Selectors of the codes that were never consumed: their hashes are gone, and whoever holds one is told that the set ended.</summary>
    public required IReadOnlyList<string> Unspent { get; init; }
}
