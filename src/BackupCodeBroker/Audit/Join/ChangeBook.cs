using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>
/// Changes in Vault that decide who reaches codes: policies, mounts, roles, audit devices, entities and aliases. Whether a policy is one that callers of
/// the broker carry, and whether an entity is an identity's, may show later in the log: those changes wait until its end.
/// </summary>
internal sealed class ChangeBook(AuditNames names, FindingBook findings, PeopleBook people, Tally tally)
{
    private const int MaxWaiting = 10_000;
    private const int MaxPolicies = 20_000;

    private readonly Queue<(AuditEntry Entry, Subject Subject)> _waiting = new();
    private readonly Dictionary<(string Policy, Mark By), (AuditEntry First, long Count, long InPeriod)> _policies = [];
    private readonly HashSet<string> _carried = new(StringComparer.Ordinal);
    private Draft? _tooMany;
    private long _early;

    /// <summary>Policies that a caller of the broker carries.</summary>
    public void Carried(IReadOnlyList<string> policies)
    {
        foreach (var policy in policies)
        {
            if (_carried.Count < MaxPolicies)
            {
                _carried.Add(policy);
            }
        }
    }

    /// <summary>A change that no run of bootstrap explains.</summary>
    public void Changed(AuditEntry entry, Subject subject)
    {
        if (!entry.MayHaveHappened)
        {
            tally.ToKnow += InPeriod(entry);
            findings.NoteEach(
                "refused change " + entry.Token + entry.Path,
                entry,
                count => $"{Parties.Named(Parties.Of(entry))} tried to {entry.What} and Vault refused{Times(count)}.");
            return;
        }

        switch (subject.Kind)
        {
            case SubjectKind.Policy when names.IsBrokerPolicy(subject.Name):
                Report(FindingKind.PolicyChange, entry, $"changed {subject.Name}, a policy of the broker's: what it holds now the log does not show.");
                break;
            case SubjectKind.Policy:
                WaitForCarriers(entry, subject.Name);
                break;
            case SubjectKind.EntityChange or SubjectKind.AliasChange or SubjectKind.GroupChange:
                Wait(entry, subject);
                break;
            case SubjectKind.Mount or SubjectKind.Remount or SubjectKind.KvConfig:
                Report(FindingKind.MountChange, entry, $"changed a mount that the broker stands on ({entry.Path}).");
                break;
            case SubjectKind.Ask:
                Report(FindingKind.MountChange, entry, $"wrote to the mount by which callers are authorised ({entry.Path}), which is to stay empty.");
                break;
            case SubjectKind.Audit when entry.Path == "sys/audit/test" && IsOwnBeginning(entry):
                tally.ToKnow += InPeriod(entry);
                break;
            case SubjectKind.Audit when IsOwnBeginning(entry):
                tally.ToKnow += InPeriod(entry);
                findings.Note(entry.Time, $"{Parties.Capital(Parties.Named(Parties.Of(entry)))} turned this audit device on ({entry.Path}): its log begins here.", place: entry.Place);
                break;
            case SubjectKind.Audit:
                Report(FindingKind.AuditChange, entry, $"changed what Vault's audit log shows ({entry.Path}): the log may lack what happened then.");
                break;
            case SubjectKind.Role:
                Report(FindingKind.RoleChange, entry, entry.Path.Contains("/secret-id", StringComparison.Ordinal)
                    ? $"used the credentials of the broker's role ({entry.Path}): whoever holds one can log in as the broker."
                    : $"changed a role of the broker's ({entry.Path}).");
                break;
            case SubjectKind.RecoveryMade:
                Report(FindingKind.RoleChange, entry, $"made a credential that only recoveries hand out ({entry.Path}): whoever has it is in without a code.");
                break;
            case SubjectKind.PepperKey:
                Report(FindingKind.KeyChange, entry, $"changed or took the pepper's key ({entry.Path}).");
                break;
            case SubjectKind.Storage:
                Report(FindingKind.StorageAccess, entry, $"reached Vault's storage past its interfaces ({entry.Path}): hashes may be read, and spent codes come back.");
                break;
        }
    }

    /// <summary>Judges what waited.</summary>
    public void Finish()
    {
        foreach (var ((policy, _), (first, count, inPeriod)) in _policies.OrderBy(p => p.Value.First.Time))
        {
            JudgePolicy(first, policy, count, inPeriod);
        }

        while (_waiting.TryDequeue(out var change))
        {
            Judge(change.Entry, change.Subject);
        }

        if (_early > 0)
        {
            findings.Note(null, $"{_early} changes of entities and groups were judged by what the log had shown until then: there were too many to wait for its end.");
        }
    }

