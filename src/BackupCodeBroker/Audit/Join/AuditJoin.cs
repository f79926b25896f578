using BackupCodeBroker.Audit.Reading;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>What the audit is asked.</summary>
/// <param name="Names">What the deployment calls its mounts and roles.</param>
/// <param name="Since">Beginning of the period.</param>
/// <param name="Until">End of the period, exclusive.</param>
/// <param name="Skew">What clocks may differ by.</param>
internal sealed record AuditQuestion(AuditNames Names, DateTimeOffset? Since, DateTimeOffset? Until, TimeSpan Skew)
{
    /// <summary>No line can be from after this; one that says so would turn the order of all others around.</summary>
    public DateTimeOffset Latest { get; init; } = DateTimeOffset.MaxValue;
}

/// <summary>
/// Joins Vault's audit log with the broker's access records, as both come by in the order of time: each request that concerns the broker is either
/// explained by an operation (<see cref="Explanation"/>) or is a finding. Nothing is kept for longer than it takes to judge it, and everything that
/// is kept has a limit, so that a log of any length, written by anybody, is read in the same memory. What lies before the period is learnt from and
/// not reported.
/// </summary>
internal sealed class AuditJoin
{
    // A request and its answer, an operation's last call and its record, are logged within this, clocks aside.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    private readonly AuditQuestion _question;
    private readonly SubjectReader _subjects;
    private readonly Agenda _agenda = new();
    private readonly Arrivals _arrivals = new();
    private readonly Dictionary<UInt128, Request> _open = [];
    private readonly Queue<(DateTimeOffset Until, UInt128 Id)> _closing = new();
    private readonly RootUses _roots;
    private readonly Tally _tally = new();
    private readonly Bystanders _bystanders = new();
    private readonly FindingBook _findings;
    private readonly LifeBook _lives;
    private readonly TokenBook _tokens;
    private readonly WrapBook _wraps;
    private readonly ChangeBook _changes;
    private readonly Witness _witness;
    private readonly Strays _strays;
    private readonly OperationDesk _desk;
    private readonly TimeSpan _patience;

    public AuditJoin(AuditQuestion question, Func<Place, string> placeOf)
    {
        _question = question;
        _patience = question.Skew + Settling;
        _subjects = new SubjectReader(question.Names);
        _findings = new FindingBook(question.Since, question.Until, placeOf);
        _roots = new RootUses(_findings);
        _lives = new LifeBook(_findings);
        _tokens = new TokenBook(question.Names, question.Skew, token => _wraps!.Knows(token));
        _wraps = new WrapBook(_findings, _lives, _tokens, _agenda, _patience + _patience);
        var people = new PeopleBook(_findings, _lives);
        _changes = new ChangeBook(question.Names, _findings, people, _tally);
        _witness = new Witness(_tokens, people, _wraps, _changes, _lives, _findings, _tally);
        _strays = new Strays(_tokens, _findings, _changes, _witness, _tally);
        _desk = new OperationDesk(new Explanation(question.Names, question.Skew), _tokens, _agenda, _patience, _tally, _findings, _strays, _witness, _bystanders, request => _open.Remove(Arrivals.IdOf(request.Entry.RequestId)));
    }

    /// <summary>The next entry of a log.</summary>
    public void Add(AuditEntry entry)
    {
        PassTo(entry.Time);
        _tokens.LogBegins ??= entry.Time;
        _desk.LogBegins ??= entry.Time;
        _desk.LogEnds = entry.Time > _desk.LogEnds ? entry.Time : _desk.LogEnds;
        entry = _arrivals.InOneKey(entry);
        var id = Arrivals.IdOf(entry.RequestId);
        if (!_arrivals.IsFirst(id, entry.IsAnswer))
        {
            if (_open.TryGetValue(id, out var known))
            {
                _arrivals.Compare(known.Entry, entry);
            }

            return;
        }

        var isNew = !_arrivals.HasOther(id, entry.IsAnswer);
        if (isNew && _findings.Covers(entry.Time))
        {
            _tally.Requests++;
            _roots.See(entry);
        }

        var subject = _subjects.Of(entry);
        _tokens.Learn(entry, subject);
        if (_open.TryGetValue(id, out var open))
        {
            open.Entry = open.Entry.With(entry);
            _desk.Answered(open);
        }
        else if (isNew && Concerns(entry, subject))
        {
            Keep(id, new Request(entry, subject));
            if (entry.Span is null)
            {
                _bystanders.Pass(entry, id);
            }
        }
        else if (isNew)
        {
            _bystanders.Pass(entry, id);
        }
    }

    /// <summary>The next access record.</summary>
    public void Add(AccessRecord record)
    {
        PassTo(record.EndedAt);
        if (AccessLine.TryNameOf(record, out var span))
        {
            _desk.Add(record, span);
        }
    }

