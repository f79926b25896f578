namespace BackupCodeBroker.Core.Audit;

/// <summary>What <c>bcb audit</c> found out: the join of Vault's audit log with the broker's access records over a period.</summary>
public sealed record AuditReport
{
    /// <summary>The period asked for; null where open.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>End of the period asked for, exclusive; null where open.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What was read, in the order given.</summary>
    public required IReadOnlyList<AuditSource> Sources { get; init; }

    /// <summary>Counts over the period.</summary>
    public required AuditTotals Totals { get; init; }

    /// <summary>What nothing explains, oldest first. Any of it makes the audit fail.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Findings beyond those that <see cref="Findings"/> holds.</summary>
    public int FindingsNotListed { get; init; }

    /// <summary>What an auditor should know and that is not unexplained.</summary>
    public required IReadOnlyList<Notice> Notices { get; init; }

    /// <summary>The life of each code set that something happened to, by identity and generation.</summary>
    public required IReadOnlyList<SetLife> Sets { get; init; }

    /// <summary>How often each identity's codes were rotated, by identity.</summary>
    public required IReadOnlyList<Rotation> Rotations { get; init; }

    /// <summary>Changes that end codes (of owner, of an owner's or identity's entity), and how long that took, oldest first.</summary>
    public required IReadOnlyList<ChangeEnding> Changes { get; init; }

    /// <summary>Lines that could not be read, in the order met; bounded.</summary>
    public required IReadOnlyList<UnreadableLine> Unreadable { get; init; }

    /// <summary>Whether every access is explained.</summary>
    public bool Explained => Findings.Count == 0 && FindingsNotListed == 0;
}

/// <summary>One file or standard input.</summary>
/// <param name="Name">Its name as given; <c>-</c> is standard input.</param>
/// <param name="Kind"><c>vault-audit</c>, <c>access-records</c>, <c>otlp</c> or <c>unknown</c>.</param>
/// <param name="Lines">Lines read.</param>
/// <param name="Unreadable">Lines that could not be read.</param>
/// <param name="First">Time of its first entry.</param>
/// <param name="Last">Time of its last entry.</param>
public sealed record AuditSource(string Name, string Kind, long Lines, long Unreadable, DateTimeOffset? First, DateTimeOffset? Last);

/// <summary>Counts over the period.</summary>
public sealed record AuditTotals
{
    /// <summary>Requests in Vault's audit log, the broker's and everybody's.</summary>
    public long Requests { get; init; }

    /// <summary>Requests that concern the broker: its paths, its tokens, the callers it asked for.</summary>
    public long BrokerRequests { get; init; }

    /// <summary>Of those, the ones that an operation explains.</summary>
    public long Explained { get; init; }

    /// <summary>Of the others, changes of what protects codes that are no finding: others' policies, entities or groups, and what Vault refused.</summary>
    public long ToKnow { get; init; }

    /// <summary>Operations, from access records.</summary>
    public long Operations { get; init; }

    /// <summary>Operations all of whose calls were found.</summary>
    public long OperationsFound { get; init; }

    /// <summary>Operations that the log does not cover: they lie before its first or after its last entry.</summary>
    public long OperationsOutside { get; init; }

    /// <summary>Operations by name and outcome, such as <c>consume refused</c>.</summary>
    public IReadOnlyDictionary<string, long> ByOutcome { get; init; } = new Dictionary<string, long>();

    /// <summary>People spent codes of non-human identities that often .</summary>
    public long PersonUsedMachineCode { get; init; }
}

/// <summary>Somebody, as Vault's audit log names them. The HMACs are the log's own.</summary>
public sealed record Party
{
    /// <summary>Vault entity.</summary>
    public string? Entity { get; init; }

    /// <summary>Display name of the token, such as <c>userpass-alice</c>.</summary>
    public string? Name { get; init; }

    /// <summary>HMAC of the token's accessor, as it stands in the log.</summary>
    public string? Accessor { get; init; }

    /// <summary>Policies of the token.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary>Address that the request came from.</summary>
    public string? Address { get; init; }

    /// <summary>Whether it was a root token.</summary>
    public bool Root => Policies.Contains("root");
}

/// <summary>One thing that nothing explains; requests that belong together are one finding.</summary>
public sealed record Finding
{
    /// <summary>Which kind.</summary>
    public required FindingKind Kind { get; init; }

    /// <summary>When, the first of it, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When the last of it, UTC; null where it is the first too.</summary>
    public DateTimeOffset? Last { get; init; }

    /// <summary>What happened and why it is not explained: whole sentences for people, without markup.</summary>
    public required string What { get; init; }

    /// <summary>Identity concerned, where one is.</summary>
    public string? Identity { get; init; }

    /// <summary>Generation of the code set concerned, where one is.</summary>
    public int? Generation { get; init; }

    /// <summary>Who did it, where the log says.</summary>
    public Party? Who { get; init; }

    /// <summary>How many requests it stands for; 0 where it is about requests that are missing.</summary>
    public int Requests { get; init; }

    /// <summary>The first of these requests' verbs and paths, each once, such as <c>read backup-codes/data/identities/bcb.team-a.deploy</c>.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>The first of Vault's request ids.</summary>
    public IReadOnlyList<string> RequestIds { get; init; } = [];

    /// <summary>Operation concerned, where one is.</summary>
    public string? OperationId { get; init; }

    /// <summary>Trace concerned, where it is one and the same for all of it.</summary>
    public string? TraceId { get; init; }

    /// <summary>Where the first of it stands: file and line, such as <c>audit.log:1204</c>.</summary>
    public string? Place { get; init; }
}

/// <summary>Kinds of findings; names in JSON are in kebab case.</summary>
public enum FindingKind
{
    /// <summary>Code data was touched by a token that is not the broker's, whatever trace it claims.</summary>
    ForeignAccess,

