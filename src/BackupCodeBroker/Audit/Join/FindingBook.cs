using System.Globalization;
using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>A finding while requests may still be added to it.</summary>
internal sealed class Draft
{
    /// <summary>What is said of a token made by hand that was then used.</summary>
    public const string Used = "It was then used on code data.";

    private const int MaxListed = 10;

    private readonly List<string> _paths = [];
    private readonly List<string> _ids = [];

    /// <summary>Which kind; a graver one may take its place.</summary>
    public required FindingKind Kind { get; set; }

    /// <summary>When, the first of it.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>When, the last of it.</summary>
    public DateTimeOffset LastAt { get; set; }

    /// <summary>What happened, whole sentences.</summary>
    public required string What { get; set; }

    public string? Identity { get; set; }

    public int? Generation { get; set; }

    public Party? Who { get; set; }

    public int Requests { get; private set; }

    public string? OperationId { get; set; }

    public string? TraceId { get; set; }

    public Place? Place { get; set; }

    /// <summary>Adds a request.</summary>
    public void Add(AuditEntry entry)
    {
        Requests++;
        LastAt = entry.Time > LastAt ? entry.Time : LastAt;
        if (entry.Time < At)
        {
            (At, Place) = (entry.Time, entry.Place);
        }

        Place ??= entry.Place;
        if (_paths.Count < MaxListed && !_paths.Contains(entry.What))
        {
            _paths.Add(entry.What);
        }

        if (_ids.Count < MaxListed && entry.RequestId.Length > 0)
        {
            _ids.Add(entry.RequestId);
        }

        // Requests of several traces have none in common.
        TraceId = Requests == 1 ? TraceId ?? entry.Span?.TraceId : TraceId == entry.Span?.TraceId ? TraceId : null;
    }

    public Finding ToFinding(Func<Place, string> placeOf) => new()
    {
        Kind = Kind,
        At = At,
        Last = LastAt > At ? LastAt : null,
        What = What,
        Identity = Identity,
        Generation = Generation,
        Who = Who,
        Requests = Requests,
        Paths = _paths,
        RequestIds = _ids,
        OperationId = OperationId,
        TraceId = TraceId,
        Place = Place is { } place ? placeOf(place) : null,
    };
}

/// <summary>Findings and notices of the period, the first of them listed and the rest counted. Requests that belong together are one finding.</summary>
internal sealed class FindingBook(DateTimeOffset? since, DateTimeOffset? until, Func<Place, string> placeOf)
{
    private const int MaxFindings = 1000;
    private const int MaxNotices = 1000;
    private const int MaxOpen = 20_000;

    private static readonly TimeSpan NearOneAnother = TimeSpan.FromMinutes(10);

    private readonly List<Draft> _findings = [];
    private readonly List<Notice> _notices = [];
    private readonly AgingMap<string, Draft> _open = new(MaxOpen);
    private readonly AgingMap<string, RepeatedNotice> _repeated = new(MaxOpen);
    private readonly List<RepeatedNotice> _repeatedListed = [];
    private int _more;
    private long _moreNotices;

    /// <summary>Whether a time lies in the period.</summary>
    public bool Covers(DateTimeOffset at) => (since is null || at >= since) && (until is null || at < until);

    /// <summary>A finding about a request; null where it lies outside the period.</summary>
    public Draft? Find(FindingKind kind, AuditEntry entry, string what, string? identity = null)
    {
        var draft = Find(kind, entry.Time, what, identity);
        draft?.Add(entry);
        if (draft is not null)
        {
            draft.Who ??= Parties.Of(entry);
        }

        return draft;
    }

    /// <summary>A finding; null where it lies outside the period.</summary>
    public Draft? Find(FindingKind kind, DateTimeOffset at, string what, string? identity = null)
    {
        if (!Covers(at))
        {
            return null;
        }

        var draft = new Draft { Kind = kind, At = at, LastAt = at, What = what, Identity = identity };
        if (_findings.Count < MaxFindings)
        {
            _findings.Add(draft);
        }
        else
        {
            _more++;
        }

        return draft;
    }

    /// <summary>A finding about a request that others like it and near it join.</summary>
    public Draft? Join(FindingKind kind, string key, AuditEntry entry, Func<string> what, string? identity = null)
    {
        key = kind + " " + key;
        if (Covers(entry.Time) && _open.TryGet(key, out var draft) && entry.Time - draft.LastAt <= NearOneAnother)
        {
            draft.Add(entry);
            return draft;
        }

        draft = Find(kind, entry, what(), identity);
        if (draft is not null)
        {
            _open.Set(key, draft);
        }

        return draft;
    }

    /// <summary>A finding without a request that others like it and near it join.</summary>
    public void Join(FindingKind kind, string key, DateTimeOffset at, string what, string operation)
    {
        key = kind + " " + key;
        if (Covers(at) && _open.TryGet(key, out var draft) && at - draft.LastAt <= NearOneAnother)
        {
            (draft.LastAt, draft.OperationId) = (at, null);
        }
        else if (Find(kind, at, what, null) is { } found)
        {
            found.OperationId = operation;
            _open.Set(key, found);
        }
    }

    /// <summary>Something to know, where it lies in the period.</summary>
    public void Note(DateTimeOffset? at, string what, string? identity = null, Place? place = null)
    {
        if (at is { } time && !Covers(time))
        {
            return;
        }

        if (_notices.Count < MaxNotices)
        {
            _notices.Add(new Notice(at, what, identity, place is { } p ? placeOf(p) : null));
        }
        else
        {
            _moreNotices++;
        }
    }

    /// <summary>Something to know that may come often: one notice with a count.</summary>
    public void NoteEach(string key, AuditEntry entry, Func<long, string> what, string? identity = null)
    {
        if (!Covers(entry.Time))
        {
            return;
        }

        if (!_repeated.TryGet(key, out var repeated))
        {
            repeated = new RepeatedNotice(entry.Time, what, identity, placeOf(entry.Place));
            _repeated.Set(key, repeated);
            if (_repeatedListed.Count < MaxNotices)
            {
                _repeatedListed.Add(repeated);
            }
            else
            {
                _moreNotices++;
            }
        }

        repeated.Count++;
    }

    /// <summary>All findings, oldest first, and how many more there are.</summary>
    public (IReadOnlyList<Finding> Listed, int More) Findings() =>
        ([.. _findings.OrderBy(d => d.At).Select(d => d.ToFinding(placeOf))], _more);

    /// <summary>All notices, oldest first.</summary>
    public IReadOnlyList<Notice> Notices()
    {
        IEnumerable<Notice> all = _notices.Concat(_repeatedListed.Select(r => new Notice(r.At, r.What(r.Count), r.Identity, r.Place)));
        List<Notice> listed = [.. all.OrderBy(n => n.At ?? DateTimeOffset.MinValue).Take(MaxNotices)];
        if (_moreNotices > 0)
        {
            listed.Add(new Notice(null, string.Create(CultureInfo.InvariantCulture, $"{_moreNotices} more notices are not listed.")));
        }

        return listed;
    }

    private sealed class RepeatedNotice(DateTimeOffset at, Func<long, string> what, string? identity, string place)
    {
        public DateTimeOffset At => at;

        public Func<long, string> What => what;

        public string? Identity => identity;

        public string Place => place;

        public long Count { get; set; }
    }
}
