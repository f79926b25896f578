using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Core.Decisions;

/// <summary>
/// Asks the owner to claim new codes while some are left, once a set, and tells when none is: the last code never leaves an identity silently without any.
/// Nothing is made: plaintext is for a recipient who asked.
/// </summary>
public static class ClaimNotices
{
    /// <summary>The document after a recovery: whoever had to use a code needs new ones, however many are left, unless some are on their way.</summary>
    internal static IdentityDocument AfterRecovery(IdentityDocument document, DocumentEvent told) =>
        document.Active is { Remaining: > 0 }
            ? document.Pending is null ? document.Telling(NoticeKinds.ClaimRequested, told, "recovered") : document
            : After(document, told, askBelow: 0);

    /// <summary>The document after codes became fewer. Who waits for the receipt of new ones has asked for them, and is not asked.</summary>
    /// <param name="document">The identity, with the change.</param>
    /// <param name="told">The change's event.</param>
    /// <param name="askBelow">With fewer codes than this the owner is asked.</param>
    public static IdentityDocument After(IdentityDocument document, DocumentEvent told, int askBelow)
    {
        ArgumentNullException.ThrowIfNull(document);
        var set = document.Active;
        if (set is null || set.Remaining > 0 && (set.Remaining >= askBelow || set.Asked.Contains(SweepDecision.AskedForFewLeft) || document.Pending is not null))
        {
            return document;
        }

        var asked = document with { Active = set with { Asked = [.. set.Asked.Where(a => a != SweepDecision.AskedForFewLeft), SweepDecision.AskedForFewLeft] } };
        return asked.Telling(set.Remaining == 0 ? NoticeKinds.Exhausted : NoticeKinds.ClaimRequested, told, SweepDecision.AskedForFewLeft);
    }
}
