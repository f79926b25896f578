using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;

namespace BackupCodeBroker.Core.Audit;

/// <summary>Whose token a request to Vault was made with.</summary>
public enum Holder
{
    /// <summary>Somebody's.</summary>
    Caller,

    /// <summary>The broker's own.</summary>
    Broker,

    /// <summary>A child of the broker's for one identity.</summary>
    Child,

    /// <summary>The child of the broker's that reads all.</summary>
    Sweeper,

    /// <summary>A wrapping token that the broker made.</summary>
    Wrap,

    /// <summary>A token that looks like the broker's or its children's, and that the broker did not get or make.</summary>
    Lookalike,
}

/// <summary>Why an operation does not explain a request.</summary>
public enum Unexplained
{
    /// <summary>It does.</summary>
    No,

    /// <summary>The request was made before the operation began or after it ended.</summary>
    AnotherTime,

    /// <summary>The operation does not do such a thing, or not with such a token.</summary>
    NotItsWork,

    /// <summary>The request is about another identity, or somebody else asked.</summary>
    AnotherIdentity,

    /// <summary>The operation's record does not have the request's id, and has those of all its requests.</summary>
    NotOnRecord,
}

/// <summary>
/// What explains a request to Vault: an operation on record under the very span that the request carries, at that time, that does such a thing, with
/// such a token, about that identity, and that has the request's id. Callers may choose a trace, so a trace alone explains nothing.
/// </summary>
public sealed class Explanation
{
    private static readonly string[] WithoutAlias = [Operation.Register.Name, Operation.List.Name, Operation.Report.Name, Operation.Lockdown.Name];
    private static readonly string[] UsingPepper = [Operation.Issue.Name, Operation.Consume.Name, Operation.Recover.Name, Operation.Drill.Name];
    private static readonly string[] OverAll = [OwnWork.Names, Operation.List.Name, Operation.Report.Name, Operation.Lockdown.Name];
    private static readonly HashSet<string> OnOne = [.. Operation.All.Where(o => o.Target == OperationTarget.Identity).Select(o => o.Name)];

    private readonly AuditNames _names;
    private readonly TimeSpan _skew;

    /// <summary>Explanations for one deployment, with clocks that differ by at most <paramref name="skew"/>.</summary>
    public Explanation(AuditNames names, TimeSpan skew) => (_names, _skew) = (names, skew);

    /// <summary>Whether an operation explains a request, or why it does not.</summary>
    /// <param name="entry">The request.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="holder">Whose token it was made with.</param>
    /// <param name="record">The operation.</param>
    /// <param name="identity">Identity that the operation was about, in clear where that is known.</param>
    public Unexplained Of(AuditEntry entry, Subject subject, Holder holder, AccessRecord record, string? identity)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(record);
        if (entry.Time < record.StartedAt - _skew || entry.Time > record.EndedAt + _skew)
        {
            return Unexplained.AnotherTime;
        }

        var isItsWork = record.Operation switch
        {
            OwnWork.Bootstrap => SetsUp(subject, holder, entry.Verb),
            OwnWork.Doctor => SetsUp(subject, holder, entry.Verb) && (Looks(subject) || entry.Verb is "read" or "list"),
            OwnWork.LockdownProgress => Counts(subject, holder, entry.Verb),
            OwnWork.Sweep => Sweeps(subject, holder, entry.Verb),
            OwnWork.ReportPass => Sweeps(subject, holder, entry.Verb) && subject.Kind != SubjectKind.LookupAccessor,
            OwnWork.Enforce => Enforces(subject, holder, entry.Verb),
            OwnWork.Lead => Leads(subject, holder, entry.Verb),
            OwnWork.FindLeaked => Searches(subject, holder, entry.Verb),
            OwnWork.EndLeaked => EndsLeaked(subject, holder, entry.Verb),
            _ when record.Operation == Operation.Leaks.Name => Reports(subject, holder, entry.Verb),
            _ => Does(record.Operation, subject, entry.Verb, holder),
        };
        // Nothing has documents wrapped: who does takes them somewhere, and gets no id that could be missed on the record.
        isItsWork &= !subject.IsCodeData || entry.Answer?.Wrap is null;
        if (!isItsWork)
        {
            return Unexplained.NotItsWork;
        }

        if (!IsAbout(entry, subject, record, identity))
        {
            return Unexplained.AnotherIdentity;
        }

