using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;

namespace BackupCodeBroker.Audit.Join;

/// <summary>What to make of requests that no operation explains: a finding, something to know, or nothing that concerns the broker.</summary>
internal sealed class Strays(TokenBook tokens, FindingBook findings, ChangeBook changes, Witness witness, Tally tally)
{
    private Draft? _gap;
    private DateTimeOffset _gapEnd;
    private long _gapOperations;

    /// <summary>Requests under a span, or under none, without an operation on record.</summary>
    public void WithoutRecord(Group group)
    {
        List<Request> ours = [], asks = [];
        foreach (var request in group.Requests)
        {
            var holder = tokens.HolderOf(request.Entry);
            if (holder is Holder.Broker or Holder.Child or Holder.Sweeper)
            {
                if (Explanation.IsUpkeep(request.Subject, holder, request.Entry.Verb))
                {
                    Count(request.Entry, explained: true);
                }
                else
                {
                    ours.Add(request);
                }
            }
            else if (request.Subject.Kind == SubjectKind.Ask && request.Entry.Verb == "read")
            {
                asks.Add(request);
            }
            else if (holder != Holder.Wrap)
            {
                Foreign(request, holder);
            }
        }

        if (ours.Count > 0)
        {
            Ours(group, [.. ours.Concat(asks).OrderBy(r => r.Entry.Time)]);
        }
        else
        {
            asks.ForEach(Asked);
        }
    }

    /// <summary>Requests in an operation's name that it does not explain; whether any of the broker's own is among them.</summary>
    public bool Beyond(Group group, IReadOnlyList<Request> requests)
    {
        Draft? draft = null;
        foreach (var request in requests)
        {
            var holder = tokens.HolderOf(request.Entry);
            if (holder is not (Holder.Broker or Holder.Child or Holder.Sweeper))
            {
                Foreign(request, holder, group.Record);
            }
            else if (Explanation.IsUpkeep(request.Subject, holder, request.Entry.Verb))
            {
                Count(request.Entry, explained: true);
            }
            else
            {
                Count(request.Entry, explained: false);
                draft = AddTo(draft, group, request.Entry);
            }
        }

        return draft is not null;
    }

    /// <summary>All requests look like the operation's, and they are more than it made.</summary>
    public void TooMany(Group group, IReadOnlyList<Request> requests, int more)
    {
        var record = group.Record!;
        if (requests.Count > 0 && findings.Find(
            FindingKind.AccessBeyondOperation,
            requests[^1].Entry,
            $"{more} requests more than the {record.Operation} made stand in the log under its span: somebody acted in its name.",
            group.Identity) is { } draft)
        {
            draft.OperationId = record.OperationId;
        }
    }

    /// <summary>An operation reached code data, and Vault was not asked whether its caller may.</summary>
    public void Unasked(Group group, IReadOnlyList<Request> requests)
    {
        var record = group.Record!;
        Draft? draft = null;
        foreach (var request in requests)
        {
            if (draft is not null)
            {
                draft.Add(request.Entry);
            }
            else if (findings.Find(
                FindingKind.AccessBeyondOperation,
                request.Entry,
                Unasked(record),
                group.Identity) is { } found)
            {
                (draft, found.OperationId) = (found, record.OperationId);
            }
        }
    }

    private static string Unasked(AccessRecord record) =>
        record.Operation == OwnWork.CountFailures ? "Failures were counted, and no consume, recover or drill is on record in that trace: the record was made up, or that one was removed."
        : record.Operation == Operation.Recover.Name ? "This recover wrote code data, and no credential was made for it: the record was made up, or the making was removed from the log."
        : $"This {record.Operation} reached code data, and Vault was never asked whether its caller may: the record was made up, or the question was removed from the log.";

    /// <summary>Two records that say different things of one span.</summary>
    public void TwoRecords(AccessRecord first, AccessRecord second, string? identity)
    {
        if (findings.Find(
            FindingKind.AccessBeyondOperation,
            second.EndedAt,
            $"Two different records stand under one span, a {first.Operation} ({first.Outcome}) and a {second.Operation} ({second.Outcome}): one of them was made up or altered.",
            identity) is { } draft)
        {
            (draft.OperationId, draft.TraceId) = (second.OperationId, second.TraceId);
        }
    }