    /// <summary>A child of the broker's, or its own token, touched code data and no operation is on record.</summary>
    AccessWithoutRecord,

    /// <summary>More was done in the name of an operation than it did, or something that this operation does not do.</summary>
    AccessBeyondOperation,

    /// <summary>An operation is on record and calls that Vault answered are not in its log.</summary>
    OperationWithoutEntries,

    /// <summary>A caller's permission was asked and no operation is on record.</summary>
    AskWithoutRecord,

    /// <summary>Entries of Vault's log could not be read, so nothing explains what stands in them.</summary>
    UnreadableEntries,

    /// <summary>A wrap was opened by somebody other than its recipient, or by nobody who can be named.</summary>
    UnwrappedByAnother,

    /// <summary>A wrap that was open was tried again.</summary>
    SecondUnwrap,

    /// <summary>What a wrap held was wrapped again.</summary>
    WrappedAgain,

    /// <summary>Codes were taken and never activated.</summary>
    TakenNotActivated,

    /// <summary>A policy of the broker, or of callers of the broker, was changed.</summary>
    PolicyChange,

    /// <summary>A mount of the broker was changed.</summary>
    MountChange,

    /// <summary>An audit device or what it shows was changed.</summary>
    AuditChange,

    /// <summary>A role or credential of the broker was changed.</summary>
    RoleChange,

    /// <summary>An entity or alias of an identity was changed.</summary>
    EntityChange,

    /// <summary>The pepper's key was changed or exported.</summary>
    KeyChange,

    /// <summary>Vault's storage was read, written or restored past its interfaces (raw, snapshot).</summary>
    StorageAccess,

    /// <summary>A root token was made.</summary>
    RootToken,

    /// <summary>A token with the broker's powers was made by hand.</summary>
    BrokerTokenMade,

    /// <summary>The audit device logs values in clear: the log itself holds secrets.</summary>
    RawAuditDevice,
}

/// <summary>Something to know.</summary>
/// <param name="At">When, where it is about a time.</param>
/// <param name="What">What, in whole sentences.</param>
/// <param name="Identity">Identity concerned, where one is.</param>
/// <param name="Place">Where it stands in the files, where it does.</param>
public sealed record Notice(DateTimeOffset? At, string What, string? Identity = null, string? Place = null);

/// <summary>The life of one code set.</summary>
/// <param name="Identity">Its identity.</param>
/// <param name="Generation">Its generation.</param>
/// <param name="Events">What happened, oldest first; bounded.</param>
/// <param name="EventsNotListed">Events beyond those.</param>
public sealed record SetLife(string Identity, int Generation, IReadOnlyList<LifeEvent> Events, int EventsNotListed = 0);

/// <summary>One step of a set's life.</summary>
public sealed record LifeEvent
{
    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Which step.</summary>
    public required LifeStep Step { get; init; }

    /// <summary>By whom.</summary>
    public Party? By { get; init; }

    /// <summary>More about it, such as a reason.</summary>
    public string? Detail { get; init; }

    /// <summary>The operation that did it; null for what was done at Vault (unwrap).</summary>
    public string? OperationId { get; init; }

    /// <summary>Its trace.</summary>
    public string? TraceId { get; init; }

    /// <summary>Vault's id of the request, for what was done at Vault.</summary>
    public string? RequestId { get; init; }
}

/// <summary>Steps of a code set's life; names in JSON are in kebab case.</summary>
public enum LifeStep
{
    /// <summary>Made and wrapped.</summary>
    Issued,

    /// <summary>The wrap was opened.</summary>
    Unwrapped,

    /// <summary>Opening the wrap failed.</summary>
    UnwrapFailed,

    /// <summary>Receipt was proven.</summary>
    Activated,

    /// <summary>Proving receipt was refused.</summary>
    ActivationRefused,

    /// <summary>One code was spent.</summary>
    Consumed,

    /// <summary>Spending a code was refused.</summary>
    ConsumeRefused,

    /// <summary>A next set took its place.</summary>
    Replaced,

    /// <summary>Ended by somebody.</summary>
    Revoked,

    /// <summary>Its recipient reported that somebody else had it.</summary>
    Intercepted,
}

/// <summary>How often an identity's codes were rotated in the period.</summary>
/// <param name="Identity">The identity.</param>
/// <param name="Issues">Times codes were issued.</param>
/// <param name="Activations">Times a new set became active.</param>
/// <param name="Consumptions">Codes spent.</param>
/// <param name="LastActivated">When a set last became active.</param>
/// <param name="LongestGap">Longest time between two activations; null with fewer than two.</param>
public sealed record Rotation(string Identity, int Issues, int Activations, int Consumptions, DateTimeOffset? LastActivated, TimeSpan? LongestGap);

/// <summary>A change that has to end codes, and when it did.</summary>
/// <param name="Identity">The identity.</param>
/// <param name="Change">What changed, such as <c>owner's entity changed</c>.</param>
/// <param name="ChangedAt">When.</param>
/// <param name="By">Who changed it.</param>
/// <param name="EndedAt">When codes of it were first refused, suspended, revoked or replaced afterwards; null where that has not been seen.</param>
public sealed record ChangeEnding(string Identity, string Change, DateTimeOffset ChangedAt, Party? By, DateTimeOffset? EndedAt);

/// <summary>A line that could not be read.</summary>
/// <param name="Source">File, as given.</param>
/// <param name="Line">Number of the line, from 1.</param>
/// <param name="Offset">Where it begins, in bytes of the (unpacked) file.</param>
/// <param name="Why">Why; never its text.</param>
public sealed record UnreadableLine(string Source, long Line, long Offset, string Why);