        return entry.AnswersWithId && record.VaultUncertain == 0 && record.VaultRequests.Count < AccessRecord.MaxRequestIds
            && !record.VaultRequests.Contains(entry.RequestId, StringComparer.Ordinal)
            ? Unexplained.NotOnRecord
            : Unexplained.No;
    }

    /// <summary>What the broker's own token does without an operation and without reaching code data: log-in, renewal, a look whether Vault is set up.</summary>
    public static bool IsUpkeep(Subject subject, Holder holder, string verb) => holder == Holder.Broker && subject.Kind switch
    {
        SubjectKind.LookupSelf or SubjectKind.RenewSelf or SubjectKind.RevokeSelf or SubjectKind.Login or SubjectKind.AskReady => true,
        SubjectKind.KvConfig => verb == "read",
        _ => false,
    };

    /// <summary>
    /// Whether an operation reached code data and the log does not show that Vault granted it to its caller. The broker asks before it reads; a record
    /// alone is as good as whoever can write the file. A recovery's caller has a code and no token, so nobody is asked: it writes only once it has made a
    /// credential, and that stands in the log instead.
    /// </summary>
    /// <param name="record">The operation.</param>
    /// <param name="requests">Its requests, each with what it is about.</param>
    public static bool IsUnasked(AccessRecord record, IReadOnlyList<(AuditEntry Entry, Subject Subject)> requests)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(requests);
        var isRecovery = record.Operation == Operation.Recover.Name;
        return !OwnWork.All.Contains(record.Operation)
            && requests.Any(r => r.Subject.IsCodeData && (!isRecovery || r.Entry.Verb != "read"))
            && !requests.Any(r => r.Subject.Kind == (isRecovery ? SubjectKind.RecoveryMade : SubjectKind.Ask) && r.Entry.MayHaveHappened);
    }

    private bool Does(string operation, Subject subject, string verb, Holder holder) => (holder, subject.Kind) switch
    {
        (Holder.Caller, SubjectKind.LookupSelf or SubjectKind.Ask) => verb == "read" && IsAsked(operation),
        (Holder.Caller, SubjectKind.Capabilities) => IsAsked(operation),
        (Holder.Broker, SubjectKind.AliasLookup) =>
            (OnOne.Contains(operation) && !WithoutAlias.Contains(operation)) || operation is OwnWork.CountFailures or OwnWork.Deliver,
        (Holder.Broker, SubjectKind.Mint) => subject.Name == (OverAll.Contains(operation) ? _names.SweeperRole : _names.IdentityRole),
        // For who may not see all: whom the caller's entity makes an owner, and whose owners are gone.
        (Holder.Broker, SubjectKind.EntityRead) when operation == Operation.List.Name || operation == Operation.Report.Name => true,
        (Holder.Sweeper, SubjectKind.Document or SubjectKind.State) when operation == OwnWork.Names => false,
        (Holder.Broker, SubjectKind.EntityRead) => OnOne.Contains(operation) || operation == OwnWork.Readiness,
        (Holder.Broker, SubjectKind.PepperHmac) => UsingPepper.Contains(operation),
        (Holder.Broker, SubjectKind.Wrap) when operation == Operation.Recover.Name => true,
        (Holder.Broker, SubjectKind.Wrap) or (Holder.Wrap, SubjectKind.RevokeSelf) => operation == Operation.Issue.Name,
        (Holder.Broker, SubjectKind.RecoveryMade or SubjectKind.RecoveryRole or SubjectKind.LookupAccessor) => operation == Operation.Recover.Name,
        // Whoever ends codes, or makes one more credential than are kept, ends what was handed out.
        (Holder.Broker, SubjectKind.RecoveryEnded or SubjectKind.RevokeAccessor) => Writes(operation),
        (Holder.Broker, SubjectKind.KvConfig or SubjectKind.AskReady) => operation == OwnWork.Readiness && verb == "read",
        (Holder.Child, SubjectKind.State) => verb == "read" && !OverAll.Contains(operation),
        (Holder.Child, SubjectKind.Document) when operation == OwnWork.Readiness => verb == "read" && subject.Name == Decoy.Name,
        (Holder.Child, SubjectKind.Document) => verb == "read" ? !OverAll.Contains(operation) : Writes(operation) && verb is "create" or "update",
        (Holder.Sweeper, SubjectKind.Document) => verb == "read" && OverAll.Contains(operation),
        (Holder.Sweeper, SubjectKind.State or SubjectKind.Fleet) =>
            OverAll.Contains(operation) && (verb is "read" or "list" || operation == Operation.Lockdown.Name),
        _ => false,
    };

    private static bool IsAsked(string operation) => Operation.Named(operation) is { IsAsked: true };

    private static bool Writes(string operation) =>
        OnOne.Contains(operation) && operation != Operation.Status.Name || operation is OwnWork.CountFailures or OwnWork.Deliver;

    // An administrator's run: what it may touch of code data are the two documents that it makes, and it takes nothing away.
    private static bool SetsUp(Subject subject, Holder holder, string verb) => holder == Holder.Caller && verb != "delete" && subject.Kind switch
    {
        SubjectKind.Document => subject.Name == Decoy.Name,
        SubjectKind.State or SubjectKind.KvConfig or SubjectKind.Mint or SubjectKind.AliasLookup or SubjectKind.EntityRead
            or SubjectKind.Policy or SubjectKind.Mount or SubjectKind.Audit or SubjectKind.Role or SubjectKind.RoleRead
            or SubjectKind.PepperKey or SubjectKind.PepperRead or SubjectKind.LookupSelf or SubjectKind.Capabilities => true,
        _ => false,
    };

    // Identities are counted with the sweeper's child, which reads them all, and stories are read and written with it.
    private bool Counts(Subject subject, Holder holder, string verb) => (holder, subject.Kind) switch
    {
        (Holder.Broker, SubjectKind.Mint) => subject.Name == _names.SweeperRole,
        (Holder.Sweeper, SubjectKind.Document or SubjectKind.State) => verb == "read",
        (Holder.Sweeper, SubjectKind.Fleet) => verb is "read" or "list" or "create" or "update",
        _ => false,
    };

    // The worker reads all and writes none; what it finds it takes up with the identity's own child.
    private bool Sweeps(Subject subject, Holder holder, string verb) => (holder, subject.Kind) switch
    {
        (Holder.Broker, SubjectKind.Mint) => subject.Name == _names.SweeperRole,
        (Holder.Broker, SubjectKind.EntityRead or SubjectKind.LookupAccessor) => true,
        (Holder.Sweeper, SubjectKind.Document or SubjectKind.State) => verb == "read",
        (Holder.Sweeper, SubjectKind.Fleet) => verb == "list",
        _ => false,
    };

    private bool Enforces(Subject subject, Holder holder, string verb) => (holder, subject.Kind) switch
    {
        (Holder.Broker, SubjectKind.Mint) => subject.Name == _names.IdentityRole,
        (Holder.Broker, SubjectKind.AliasLookup or SubjectKind.EntityRead or SubjectKind.RecoveryEnded or SubjectKind.RevokeAccessor) => true,
        (Holder.Child, SubjectKind.State) => verb == "read",
        (Holder.Child, SubjectKind.Document) => verb is "read" or "update",
        _ => false,
    };

    // Whoever reports a code asks; the broker hashes it. What it looks through and what it ends are its own work.
    private static bool Reports(Subject subject, Holder holder, string verb) => (holder, subject.Kind) switch
    {
        (Holder.Caller, SubjectKind.LookupSelf or SubjectKind.Ask) => verb == "read",
        (Holder.Caller, SubjectKind.Capabilities) => true,
        (Holder.Broker, SubjectKind.PepperHmac) => true,
        _ => false,
    };

    private bool Searches(Subject subject, Holder holder, string verb) => (holder, subject.Kind) switch
    {
        (Holder.Broker, SubjectKind.Mint) => subject.Name == _names.SweeperRole,
        (Holder.Sweeper, SubjectKind.Document) => verb == "read",
        (Holder.Sweeper, SubjectKind.Fleet) => verb == "list",
        _ => false,
    };

    private bool EndsLeaked(Subject subject, Holder holder, string verb) => (holder, subject.Kind) switch
    {
        (Holder.Broker, SubjectKind.Mint) => subject.Name == _names.IdentityRole,
        (Holder.Broker, SubjectKind.AliasLookup or SubjectKind.RecoveryEnded or SubjectKind.RevokeAccessor) => true,
        (Holder.Child, SubjectKind.State) => verb == "read",
        (Holder.Child, SubjectKind.Document) => verb is "read" or "update",
        _ => false,
    };

    private bool Leads(Subject subject, Holder holder, string verb) => (holder, subject.Kind) switch
    {
        (Holder.Broker, SubjectKind.Mint) => subject.Name == _names.SweeperRole,
        (Holder.Sweeper, SubjectKind.State or SubjectKind.Fleet) => verb is "read" or "create" or "update",
        _ => false,
    };

    // Asked by a body, so Vault calls them updates.
    private static bool Looks(Subject subject) => subject.Kind is SubjectKind.AliasLookup or SubjectKind.Capabilities;

    private static bool IsAbout(AuditEntry entry, Subject subject, AccessRecord record, string? identity) => subject.Kind switch
    {
        SubjectKind.Ask => Asks(subject.Name, record, identity)
            && (record.CallerEntity is null || entry.Auth.Entity.Length == 0 || record.CallerEntity == entry.Auth.Entity),
        SubjectKind.RecoveryMade or SubjectKind.RecoveryRole or SubjectKind.RecoveryEnded => identity is null || subject.Name == identity,
        SubjectKind.Document => subject.Name == Decoy.Name ? entry.Verb == "read" || record.Operation == OwnWork.Bootstrap : identity is null || subject.Name == identity,
        _ => true,
    };

    private static bool Asks(string asked, AccessRecord record, string? identity)
    {
        var slash = asked.IndexOf('/', StringComparison.Ordinal);
        var operation = slash < 0 ? asked : asked[..slash];
        // Who may not see all is asked for the status of what is shown.
        if ((record.Operation == Operation.List.Name || record.Operation == Operation.Report.Name) && operation == Operation.Status.Name)
        {
            return slash > 0;
        }

        // During a lockdown issuing takes a second permission.
        if (operation != record.Operation && !(record.Operation == Operation.Issue.Name && operation == Operation.IssueInLockdown.Name))
        {
            return false;
        }

        return slash < 0 || asked[(slash + 1)..] is var target
            && (target == Operation.Owned || identity is null || target == identity || Operation.Named(record.Operation)?.Target == OperationTarget.Prefix);
    }
}