    /// <summary>An operation whose calls are not all in the log. Operations one after another of which nothing is there are one gap in the log.</summary>
    /// <param name="record">The operation.</param>
    /// <param name="identity">Its identity, in clear.</param>
    /// <param name="found">How many of its calls are there.</param>
    /// <param name="isSpanless">Whether requests with its ids are there, under no span.</param>
    public void WithoutEntries(AccessRecord record, string? identity, int found, bool isSpanless)
    {
        if (isSpanless)
        {
            findings.Join(
                FindingKind.OperationWithoutEntries,
                "spanless",
                record.StartedAt,
                "Calls of operations stand in Vault's log without their traceparent: the header was not audited then, and nothing of that time can be told apart. See for a change of what the log shows.",
                record.OperationId);
            return;
        }

        if (found == 0 && _gap is not null && record.StartedAt - _gapEnd <= TimeSpan.FromMinutes(1))
        {
            _gapOperations++;
            _gapEnd = record.EndedAt > _gapEnd ? record.EndedAt : _gapEnd;
            _gap.What = $"{_gapOperations} operations from {_gap.At:yyyy-MM-dd'T'HH:mm:ss'Z'} to {_gapEnd:yyyy-MM-dd'T'HH:mm:ss'Z'} are on record and none of their calls stands in Vault's log: a part of the log is missing.";
            _gap.Identity = _gap.OperationId = _gap.TraceId = null;
            return;
        }

        var missing = record.VaultCalls - found;
        var draft = findings.Find(
            FindingKind.OperationWithoutEntries,
            record.StartedAt,
            $"Vault answered {record.VaultCalls} calls of this {record.Operation}, and {missing} of them do not stand in its log.",
            identity);
        if (draft is not null)
        {
            (draft.OperationId, draft.TraceId, draft.Generation) = (record.OperationId, record.TraceId, record.Generation);
        }

        if (found == 0)
        {
            (_gap, _gapEnd, _gapOperations) = (draft, record.EndedAt, 1);
        }
    }

    /// <summary>A request that is nobody's operation, with a token that is not the broker's.</summary>
    /// <param name="request">The request.</param>
    /// <param name="holder">Whose token it was made with.</param>
    /// <param name="claimed">The operation whose span it carries, where there is one.</param>
    public void Foreign(Request request, Holder holder, AccessRecord? claimed = null)
    {
        var (entry, subject) = (request.Entry, request.Subject);
        switch (subject.Kind)
        {
            case SubjectKind.Document or SubjectKind.State or SubjectKind.Fleet or SubjectKind.Documents or SubjectKind.PepperHmac:
                Touched(entry, subject, holder, claimed);
                break;
            case SubjectKind.Ask when entry.Verb == "read":
                Asked(request);
                break;
            case SubjectKind.Mint or SubjectKind.TokenMade:
                Made(entry, subject);
                break;
            case SubjectKind.KvConfig when entry.Verb == "read":
                break;
            case SubjectKind.Policy or SubjectKind.Mount or SubjectKind.Remount or SubjectKind.Audit or SubjectKind.Role or SubjectKind.PepperKey
                or SubjectKind.Storage or SubjectKind.EntityChange or SubjectKind.AliasChange or SubjectKind.GroupChange or SubjectKind.KvConfig or SubjectKind.Ask:
                Count(entry, explained: false);
                changes.Changed(entry, subject);
                break;
            case SubjectKind.RecoveryMade:
                Count(entry, explained: false);
                changes.Changed(entry, subject);
                break;
            case SubjectKind.RecoveryRoleChange:
                findings.NoteEach("recovery role " + entry.Path, entry, count => $"{entry.Path}, which a recovery hands credentials of: {count} {(count == 1 ? "change" : "changes")}.");
                break;
            case SubjectKind.GenerateRoot:
                Rooted(entry);
                break;
            case SubjectKind.Upkeep:
                findings.NoteEach("upkeep " + entry.Path, entry, count => $"{entry.Path}: {count} {(count == 1 ? "request" : "requests")}.");
                break;
        }
    }

    private void Ours(Group group, List<Request> requests)
    {
        witness.See(requests, requests.Select(r => r.Subject).FirstOrDefault(s => s.Kind == SubjectKind.Document).Name, null, null);
        var identity = requests.Select(r => r.Subject).Where(s => s.Kind == SubjectKind.Document).Select(s => s.Name).FirstOrDefault();
        Draft? draft = null;
        foreach (var request in requests)
        {
            Count(request.Entry, explained: false);
            if (draft is not null)
            {
                draft.Add(request.Entry);
            }
            else if (group.Span is null)
            {
                draft = findings.Join(
                    FindingKind.AccessWithoutRecord,
                    "spanless " + request.Entry.Token,
                    request.Entry,
                    () => "The broker's own token, or a child of it, was used without a traceparent in the log, so no operation can be found for it: either the header is not audited, or it was not the broker.",
                    identity);
            }
            else
            {
                draft = findings.Find(
                    FindingKind.AccessWithoutRecord,
                    request.Entry,
                    "The broker's own token, or a child of it, was used and no operation is on record: the record was lost or removed, or somebody else has the token.",
                    identity);
            }
        }
    }

    private Draft? AddTo(Draft? draft, Group group, AuditEntry entry)
    {
        if (draft is not null)
        {
            draft.Add(entry);
            return draft;
        }

        var record = group.Record!;
        var found = findings.Find(
            FindingKind.AccessBeyondOperation,
            entry,
            $"In the name of this {record.Operation} something was done with the broker's token, or a child of it, that the operation does not do or does not have on record.",
            group.Identity);
        if (found is not null)
        {
            found.OperationId = record.OperationId;
        }

        return found;
    }

