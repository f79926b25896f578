namespace BackupCodeBroker.Core.Audit;

/// <summary>
/// The access record: what one operation was, who asked for it and what it came to, in identifiers only. Each operation has exactly one, never sampled;
/// <c>bcb audit</c> joins it with Vault's audit log by span, trace and request ids. Work that the broker does of itself and that touches code
/// data (<see cref="OwnWork"/>) has records too, without a caller.
/// </summary>
public sealed record AccessRecord
{
    /// <summary>When the operation began, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, UTC; not before <see cref="StartedAt"/>. The record's own time.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Id of the operation, 32 hex digits: the one that its answer carries.</summary>
    public required string OperationId { get; init; }

    /// <summary>Id of its trace, 32 hex digits (W3C Trace Context). Callers may choose it, so it proves nothing.</summary>
    public required string TraceId { get; init; }

    /// <summary>Id of the operation's span, 16 hex digits: every call to Vault carries it in <c>traceparent</c>. The broker chooses it.</summary>
    public required string SpanId { get; init; }

    /// <summary>Name of the operation, as it stands in a policy path, or of the broker's <see cref="OwnWork"/>.</summary>
    public required string Operation { get; init; }

    /// <summary>Identity that it was about, or its pseudonym, which begins with <c>~</c>; null for operations over all.</summary>
    public string? Identity { get; init; }

    /// <summary>Vault entity of the caller; null where the token has none or was not taken.</summary>
    public string? CallerEntity { get; init; }

    /// <summary>Accessor of the caller's token; null where there is none (batch tokens) or the token was not taken.</summary>
    public string? CallerAccessor { get; init; }

    /// <summary>Vault's display name of the caller's token.</summary>
    public string? CallerName { get; init; }

    /// <summary>Whether a person or a machine called.</summary>
    public CallerKind CallerKind { get; init; }

    /// <summary>Vault entity that owns the identity, where the operation has read it.</summary>
    public string? Owner { get; init; }

    /// <summary>What it came to: <c>done</c>, <c>repeat</c>, <c>unchanged</c>, <c>refused</c>, <c>denied</c>, <c>malformed</c>, <c>conflict</c>, <c>throttled</c>, <c>fault</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why, where it was not done.</summary>
    public string? Reason { get; init; }

    /// <summary>Generation of the code set concerned.</summary>
    public int? Generation { get; init; }

    /// <summary>Name of the profile in force.</summary>
    public string? Profile { get; init; }

    /// <summary>Digest of the profile in force.</summary>
    public string? ProfileDigest { get; init; }

    /// <summary>Id of the approval that a use ran under, or that an answer was given to; null where there was none.</summary>
    public string? Approval { get; init; }

    /// <summary>Whether a person spent a code of a non-human identity (OWASP NHI10).</summary>
    public bool PersonUsedMachineCode { get; init; }

    /// <summary>Which broker process wrote it: the <c>replica</c> in the metadata of its child tokens.</summary>
    public string? Replica { get; init; }

    /// <summary>How many calls Vault answered in a way that its audit log shows (200, 204, 400, 403, 404, 405).</summary>
    public int VaultCalls { get; init; }

    /// <summary>How many requests may or may not stand in Vault's audit log: sent and never answered, or answered otherwise (redirects, 429, 5xx).</summary>
    public int VaultUncertain { get; init; }

    /// <summary>Vault's ids of those requests whose answers have one, in the order of the answers; at most <see cref="MaxRequestIds"/>.</summary>
    public IReadOnlyList<string> VaultRequests { get; init; } = [];

    /// <summary>Most request ids that a record keeps.</summary>
    public const int MaxRequestIds = 64;
}

/// <summary>Who called.</summary>
public enum CallerKind
{
    /// <summary>Nobody, or it cannot be told from how the token was got.</summary>
    Unknown,

    /// <summary>The token comes from a log-in that people use (userpass, ldap, oidc, github, okta, radius, kerberos, saml).</summary>
    Person,

    /// <summary>The token comes from a log-in that machines use (approle, kubernetes, aws, azure, gcp, alicloud, cf, cert, jwt, oci, spiffe).</summary>
    Machine,
}

/// <summary>Names of what the broker does of itself at Vault and that touches code data.</summary>
public static class OwnWork
{
    /// <summary>The look at start and every half minute whether Vault is set up (mount, state document, decoy).</summary>
    public const string Readiness = "readiness";

    /// <summary>Wrong secrets that arrived together, counted in one write.</summary>
    public const string CountFailures = "count-failures";

    /// <summary>Setting Vault up, by an administrator.</summary>
    public const string Bootstrap = "bootstrap";

    /// <summary>Looking at a deployment, by whoever wants to know how it is.</summary>
    public const string Doctor = "doctor";

    /// <summary>Listing the names of identities for a caller who may not list them all, to find those that the caller holds <c>status</c> on.</summary>
    public const string Names = "names";

    /// <summary>Looking how far a lockdown goes or got: a page of identities counted, a story read or written.</summary>
    public const string LockdownProgress = "lockdown-progress";

    /// <summary>Delivered notices, taken out of the document of an identity that nothing else was written to since.</summary>
    public const string Deliver = "deliver";

    /// <summary>A page of identities that is looked through for codes that were reported as leaked, or their names.</summary>
    public const string FindLeaked = "find-leaked";

    /// <summary>The end of a set of which a code was reported as leaked.</summary>
    public const string EndLeaked = "end-leaked";

    /// <summary>A page of identities that the worker looks at.</summary>
    public const string Sweep = "sweep";

    /// <summary>A page of identities that a report is made of, where no sweep has just been by.</summary>
    public const string ReportPass = "report-pass";

    /// <summary>A change that the worker makes to one identity.</summary>
    public const string Enforce = "enforce";

    /// <summary>Who leads, the leader's heartbeat, and the proof that storage was set back.</summary>
    public const string Lead = "lead";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Readiness, CountFailures, Bootstrap, Doctor, Names, Sweep, Enforce, Lead, LockdownProgress, Deliver, FindLeaked, EndLeaked, ReportPass];
}