    /// <summary>The report: the log is at its end.</summary>
    public AuditReport Finish(IReadOnlyList<AuditInput> inputs, LineFaults faults)
    {
        _agenda.Finish();
        _desk.Finish();
        _changes.Finish();
        _witness.Finish();
        _roots.Finish();
        if (_lives.SetsNotListed > 0)
        {
            _findings.Note(null, $"{_lives.SetsNotListed} more code sets have a life that is not listed.");
        }

        foreach (var raw in inputs.Where(i => i.IsRaw))
        {
            _findings.Find(
                FindingKind.RawAuditDevice,
                _question.Since ?? raw.First ?? _desk.LogBegins ?? DateTimeOffset.UnixEpoch,
                $"The audit device that wrote {raw.Name} logs values in clear (log_raw): the file holds tokens and codes. Treat it as a secret, set log_raw to false, and end what it holds.");
        }

        foreach (var (input, number) in inputs.Select((input, number) => (input, number)))
        {
            Lost(input, number);
        }

        if (!inputs.Any(i => i.Kind is InputKind.AccessRecords or InputKind.Otlp))
        {
            _findings.Note(null, "No access records were read: nothing that the broker did can be explained without them.");
        }

        if (!inputs.Any(i => i.Kind == InputKind.VaultAudit))
        {
            _findings.Note(null, "No audit log of Vault's was read: what reached codes past the broker cannot be seen.");
        }

        var changes = _lives.Changes();
        var (findings, more) = _findings.Findings();
        return new AuditReport
        {
            Since = _question.Since,
            Until = _question.Until,
            Sources = [.. inputs.Select(i => i.ToSource())],
            Totals = _tally.ToTotals(),
            Findings = findings,
            FindingsNotListed = more,
            Notices = _findings.Notices(),
            Sets = _lives.Sets(),
            Rotations = _lives.Rotations(),
            Changes = changes,
            Unreadable = faults.Listed,
        };
    }

    // At the time of what was read before them; what has none before it is of the period's beginning.
    private void Lost(AuditInput input, int number)
    {
        var lost = input.Lost.Select(l => (At: l.After ?? input.First ?? _question.Since ?? _desk.LogBegins ?? DateTimeOffset.UnixEpoch, l.Line)).Where(l => _findings.Covers(l.At)).ToList();
        if (lost.Count > 0 && _findings.Find(
            FindingKind.UnreadableEntries,
            lost[0].At,
            input.Kind == InputKind.Unknown
                ? $"Nothing of {input.Name} could be read: it is neither Vault's audit log nor access records."
                : $"{lost.Count} {(lost.Count == 1 ? "line" : "lines")} of {input.Name} could not be read, line {lost[0].Line} the first: nothing explains what stands there.") is { } draft)
        {
            draft.Place = new Place(number, lost[0].Line);
        }
    }

    private bool Concerns(AuditEntry entry, Subject subject) => subject.Kind switch
    {
        SubjectKind.Other => !entry.Token.IsNone && _tokens.HolderOf(entry) is Holder.Broker or Holder.Child or Holder.Sweeper or Holder.Lookalike,
        // Everybody does these; they matter as part of an operation.
        SubjectKind.LookupSelf or SubjectKind.Capabilities or SubjectKind.AliasLookup or SubjectKind.EntityRead or SubjectKind.LookupAccessor
            or SubjectKind.RenewSelf or SubjectKind.RevokeSelf or SubjectKind.RoleRead or SubjectKind.PepperRead or SubjectKind.KvConfig or SubjectKind.AskReady =>
            entry.Span is not null || _tokens.HolderOf(entry) != Holder.Caller,
        SubjectKind.Login or SubjectKind.WrapLookup => false,
        _ => true,
    };

    // Openings are judged after the operation that made the wrap, whatever trace they claim: that of whoever opens is not the broker's.
    private void Keep(UInt128 id, Request request)
    {
        _open[id] = request;
        var entry = request.Entry;
        if (request.Subject.Kind is SubjectKind.Unwrap or SubjectKind.Rewrap
            || request.Subject.Kind is SubjectKind.Wrap or SubjectKind.RevokeAccessor && _tokens.HolderOf(entry) != Holder.Broker)
        {
            _agenda.At(entry.Time + _patience + _question.Skew, () => AtVault(id, request));
            return;
        }

        _desk.Add(request);
        _closing.Enqueue((entry.Time + _patience, id));
    }

    private void PassTo(DateTimeOffset now)
    {
        _agenda.PassTo(now);
        _desk.PassTo(now);
        while (_closing.TryPeek(out var next) && next.Until <= now)
        {
            _open.Remove(_closing.Dequeue().Id);
        }
    }

    private void AtVault(UInt128 id, Request request)
    {
        _open.Remove(id);
        var entry = request.Entry;
        _ = request.Subject.Kind switch
        {
            SubjectKind.Unwrap => _wraps.Opening(entry),
            SubjectKind.Rewrap => _wraps.Rewrapped(entry),
            SubjectKind.RevokeAccessor => _wraps.Revoked(entry),
            _ => _wraps.Wrapped(entry),
        };
    }
}
