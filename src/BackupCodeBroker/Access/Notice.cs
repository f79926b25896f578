using BackupCodeBroker.Core.Documents;

namespace BackupCodeBroker.Access;

/// <summary>A notice on its way: what its outbox keeps, and whom it is about.</summary>
/// <param name="Subject">What it is about: an identity's name, or <c>lockdowns/</c> and a lockdown's id.</param>
/// <param name="Identity">The identity; null where it is about a lockdown.</param>
/// <param name="ExternalId">What the identity is called elsewhere.</param>
/// <param name="Owner">Entity or group that was responsible for it when it happened.</param>
/// <param name="Entry">What its outbox keeps.</param>
internal sealed record Notice(string Subject, string? Identity, string? ExternalId, string? Owner, OutboxEntry Entry)
{
    /// <summary>A notice about an identity.</summary>
    public static Notice Of(IdentityDocument document, OutboxEntry entry) => new(document.Identity, document.Identity, document.ExternalId, entry.Owner ?? document.Owner, entry);

    /// <summary>A notice about a lockdown, which its story keeps.</summary>
    public static Notice OfLockdown(string lockdown, OutboxEntry entry) => new("lockdowns/" + lockdown, null, null, null, entry);
}

/// <summary>What became of a notice in this replica's hands.</summary>
internal enum NoticeEnd
{
    /// <summary>Every sink has taken it.</summary>
    Delivered,

    /// <summary>It is left in its document for a later sweep.</summary>
    LeftToSweep,

    /// <summary>It has been tried for as long as configuration says.</summary>
    GivenUp,
}

/// <summary>What sinks say to a notice that was offered to each of them once.</summary>
internal enum NoticeOffered
{
    /// <summary>Every sink has taken it.</summary>
    Taken,

    /// <summary>A sink does not take this very one, and every other sink has: the next may do better.</summary>
    Minded,

    /// <summary>A sink takes nothing at present.</summary>
    Failed,
}

/// <summary>The way to the sinks for notices that are kept elsewhere than in an identity's document.</summary>
internal interface INoticeOffer
{
    /// <summary>Offers a notice to every sink once. What is not taken is offered again, under the same id.</summary>
    Task<NoticeOffered> OfferAsync(Notice notice, CancellationToken cancellation);
}
