using System.Text.Json.Serialization;

namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// Everything that is kept of one identity, in one KV document, so that each change is one check-and-set and activate, consume and revoke
/// are linearizable against each other without a lock. It holds hashes and no plaintext. A document is immutable: a decision
/// makes the next one from it.
/// </summary>
public sealed record IdentityDocument
{
    /// <summary>Kind of an owner that is a Vault group.</summary>
    public const string GroupOwner = "group";

    /// <summary>Schema that this version reads and writes; any other is refused.</summary>
    public const int CurrentSchema = 1;

    /// <summary>Largest document, in bytes of JSON.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>Most events kept; the whole history stands in the audit log.</summary>
    public const int MaxEvents = 20;

    /// <summary>Schema number.</summary>
    public required int Schema { get; init; }

    /// <summary>The identity's name, which must be the one asked for.</summary>
    public required string Identity { get; init; }

    /// <summary>What the identity is called elsewhere (e-mail, SPIFFE id, service account), or null.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Id of the Vault entity, or of the Vault group, that is responsible for the identity.</summary>
    public required string Owner { get; init; }

    /// <summary><see cref="GroupOwner"/> where <see cref="Owner"/> is a group; null where it is an entity.</summary>
    public string? OwnerKind { get; init; }

    /// <summary>Whether a group is responsible: whoever is in it, directly or through other groups, owns the identity.</summary>
    public bool OwnerIsGroup => OwnerKind == GroupOwner;

    /// <summary>Id of the identity's own Vault entity, where it has one.</summary>
    public string? Entity { get; init; }

    /// <summary>Id of the entity that carries the alias <c>bcb.&lt;identity&gt;</c>, as Vault said when it was registered.</summary>
    public required string AliasEntity { get; init; }

    /// <summary>Name of the profile in configuration.</summary>
    public required string Profile { get; init; }

    /// <summary>Labels, for selection.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Until when somebody must confirm that the identity still needs codes; null where nobody must.</summary>
    public DateTimeOffset? RecertifyBy { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>By whom.</summary>
    public required Actor RegisteredBy { get; init; }

    /// <summary>Highest generation ever given; the next set gets the next.</summary>
    public required int LastGeneration { get; init; }

    /// <summary>The set whose codes can be consumed, or null.</summary>
    public CodeSet? Active { get; init; }

    /// <summary>The set that waits for proof of receipt, or null.</summary>
    public PendingSet? Pending { get; init; }

    /// <summary>What is kept for a day of the set that ended last, so that a repeated request still gets its first answer.</summary>
    public EndedSet? Ended { get; init; }

    /// <summary>When it was retired: it gets no codes any more, and cannot be registered again. Null while it is in use.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>Why and since when nobody gets or uses codes of the identity, by somebody's order; null where they can. Only who may transfer it lifts it.</summary>
    public Suspension? Suspension { get; init; }

    /// <summary>What keeps the identity's codes from being used: the order over the identity, else what befell its active set; null where nothing does.</summary>
    public Suspension? SuspendedBy => Suspension ?? Active?.Suspension;

    /// <summary>Requests for a second person's consent, open and decided; those that expired are dropped at the next change.</summary>
    public IReadOnlyList<Approval> Approvals { get; init => field = value ?? []; } = [];

    /// <summary>Uses that somebody still has to look at: after an approval, or at break-glass.</summary>
    public IReadOnlyList<OpenReview> Reviews { get; init => field = value ?? []; } = [];

    /// <summary>Notices that were not delivered yet, oldest first.</summary>
    public IReadOnlyList<OutboxEntry> Outbox { get; init => field = value ?? []; } = [];

    /// <summary>Notices that were given up: too old, or more than the outbox holds.</summary>
    public int DeadLetters { get; init; }

    /// <summary>What was done to the outbox since the document was read; it is not kept.</summary>
    [JsonIgnore]
    public OutboxNews News { get; init; } = OutboxNews.None;

    /// <summary>The lockdowns that ended a set of the identity for good, newest last: who has codes again is told from them.</summary>
    public IReadOnlyList<LockdownStamp> Lockdowns { get; init => field = value ?? []; } = [];

    /// <summary>When and how a code was last found to work; null where none ever was.</summary>
    public Proof? Proof { get; init; }

    /// <summary>What recoveries handed out and Vault may still take, oldest first.</summary>
    public IReadOnlyList<Recovery> Recoveries { get; init => field = value ?? []; } = [];

    /// <summary>The last events, oldest first.</summary>
    public required IReadOnlyList<DocumentEvent> Events { get; init; }

    /// <summary>The document with one more event, and with the notice that the event's operation raises; the oldest event is dropped.</summary>
    /// <param name="added">The event.</param>
    /// <param name="previousOwner">Whose the identity was before, where the event tells of that.</param>
    public IdentityDocument With(DocumentEvent added, string? previousOwner = null)
    {
        var next = this with { Events = [.. Events.Skip(Math.Max(0, Events.Count - MaxEvents + 1)), added] };
        return NoticeKinds.Of(added.Operation) is { } kind ? next.Telling(kind, added, NoticeKinds.CauseOf(next, added), previousOwner: previousOwner) : next;
    }

    /// <summary>Whether it says the same as another one, notices apart: those come and go without anything else having happened.</summary>
    public bool IsButForNotices(IdentityDocument other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return DocumentJson.Write(this with { Outbox = [], DeadLetters = 0 }).AsSpan().SequenceEqual(DocumentJson.Write(other with { Outbox = [], DeadLetters = 0 }));
    }

    /// <summary>The approval that an operation ran under, as long as something here tells of it; null where nothing does.</summary>
    public string? ApprovalOf(string operationId) => Approvals.FirstOrDefault(a => a.Use?.OperationId == operationId)?.Id
        ?? Reviews.FirstOrDefault(r => r.OperationId == operationId)?.Approval?.Id;

    /// <summary>Whether an operation has left its mark here: how an unknown outcome of a write is told.</summary>
    public bool Bears(string operationId) => Proof?.OperationId == operationId || Events.Any(e => e.OperationId == operationId);
}

/// <summary>One thing that happened to an identity.</summary>
/// <param name="At">When, in UTC.</param>
/// <param name="Operation">Which operation.</param>
/// <param name="OperationId">Its id, as in the access record.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Generation">The code set concerned, or null.</param>
/// <param name="Reason">The reason that was given, or null.</param>
public sealed record DocumentEvent(
    DateTimeOffset At, string Operation, string OperationId, Actor By, int? Generation = null, string? Reason = null);
