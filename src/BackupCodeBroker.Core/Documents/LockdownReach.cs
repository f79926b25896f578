namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// Which sets a lockdown is over. One that was lifted is over what it was over then: whoever labels an identity, or gives it away, afterwards puts no set
/// under it. A set of a later state than there is was issued before the state document was set back: versions say nothing about it, and time decides.
/// </summary>
/// <param name="Lockdown">The lockdown.</param>
/// <param name="IsLifted">Whether it was lifted: only what a set was at issue counts then.</param>
/// <param name="StateVersion">KV version of the state as it was read.</param>
public sealed record LockdownReach(Lockdown Lockdown, bool IsLifted = false, long StateVersion = long.MaxValue)
{
    /// <summary>Whether the set falls under it. A mode that this version does not know locks down as well: the safe side.</summary>
    public bool Matches(IdentityDocument document, CodeSet set) => IsOfBefore(set) && Lockdown.Scope.Matches(document, set, asIssued: IsLifted);

    /// <summary>Whether a set of the identity is under it.</summary>
    public bool IsOver(IdentityDocument document) =>
        document.Active is { } active && Matches(document, active) || document.Pending is { } pending && Matches(document, pending.Set);

    /// <summary>Whether the set that ended last was under it, and ended since.</summary>
    public bool SawEnd(IdentityDocument document) =>
        document.Ended is { } ended && ended.EndedAt >= Lockdown.DeclaredAt && Matches(document, ended.Set);

    /// <summary>
    /// Whether it hit the identity: a set is under it, or a set that was under it has ended since, by the lockdown (which left a stamp) or by whoever
    /// revoked or replaced it first.
    /// </summary>
    public bool Hit(IdentityDocument document) => document.Lockdowns.Any(s => s.Lockdown == Lockdown.Id) || IsOver(document) || SawEnd(document);

    /// <summary>
    /// Whether something is left to do about the identity before a <c>void</c> lockdown can be lifted: a set is under it, or what somebody else ended
    /// meanwhile has no stamp. One that is older than all of as many stamps as are kept had its own, and lost it to them.
    /// </summary>
    public bool IsLeft(IdentityDocument document) => IsOver(document)
        || SawEnd(document) && !document.Lockdowns.Any(s => s.Lockdown == Lockdown.Id)
        && (document.Lockdowns.Count < LockdownStamp.Max || Lockdown.Version > document.Lockdowns.Min(s => s.Version));

    /// <summary>Whether the identity has received codes that are not under it.</summary>
    public bool HasNewCodes(IdentityDocument document) => document.Active is { } active && active.StateVersion >= Lockdown.Version && !Matches(document, active);

    // One that was issued since, under a version that this look at the state was too early for, is not meant.
    private bool IsOfBefore(CodeSet set) => set.StateVersion < Lockdown.Version || set.StateVersion > StateVersion && set.IssuedAt <= Lockdown.DeclaredAt;
}
