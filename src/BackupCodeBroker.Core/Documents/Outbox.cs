using System.Security.Cryptography;
using System.Text;

namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// The notices that an identity still has to give. One is put in with the change that it tells of, in the same check-and-set, and stays until it is delivered or
/// given up. The box is bounded, and nothing that ends codes may wait for room in it: at the limit the oldest notice of failed attempts gives way, or where
/// there is none the oldest of all, and is counted. Whoever guesses at codes cannot crowd out what tells of an ending.
/// </summary>
public static class Outbox
{
    /// <summary>Id of a notice: the same for the same kind, operation and identity, whoever delivers it and however often.</summary>
    public static string IdOf(string identity, string operationId, string kind) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{operationId}\n{identity}")).AsSpan(0, 16));

    /// <summary>The document with a notice about what an event tells.</summary>
    /// <param name="document">The identity after the change.</param>
    /// <param name="kind">What is told.</param>
    /// <param name="told">The event.</param>
    /// <param name="cause">Why, a word of the broker's own.</param>
    /// <param name="failures">How many wrong secrets, where it tells of those.</param>
    /// <param name="previousOwner">Whose the identity was before, where it tells of that.</param>
    public static IdentityDocument Telling(
        this IdentityDocument document, string kind, DocumentEvent told, string? cause = null, int? failures = null, string? previousOwner = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(told);
        return Put(document, new OutboxEntry
        {
            Id = IdOf(document.Identity, told.OperationId, kind),
            Notice = kind,
            At = told.At,
            OperationId = told.OperationId,
            // The accessor tells a receiver nothing, and 32 of them would take their room from codes.
            By = told.By with { Accessor = "" },
            Owner = document.Owner,
            PreviousOwner = previousOwner,
            Generation = told.Generation,
            Remaining = RemainingOf(document, told.Generation),
            Cause = cause,
            Failures = failures,
        });
    }

    /// <summary>The document without notices that were delivered, and without those that are given up, which are counted; the same one where it has none of them.</summary>
    public static IdentityDocument Without(this IdentityDocument document, Func<OutboxEntry, bool> delivered, Func<OutboxEntry, bool> givenUp)
    {
        ArgumentNullException.ThrowIfNull(document);
        List<OutboxEntry> kept = [.. document.Outbox.Where(e => !delivered(e))];
        var dead = kept.RemoveAll(e => givenUp(e));
        return kept.Count == document.Outbox.Count
            ? document
            : document with
            {
                Outbox = kept,
                DeadLetters = document.DeadLetters + dead,
                News = document.News with
                {
                    Removed = [.. document.News.Removed, .. document.Outbox.Except(kept).Select(e => e.Id)],
                    GivenUp = document.News.GivenUp + dead,
                },
            };
    }

    // A batch of failures that is counted again, after a write whose outcome is not known, tells the same: it is in once.
    private static IdentityDocument Put(IdentityDocument document, OutboxEntry entry)
    {
        List<OutboxEntry> box = [.. document.Outbox.Where(e => e.Id != entry.Id)];
        var givenUp = 0;
        for (; box.Count >= OutboxEntry.Max; givenUp++)
        {
            box.RemoveAt(Math.Max(0, box.FindIndex(e => e.Notice == NoticeKinds.FailedAttempts)));
        }

        return document with
        {
            Outbox = [.. box, entry],
            DeadLetters = document.DeadLetters + givenUp,
            News = document.News with { Added = [.. document.News.Added, entry], GivenUp = document.News.GivenUp + givenUp },
        };
    }

    private static int? RemainingOf(IdentityDocument document, int? generation) =>
        generation is null ? null
        : document.Active is { } active && active.Generation == generation ? active.Remaining
        : document.Pending is { Set: var pending } && pending.Generation == generation ? pending.Remaining
        : null;
}

/// <summary>What was done to an outbox since the document was read: what whoever writes it has to deliver, what it takes out, and how many notices are given up.</summary>
/// <param name="Added">Notices that were put in.</param>
/// <param name="Removed">Ids of notices that were taken out, as delivered or as given up; not of those that gave way for want of room.</param>
/// <param name="GivenUp">How many were given up, whatever for.</param>
public sealed record OutboxNews(IReadOnlyList<OutboxEntry> Added, IReadOnlyCollection<string> Removed, int GivenUp)
{
    /// <summary>Nothing.</summary>
    public static OutboxNews None { get; } = new([], [], 0);
}
