using BackupCodeBroker.Core.Hashing;

namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// Whether a document that parses is one that can be worked with: keys, salts and hashes are base64, schemes are known, lists hold no null. Whoever can
/// write to the mount could damage a document; that must end in a refusal, not in a defect.
/// </summary>
internal static class DocumentSoundness
{
    /// <summary>What is wrong, without any content; null where nothing is.</summary>
    public static string? Flaw(IdentityDocument document) =>
        HasNull(document.Events) ? "an event is null"
        : HasNull(document.Approvals) || HasNull(document.Reviews) || HasNull(document.Outbox) || HasNull(document.Lockdowns) || HasNull(document.Recoveries) ? "an entry of a list is null"
        : document.Labels.Values.Any(v => v is null) ? "a label is null"
        : (Flaw(document.Active) ?? Flaw(document.Pending?.Set) ?? Flaw(document.Ended?.Set)) is { } flaw ? flaw
        : document.Ended is { } ended && HasNull(ended.Unspent) ? "a selector is null"
        : null;

    /// <summary>As above, of the state.</summary>
    public static string? Flaw(BrokerState state) =>
        HasNull(state.Lockdowns) || HasNull(state.Lifted) ? "a lockdown is null"
        : state.Lockdowns.Concat(state.Lifted.Select(l => l.Lockdown)).Any(HasNullLabel) ? "a label is null"
        : null;

    /// <summary>As above, of a lockdown's story.</summary>
    public static string? Flaw(LockdownStory story) =>
        HasNull(story.Outbox) ? "a notice is null"
        : HasNullLabel(story.Lockdown) ? "a label is null"
        : story.Progress is { } progress && (HasNull(progress.Names) || HasNull(progress.Waiting)) ? "a name is null"
        : null;

    private static bool HasNullLabel(Lockdown lockdown) => lockdown.Scope.Labels?.Values.Any(v => v is null) ?? false;

    private static string? Flaw(CodeSet? set) =>
        set is null ? null
        : !IsBase64(set.SetKey) ? "a set's key is no base64"
        : HasNull(set.Owner.Fingerprint.Facets) || HasNull(set.Entity.Fingerprint.Facets) ? "a facet is null"
        : HasNull(set.LabelDigests) ? "a label is null"
        : HasNull(set.Approvals) ? "an operation is null"
        : HasNull(set.Asked) ? "a notice is null"
        : HasNull(set.Codes) ? "a code is null"
        : set.Codes.Select(Flaw).FirstOrDefault(f => f is not null);

    private static string? Flaw(StoredCode code) =>
        !HashScheme.IsKnown(code.Scheme) ? "a hash scheme is unknown to this version"
        : code.Scheme == HashScheme.Pbkdf2Sha256 && code.Cost is < 1 or > HashScheme.MaxIterations ? "a hash costs more than is allowed, or nothing"
        : code.Pepper is < 1 ? "a pepper has no such version"
        : !IsBase64(code.Salt) || !IsBase64(code.Hash) ? "a salt or hash is no base64"
        : null;

    private static bool HasNull<T>(IReadOnlyList<T> list)
        where T : class => list.Any(item => item is null);

    private static bool IsBase64(string text)
    {
        Span<byte> bytes = stackalloc byte[96];
        return text.Length is > 0 and <= 128 && Convert.TryFromBase64String(text, bytes, out _);
    }
}
