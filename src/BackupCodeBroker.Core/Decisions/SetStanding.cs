using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>What an operation saw beside the identity's document, at one moment.</summary>
/// <param name="State">The broker's state: lockdowns and epoch floor.</param>
/// <param name="StateVersion">Its KV version.</param>
/// <param name="Epoch">Epoch in the broker's configuration.</param>
/// <param name="Owner">The owner's entity; null where Vault has none of that id (deleted and merged entities read alike).</param>
/// <param name="Entity">The identity's entity, the alias's where it has none of its own; null as above.</param>
/// <param name="Now">The time, UTC.</param>
/// <param name="Environment">The broker's environment as configured; null where it has no name.</param>
public sealed record Surroundings(
    BrokerState State, long StateVersion, int Epoch, EntitySnapshot? Owner, EntitySnapshot? Entity, DateTimeOffset Now, string? Environment = null)
{
    /// <summary>Entities of people who take part in an approval (user, requester, approver) that Vault does not have any more, has merged into another, or has disabled.</summary>
    public IReadOnlyCollection<string> Gone { get; init; } = [];
}

/// <summary>Whether a set could be used now, whatever the code: asked at every consume, so that a late sweep lets nothing stale through.</summary>
public static class SetStanding
{
    /// <summary>How far two replicas' clocks may be apart before time counts as running backwards.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    /// <summary>Why the set cannot be used; null where it can.</summary>
    public static Reason? Refusal(IdentityDocument document, CodeSet set, Surroundings around) =>
        OfSet(document, set, around) ?? OfPeople(document, set, around);

    /// <summary>What is the matter with owner and entity, as they were read; null where nothing is.</summary>
    public static Reason? OfPeople(IdentityDocument document, CodeSet set, Surroundings around) =>
        OfOwner(set.Owner, document.Owner, around.Owner)
        ?? OfEntity(set.Entity, document.Entity ?? document.AliasEntity, around.Entity, isAlias: document.Entity is null);

    /// <summary>Whether the clock stands before the leading worker's last sign of life: what time it is nobody knows then.</summary>
    public static bool ClockIsBehind(Surroundings around) => ClockIsBehind(around.State.Heartbeat, around.Now);

    /// <summary>As above, for whoever beats: with a clock that is behind nobody leads.</summary>
    public static bool ClockIsBehind(Heartbeat last, DateTimeOffset now) => now + ClockTolerance < last.At;

    /// <summary>As <see cref="Refusal"/>, without owner and entity: what can be said without reading them.</summary>
    public static Reason? OfSet(IdentityDocument document, CodeSet set, Surroundings around)
    {
        if (set.DisabledAt is not null)
        {
            return Reason.Disabled;
        }

        if (ClockIsBehind(around) || around.Now + ClockTolerance < (set.ActivatedAt ?? set.IssuedAt))
        {
            return Reason.ClockBackwards;
        }

        if (set.Epoch != around.Epoch || around.Epoch < around.State.EpochFloor)
        {
            return Reason.OtherEpoch;
        }

        if (set.StateVersion > around.StateVersion)
        {
            return Reason.StateSetBack;
        }

        if (set.Environment != around.Environment)
        {
            return Reason.OtherEnvironment;
        }

        if (document.RetiredAt is not null)
        {
            return Reason.Retired;
        }

        return around.State.Over(document, set, around.Now) is { } lockdown ? lockdown.Mode == Lockdown.Freeze ? Reason.Frozen : Reason.LockedDown
            : (document.Suspension ?? set.Suspension) is not null ? Reason.Suspended
            : around.Now >= set.ExpiresAt ? Reason.Expired
            : around.Now >= document.RecertifyBy ? Reason.RecertificationLapsed
            : null;
    }

    private static Reason? OfOwner(BoundEntity bound, string registered, EntitySnapshot? now) =>
        bound.EntityId != registered ? Reason.OwnerChanged
        : now is null || now.Id != bound.EntityId ? Reason.OwnerGone
        : now.Disabled ? Reason.OwnerDisabled
        : bound.Fingerprint.Fits(now) ? null
        : Reason.OwnerChanged;

    private static Reason? OfEntity(BoundEntity bound, string registered, EntitySnapshot? now, bool isAlias) =>
        bound.EntityId != registered ? Reason.EntityChanged
        : now is null || now.Id != bound.EntityId ? Reason.EntityGone
        : now.Disabled ? Reason.EntityDisabled
        : isAlias && now.Policies.Count > 0 ? Reason.Overgranted
        : bound.Fingerprint.Fits(now) ? null
        : Reason.EntityChanged;
}
