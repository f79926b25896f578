using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;

namespace BackupCodeBroker.Audit.Join;

/// <summary>Learns from requests that are explained, and from the broker's own where only the record is missing: who asked, whose entity is whose, what was wrapped for whom.</summary>
internal sealed class Witness(TokenBook tokens, PeopleBook people, WrapBook wraps, ChangeBook changes, LifeBook lives, FindingBook findings, Tally tally)
{
    private readonly SortedDictionary<string, (DateTimeOffset At, long Count)> _personUses = new(StringComparer.Ordinal);
    private const int MaxIdentities = 1000;

    /// <summary>An operation with those of its requests that it explains.</summary>
    public void Explained(AccessRecord record, string? identity, IReadOnlyList<Request> requests)
    {
        var asked = requests.FirstOrDefault(r => r.Subject.Kind == SubjectKind.Ask)?.Entry;
        var by = asked is null ? OnRecord(record) : tokens.Know(asked) ?? OnRecord(record);
        // What a recovery wraps is a log-in and no codes: nobody proves its receipt.
        var seen = record.Operation == Operation.Recover.Name ? [.. requests.Where(r => r.Subject.Kind != SubjectKind.Wrap)] : requests;
        See(seen, record.Operation == OwnWork.Bootstrap ? null : identity, record.Operation == Operation.Issue.Name ? record.Generation : null, asked);
        if (record.Operation == OwnWork.Bootstrap)
        {
            Bootstrap(record, requests);
            return;
        }

        lives.Operation(record, identity, by, wraps, asked is null ? null : tokens.Someone(asked));
        if (record.PersonUsedMachineCode && findings.Covers(record.EndedAt))
        {
            PersonUsed(record, identity);
        }
    }

    /// <summary>The broker's own requests under one span, whatever explains them.</summary>
    public void See(IReadOnlyList<Request> requests, string? identity, int? generation, AuditEntry? asked)
    {
        asked ??= requests.FirstOrDefault(r => r.Subject.Kind == SubjectKind.Ask)?.Entry;
        foreach (var request in requests)
        {
            See(request.Entry, request.Subject, identity, generation, asked);
        }
    }

    /// <summary>What became of people who used machines' codes.</summary>
    public void Finish()
    {
        foreach (var (identity, (at, count)) in _personUses)
        {
            findings.Note(at, count == 1
                ? $"A person spent a code of {identity}, which is a machine's (OWASP NHI10)."
                : $"People spent codes of {identity}, which is a machine's, {count} times (OWASP NHI10).", identity);
        }
    }

    private static Party? OnRecord(AccessRecord record) => record.CallerEntity is null && record.CallerName is null
        ? null
        : new Party { Entity = record.CallerEntity, Name = record.CallerName };

    private void See(AuditEntry entry, Subject subject, string? identity, int? generation, AuditEntry? asked)
    {
        switch (subject.Kind)
        {
            case SubjectKind.Ask:
                tokens.Know(entry);
                changes.Carried(entry.Auth.Policies);
                break;
            case SubjectKind.Document when subject.Name != Decoy.Name && entry.Error is null && tokens.HolderOf(entry) == Holder.Child:
                people.IsOf(entry.Auth.Entity, subject.Name);
                break;
            case SubjectKind.EntityRead when identity is not null:
                people.Read(subject.Name, entry.Answer?.Entity ?? default, identity);
                break;
            case SubjectKind.AliasLookup:
                people.Alias(entry.Sent.Alias, entry.Answer?.Entity ?? default);
                break;
            case SubjectKind.Mint:
                people.Minted(entry, identity);
                break;
            case SubjectKind.Wrap when identity is not null:
                wraps.Made(entry, identity, generation, asked);
                break;
            case SubjectKind.RevokeSelf when wraps.Knows(entry.Token):
                wraps.Spent(entry.Token);
                break;
        }
    }

    private void Bootstrap(AccessRecord record, IReadOnlyList<Request> requests)
    {
        var changed = requests.Count(r => r.Entry.MayHaveHappened && r.Subject.Kind
            is SubjectKind.Policy or SubjectKind.Mount or SubjectKind.Audit or SubjectKind.Role or SubjectKind.PepperKey or SubjectKind.Mint);
        var by = requests.Count > 0 ? Parties.Of(requests[0].Entry) : null;
        findings.Note(
            record.StartedAt,
            $"{Parties.Named(by)} ran bootstrap: {changed} changes of policies, roles and mounts are explained by it.",
            place: requests.Count > 0 ? requests[0].Entry.Place : null);
    }

    private void PersonUsed(AccessRecord record, string? identity)
    {
        tally.PersonUsedMachineCode++;
        var name = identity ?? record.Identity ?? "an identity";
        if (_personUses.TryGetValue(name, out var seen))
        {
            _personUses[name] = (seen.At, seen.Count + 1);
        }
        else if (_personUses.Count < MaxIdentities)
        {
            _personUses[name] = (record.EndedAt, 1);
        }
    }
}