    private void Asked(Request request)
    {
        Count(request.Entry, explained: false);
        tokens.Know(request.Entry);
        changes.Carried(request.Entry.Auth.Policies);
        findings.Join(
            FindingKind.AskWithoutRecord,
            (request.Entry.Span?.TraceId ?? "") + request.Entry.Token + request.Entry.What,
            request.Entry,
            () => $"Vault was asked whether {Parties.Named(Parties.Of(request.Entry))} may {request.Subject.Name}, and no operation is on record that asked.");
    }

    private void Touched(AuditEntry entry, Subject subject, Holder holder, AccessRecord? claimed)
    {
        // A read that failed has shown nothing; a write that failed may have been carried out.
        if (entry.IsDenied || entry.Verb is "read" or "list" && !entry.MayHaveHappened)
        {
            findings.NoteEach(
                "denied " + entry.Token + entry.What,
                entry,
                count => $"{Parties.Named(Parties.Of(entry))} tried to {entry.What}, and Vault {(entry.IsDenied ? "denied it" : "had an error")}{(count > 1 ? $", {count} times" : "")}.",
                subject.Name.Length > 0 ? subject.Name : null);
            return;
        }

        Count(entry, explained: false);
        if (tokens.MakingOf(entry.Token) is { } made && Report(made) is { } making)
        {
            making.Add(entry);
            making.Identity ??= subject.Name.Length > 0 ? subject.Name : null;
            if (!making.What.Contains(Draft.Used, StringComparison.Ordinal))
            {
                making.What += " " + Draft.Used;
            }

            return;
        }

        // Whoever forges a trace did more than look: that is a finding of its own.
        var draft = findings.Join(
            FindingKind.ForeignAccess,
            entry.Token + entry.What + claimed?.OperationId,
            entry,
            () => Past(entry, subject, holder, claimed),
            subject.Kind == SubjectKind.Document && subject.Name.Length > 0 ? subject.Name : null);
        if (draft is not null)
        {
            draft.OperationId = claimed?.OperationId;
        }
    }

    private static string Past(AuditEntry entry, Subject subject, Holder holder, AccessRecord? claimed)
    {
        var what = subject.Kind == SubjectKind.PepperHmac ? "the pepper" : "code data";
        var did = holder == Holder.Lookalike
            ? $"A token that looks like a child of the broker's, and that the broker did not make, touched {what}"
            : $"{Parties.Capital(Parties.Named(Parties.Of(entry)))} touched {what} directly, not through the broker";
        if (claimed is null && entry.Verb == "read" && subject is { Kind: SubjectKind.State } or { Kind: SubjectKind.Document, Name: Decoy.Name })
        {
            return did + ". `bcb doctor` and `bcb bootstrap --check` look there too: with --access-file they leave a record that explains it.";
        }

        return (claimed, entry.Span) switch
        {
            ({ } record, _) => $"{did}, under the trace of a {record.Operation} that did no such thing: the trace is forged.",
            (null, not null) => $"{did}; the trace that the request claims explains nothing.",
            _ => did + ".",
        };
    }

    private void Made(AuditEntry entry, Subject subject)
    {
        if (!entry.MayHaveHappened)
        {
            if (subject.Kind == SubjectKind.Mint)
            {
                findings.NoteEach("denied " + entry.Token + entry.What, entry, count => $"{Parties.Named(Parties.Of(entry))} tried to make a token by {entry.Path}, and Vault refused.");
            }

            return;
        }

        if (entry.Answer?.Auth is { IsRoot: true })
        {
            Count(entry, explained: false);
            findings.Find(FindingKind.RootToken, entry, $"{Parties.Capital(Parties.Named(Parties.Of(entry)))} made a root token, which may do everything, past every policy.");
        }
        else if (subject.Kind == SubjectKind.Mint || entry.Answer?.Auth is { } made && tokens.HasOurPowers(made))
        {
            Count(entry, explained: false);
            Report(tokens.MakingOf(entry.Answer?.Token ?? default) ?? new MadeToken(entry));
        }
    }

    // Once, whether its making or its first use is judged first.
    private Draft? Report(MadeToken made)
    {
        if (!made.IsReported)
        {
            made.IsReported = true;
            made.Finding = findings.Find(
                FindingKind.BrokerTokenMade,
                made.Making,
                $"{Parties.Capital(Parties.Named(Parties.Of(made.Making)))} made a token with the broker's powers, or a child's, by hand.");
        }

        return made.Finding;
    }

    private void Rooted(AuditEntry entry)
    {
        if (entry.Answer is { IsComplete: true })
        {
            findings.Find(FindingKind.RootToken, entry, "A root token was generated from the unseal or recovery keys.");
        }
        else
        {
            findings.NoteEach("generate-root", entry, count => $"A root token was in the making ({entry.Path}): {count} {(count == 1 ? "request" : "requests")}.");
        }
    }

    private void Count(AuditEntry entry, bool explained)
    {
        if (findings.Covers(entry.Time))
        {
            tally.BrokerRequests++;
            tally.Explained += explained ? 1 : 0;
        }
    }
}
