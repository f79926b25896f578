using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;

namespace BackupCodeBroker.Audit.Join;

/// <summary>
/// Brings requests and the operation on record under the same span together, and judges them: at once where every call was found and explained, else once
/// the log has come past the operation's end and what clocks may differ by. Requests without a record wait ten minutes for one, which is longer than any
/// operation takes, and a run of bootstrap too.
/// </summary>
internal sealed class OperationDesk(
    Explanation explanation,
    TokenBook tokens,
    Agenda agenda,
    TimeSpan patience,
    Tally tally,
    FindingBook findings,
    Strays strays,
    Witness witness,
    Bystanders bystanders,
    Action<Request> letGo)
{
    private const int MaxWaiting = 20_000;
    private const int MaxConsumes = 100_000;

    private static readonly TimeSpan LongestOperation = TimeSpan.FromMinutes(10);

    private readonly Dictionary<SpanName, Group> _groups = [];
    private readonly LinkedList<Group> _order = [];
    private readonly AgingMap<UInt128, bool> _consumes = new(MaxConsumes);
    private int _waiting;
    private long _early;

    /// <summary>When the log begins and how far it has come; an operation beyond is not missing anything.</summary>
    public DateTimeOffset? LogBegins { get; set; }

    /// <summary>How far the log has come.</summary>
    public DateTimeOffset LogEnds { get; set; } = DateTimeOffset.MinValue;

    /// <summary>A request that concerns the broker.</summary>
    public void Add(Request request)
    {
        if (request.Entry.Span is not { } span)
        {
            agenda.At(request.Entry.Time + patience, () => AddLate(request));
            return;
        }

        AddUnder(span, request);
    }

    // The request that makes Vault log spans has one in its answer only.
    private void AddLate(Request request)
    {
        if (request.Entry.Span is { } span)
        {
            AddUnder(span, request);
            return;
        }

        var alone = new Group(null, request.Entry.Time);
        alone.Requests.Add(request);
        Judge(alone);
    }

    private void AddUnder(SpanName span, Request request)
    {
        var group = Of(span, request.Entry.Time);
        group.Requests.Add(request);
        _waiting++;
        if (group.Requests.Count >= Group.MaxRequests)
        {
            // Nobody fills a span but to hide behind what fills it: what comes after is looked at too.
            Judge(group);
            return;
        }

        Relieve();
        Settle(group);
    }

    /// <summary>A request's answer was logged.</summary>
    public void Answered(Request request)
    {
        if (request.Entry.Span is { } span && _groups.TryGetValue(span, out var group))
        {
            Settle(group);
        }
    }

    /// <summary>Time passes: who has waited for a record for longer than any operation takes waits no more.</summary>
    public void PassTo(DateTimeOffset now)
    {
        while (_order.First is { Value: var oldest } && oldest.BegunAt + LongestOperation <= now)
        {
            Judge(oldest);
        }
    }

    /// <summary>The log is at its end.</summary>
    public void Finish()
    {
        while (_order.First is { Value: var oldest })
        {
            Judge(oldest);
        }

        if (_early > 0)
        {
            findings.Note(null, $"{_early} groups of requests were judged before their records can have come: there were too many at once. A finding that says that a record is missing may be wrong; audit a shorter period, or let clocks agree better.");
        }
    }

    /// <summary>An operation on record.</summary>
    public void Add(AccessRecord record, SpanName span)
    {
        var group = Of(span, record.StartedAt);
        if (record.Operation == Operation.Consume.Name || record.Operation == Operation.Recover.Name || record.Operation == Operation.Drill.Name)
        {
            _consumes.Set(span.Trace, true);
        }

        if (group.Record is { } first)
        {
            // The same record may come by two ways; another one is made up, as spans are the broker's own.
            if ((first.OperationId, first.Operation, first.Outcome, first.VaultCalls) != (record.OperationId, record.Operation, record.Outcome, record.VaultCalls))
            {
                strays.TwoRecords(first, record, group.Identity);
            }

            return;
        }

        group.Record = record;
        if (findings.Covers(record.EndedAt))
        {
            tally.Operations++;
            tally.Outcome(record);
        }

        agenda.At(record.EndedAt + patience, () => Judge(group));
        Settle(group);
    }

    /// <summary>Identity that an operation was about, in clear: from its record or, where that has a pseudonym, from what was asked or reached.</summary>
    private static string? IdentityOf(AccessRecord record, IReadOnlyList<Request> requests)
    {
        if (record.Identity is not { } named || !named.StartsWith('~'))
        {
            return record.Identity;
        }

        foreach (var request in requests)
        {
            if (request.Subject is { Kind: SubjectKind.Document, Name: not Decoy.Name } document)
            {
                return document.Name;
            }

            if (request.Subject.Kind == SubjectKind.Ask && request.Subject.Name.Split('/') is [_, var target] && !target.StartsWith('@'))
            {
                return target;
            }
        }

        return null;
    }

    private Group Of(SpanName span, DateTimeOffset at)
    {
        if (_groups.TryGetValue(span, out var group))
        {
            return group;
        }

        _groups[span] = group = new Group(span, at);
        group.Place = _order.AddLast(group);
        return group;
    }

    // Too many wait for a record: the oldest wait no longer.
    private void Relieve()
    {
        while (_waiting > MaxWaiting && _order.First is { Value: var oldest })
        {
            _early++;
            Judge(oldest);
        }
    }

    // Most operations are explained in full the moment their record is there. What is kept of them then is their name.
    private void Settle(Group group)
    {
        // Failures are counted for a consume, whose record comes after.
        if (group.Record is not { Operation: not OwnWork.CountFailures } record || group.IsJudged || group.LetGo > 0)
        {
            return;
        }

        if (record.VaultUncertain != 0 || record.VaultCalls == 0 || group.Requests.Count != record.VaultCalls || !group.Requests.TrueForAll(r => r.IsComplete))
        {
            return;
        }

        group.Identity = IdentityOf(record, group.Requests);
        if (group.Requests.TrueForAll(r => Why(r, group) == Unexplained.No) && !IsUnasked(group, group.Requests))
        {
            var requests = group.Requests.Count;
            witness.Explained(record, group.Identity, group.Requests);
            Count(group, requests);
            _waiting -= requests;
            group.Requests.ForEach(letGo);
            group.LetGoOf(requests);
        }
    }

    private bool IsUnasked(Group group, IReadOnlyList<Request> requests) => group.Record!.Operation == OwnWork.CountFailures
        ? group.Span is not { } span || !_consumes.Has(span.Trace)
        : Explanation.IsUnasked(group.Record, [.. requests.Select(r => (r.Entry, r.Subject))]);

    private Unexplained Why(Request request, Group group) =>
        explanation.Of(request.Entry, request.Subject, tokens.HolderOf(request.Entry), group.Record!, group.Identity);

    private void Judge(Group group)
    {
        if (group.IsJudged)
        {
            return;
        }

        group.IsJudged = true;
        _waiting -= group.Requests.Count;
        if (group.Place is { } place)
        {
            _order.Remove(place);
        }

        if (group.Span is { } span)
        {
            _groups.Remove(span);
        }

        if (group.Record is null)
        {
            strays.WithoutRecord(group);
            return;
        }

        JudgeOperation(group, group.Record);
    }

    private void JudgeOperation(Group group, AccessRecord record)
    {
        group.Identity ??= IdentityOf(record, group.Requests);
        if (group.LetGo > 0)
        {
            strays.Beyond(group, [.. group.Requests]);
            return;
        }

        List<Request> explained = [], unexplained = [];
        foreach (var request in group.Requests)
        {
            (Why(request, group) == Unexplained.No ? explained : unexplained).Add(request);
        }

        witness.Explained(record, group.Identity, explained);
        var passing = bystanders.Of(record, group.Span);
        Count(group, explained.Count, passing);
        var more = explained.Count + passing - record.VaultCalls - record.VaultUncertain;
        if (!strays.Beyond(group, unexplained) && more > 0)
        {
            strays.TooMany(group, explained, more);
        }

        // Where entries are missing that is what is found; the question may be one of them.
        if (explained.Count >= record.VaultCalls && IsUnasked(group, explained))
        {
            strays.Unasked(group, [.. explained.Where(r => r.Subject.IsCodeData)]);
        }

        if (group.Requests.Count == 0 && bystanders.IsBeforeSpans(record, group.Span))
        {
            findings.Note(record.StartedAt, $"A run of {record.Operation} was made before traceparent was audited: {passing} of its {record.VaultCalls} calls are found by their ids, the others have none.");
            return;
        }

        Missing(record, group.Identity, group.Requests.Count + passing);
    }

    // What is not explained is counted as it is judged.
    private void Count(Group group, int explained, int passing = 0)
    {
        if (findings.Covers(group.Record!.EndedAt))
        {
            tally.Explained += explained;
            tally.BrokerRequests += explained;
            // A call that may or may not have arrived is not among those that must be found, yet it can be.
            var calls = group.Record.VaultCalls;
            tally.Found += explained + passing >= calls && (explained > 0 || calls == 0) ? 1 : 0;
        }
    }

    private void Missing(AccessRecord record, string? identity, int found)
    {
        if (found >= record.VaultCalls || !findings.Covers(record.EndedAt))
        {
            return;
        }

        if (LogBegins is not { } begin || record.StartedAt < begin || record.EndedAt > LogEnds)
        {
            tally.Outside++;
            return;
        }

        strays.WithoutEntries(record, identity, found, found == 0 && bystanders.HasAny(record));
    }
}