    // A device logs its own enabling first, after a line by which Vault tries it.
    private static bool IsOwnBeginning(AuditEntry entry) =>
        entry.Place.Line <= 3 && entry.Path.StartsWith("sys/audit/", StringComparison.Ordinal) && entry.Verb != "delete";

    private static string Times(long count) => count > 1 ? $", {count} times" : "";

    private void Report(FindingKind kind, AuditEntry entry, string what) => findings.Join(
        kind, entry.Token + entry.What, entry, () => $"{Parties.Capital(Parties.Named(Parties.Of(entry)))} {what}");

    private void Wait(AuditEntry entry, Subject subject)
    {
        _waiting.Enqueue((entry, subject));
        if (_waiting.Count > MaxWaiting && _waiting.TryDequeue(out var oldest))
        {
            _early++;
            Judge(oldest.Entry, oldest.Subject);
        }
    }

    // One of each policy and token. Whoever changes more policies than there can be hides one among them.
    private void WaitForCarriers(AuditEntry entry, string policy)
    {
        if (_policies.TryGetValue((policy, entry.Token), out var known))
        {
            _policies[(policy, entry.Token)] = (known.First, known.Count + 1, known.InPeriod + InPeriod(entry));
        }
        else if (_policies.Count < MaxPolicies)
        {
            _policies[(policy, entry.Token)] = (entry, 1, InPeriod(entry));
        }
        else if (_tooMany is not null)
        {
            _tooMany.Add(entry);
        }
        else
        {
            _tooMany = findings.Find(FindingKind.PolicyChange, entry, $"After {MaxPolicies} policies more were changed than can be followed: one that callers of the broker carry may be among them.");
        }
    }

    private void JudgePolicy(AuditEntry entry, string policy, long count, long inPeriod)
    {
        if (_carried.Contains(policy))
        {
            Report(FindingKind.PolicyChange, entry, $"changed {policy}, a policy that callers of the broker carry{Times(count)}: what it holds now the log does not show.");
        }
        else
        {
            tally.ToKnow += inPeriod;
            findings.NoteEach("policies", entry, all => $"{all} changes of policies that nobody who asked the broker carried, {policy} the first.");
        }
    }

    private void Judge(AuditEntry entry, Subject subject)
    {
        switch (subject.Kind)
        {
            case SubjectKind.EntityChange when people.IsIdentity(subject.Name, out var identity):
                Entity(entry, identity, $"changed the entity that carries {identity}'s alias ({entry.Path}).");
                people.Changed(subject.Name, "the entity of its alias was changed", entry);
                break;
            case SubjectKind.EntityChange when people.IsPerson(subject.Name):
                tally.ToKnow += InPeriod(entry);
                people.Changed(subject.Name, entry.Verb == "delete" ? "entity deleted" : "entity changed", entry);
                break;
            case SubjectKind.GroupChange when entry.Verb == "delete" && people.IsPerson(subject.Name):
                tally.ToKnow += InPeriod(entry);
                people.Changed(subject.Name, "group deleted", entry);
                break;
            case SubjectKind.AliasChange when people.IsAlias(entry.Sent.Alias):
            case SubjectKind.EntityChange or SubjectKind.AliasChange or SubjectKind.GroupChange when people.TouchesIdentity(entry.Sent.Entities):
                Entity(entry, null, $"changed what an identity's alias leads to, or what its entity is part of ({entry.Path}).");
                break;
            case SubjectKind.EntityChange when people.PersonsAmong(entry.Sent.Merged) is { Count: > 0 } merged:
                tally.ToKnow += InPeriod(entry);
                foreach (var person in merged)
                {
                    people.Changed(person, "entity merged into another", entry);
                }

                break;
            default:
                tally.ToKnow += InPeriod(entry);
                findings.NoteEach(
                    "entities " + subject.Kind, entry, count => $"{count} changes of entities, aliases or groups of which the log does not show that they are an identity's ({entry.Path} the first).");
                break;
        }
    }

    private long InPeriod(AuditEntry entry) => findings.Covers(entry.Time) ? 1 : 0;

    private void Entity(AuditEntry entry, string? identity, string what) => findings.Join(
        FindingKind.EntityChange, entry.Token + entry.What, entry, () => $"{Parties.Capital(Parties.Named(Parties.Of(entry)))} {what}", identity);
}
