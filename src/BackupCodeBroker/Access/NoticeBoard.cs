using System.Threading.Channels;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Access;

/// <summary>
/// What this replica knows of notices. Whoever reads or writes a document is asked here which of its notices are delivered and can go out with the write, and tells here what it has
/// put in; that is delivered in the background, by this replica. What the broker's own people have to know of as well is an alarm when it is taken up. A notice that does not fit in the queue, and one whose replica died, stays in its
/// document, where the sweep finds it (<see cref="Adopt"/>). Nothing here waits, calls anybody or fails.
/// </summary>
internal sealed class NoticeBoard(NoticeSettings settings, NoticeMetrics metrics, Alarms alarms, TimeProvider time)
{
    /// <summary>Most that wait to be handed to the sinks.</summary>
    public const int MaxWaiting = 4_096;

    /// <summary>Most identities that are kept in mind; beyond them notices are left to the sweep.</summary>
    public const int MaxIdentities = 50_000;

    // Some minutes, at the usual pace of looks.
    private const int LooksPostponed = 60;

    // Ten seconds and more, at the usual pace: longer than anybody holds on to a document that was read.
    private const int LooksRemembered = 2;

    // Beyond this an alarm whose notice is put back and taken up again is raised again.
    private const int MaxAlarmed = 1_000;

    private readonly Dictionary<string, Box> _boxes = [];
    private readonly Lock _lock = new();
    private readonly BoundedMemory<string, bool> _alarmed = new(MaxAlarmed, settings.GiveUpAfter, time);
    private readonly Channel<Notice> _waiting = Channel.CreateBounded<Notice>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private long _look;

    private enum Standing
    {
        InHand,
        Delivered,
        GivenUp,
    }

    /// <summary>What is to be delivered, in the order of its writing.</summary>
    public ChannelReader<Notice> Waiting => _waiting.Reader;

    /// <summary>The document without the notices that this replica knows to be delivered or has given up.</summary>
    public IdentityDocument Cleared(IdentityDocument document)
    {
        lock (_lock)
        {
            return document.Outbox.Count > 0 && _boxes.TryGetValue(document.Identity, out var box)
                ? document.Without(e => box.IsDelivered(e.Id), e => box.Is(e.Id, Standing.GivenUp))
                : document;
        }
    }

    /// <summary>A document was written: what was put into its outbox is delivered from now on.</summary>
    public void Written(IdentityDocument document)
    {
        if (document.News.GivenUp > 0)
        {
            metrics.Dead(document.News.GivenUp);
            alarms.Raise(AlarmKind.NoticesGivenUp, document.Identity);
        }

        lock (_lock)
        {
            if (_boxes.TryGetValue(document.Identity, out var box))
            {
                box.LastChange = _look;
                // Just these: a later write may have been told of before this one, and what it put in may be delivered by now.
                box.TakenOut(document.News.Removed, _look);
            }

            Take(document, document.News.Added.Where(added => document.Outbox.Any(e => e.Id == added.Id)));
        }
    }

    /// <summary>
    /// For the sweep, with each document that it reads: takes what lies there for so long that whoever wrote it cannot have delivered it. The document may be older than
    /// the last write from here.
    /// </summary>
    public void Adopt(IdentityDocument document)
    {
        if (document.Outbox.Count == 0)
        {
            return;
        }

        var now = time.GetUtcNow();
        lock (_lock)
        {
            Take(document, document.Outbox.Where(e => now - e.At >= settings.AdoptAfter));
        }
    }

    /// <summary>The notices of a document that are not known to be delivered.</summary>
    public IReadOnlyList<OutboxEntry> Undelivered(IdentityDocument document)
    {
        lock (_lock)
        {
            return document.Outbox.Count > 0 && _boxes.TryGetValue(document.Identity, out var box)
                ? [.. document.Outbox.Where(e => !box.IsDelivered(e.Id))]
                : document.Outbox;
        }
    }

    /// <summary>What became of a notice.</summary>
    public void Finished(Notice notice, NoticeEnd end)
    {
        metrics.InHand(-1);
        if (notice.Identity is not { } identity)
        {
            return;
        }

        lock (_lock)
        {
            if (_boxes.TryGetValue(identity, out var box))
            {
                Finish(identity, box, notice.Entry.Id, end);
            }
        }
    }

    /// <summary>
    /// Once in a while: what may go out of the documents of identities with which nothing happened here since the look before this one. What went out long ago is forgotten.
    /// </summary>
    public IReadOnlyList<FinishedNotices> Look()
    {
        lock (_lock)
        {
            _look++;
            foreach (var (identity, box) in _boxes.Where(b => b.Value.Out.Count > 0).ToList())
            {
                box.ForgetOut(_look - LooksRemembered);
                DropEmpty(identity, box);
            }

            return [.. _boxes.Where(b => b.Value.LastChange < _look - 1 && b.Value.HasFinished).Select(b => new FinishedNotices(b.Key, b.Value.Finished))];
        }
    }

    /// <summary>A document that was read after the look holds none of what was finished then: it is forgotten, but not what was finished meanwhile.</summary>
    public void Forget(FinishedNotices seen)
    {
        lock (_lock)
        {
            if (_boxes.TryGetValue(seen.Identity, out var box))
            {
                box.Forget(seen.Ids);
                DropEmpty(seen.Identity, box);
            }
        }
    }

    /// <summary>An identity's document cannot be written to now: what is known of its notices is kept, and it is looked at again after a while.</summary>
    public void Postpone(string identity)
    {
        lock (_lock)
        {
            if (_boxes.TryGetValue(identity, out var box))
            {
                box.LastChange = _look + LooksPostponed;
            }
        }
    }

    private void Finish(string identity, Box box, string id, NoticeEnd end)
    {
        box.LastChange = _look;
        if (end == NoticeEnd.LeftToSweep)
        {
            box.Standings.Remove(id);
            DropEmpty(identity, box);
            return;
        }

        box.Standings[id] = end == NoticeEnd.Delivered ? Standing.Delivered : Standing.GivenUp;
    }

    private void Take(IdentityDocument document, IEnumerable<OutboxEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (!_boxes.TryGetValue(document.Identity, out var box))
            {
                if (_boxes.Count >= MaxIdentities)
                {
                    return;
                }

                box = _boxes[document.Identity] = new Box { LastChange = _look };
            }

            if (box.Out.Remove(entry.Id))
            {
                // An old reading, or it is back in the document: whoever looks will see.
                box.Standings[entry.Id] = Standing.Delivered;
            }
            else if (!box.Standings.ContainsKey(entry.Id) && _waiting.Writer.TryWrite(Notice.Of(document, entry)))
            {
                box.Standings[entry.Id] = Standing.InHand;
                metrics.InHand(1);
                Alarm(document.Identity, entry);
            }

            DropEmpty(document.Identity, box);
        }
    }

    private void Alarm(string identity, OutboxEntry entry)
    {
        if (AlarmOf(entry) is { } kind && !_alarmed.TryGet(entry.Id, out _))
        {
            _alarmed.Set(entry.Id, true);
            alarms.Raise(kind, identity);
        }
    }

    private static AlarmKind? AlarmOf(OutboxEntry entry) => entry.Notice switch
    {
        NoticeKinds.SetDisabled => AlarmKind.SetDisabled,
        NoticeKinds.Intercepted => AlarmKind.Intercepted,
        _ => entry.IsTakenNotActivated ? AlarmKind.TakenNotActivated : null,
    };

    private void DropEmpty(string identity, Box box)
    {
        if (box.Standings.Count == 0 && box.Out.Count == 0)
        {
            _boxes.Remove(identity);
        }
    }

    /// <summary>What is known of one identity's notices, by their ids.</summary>
    private sealed class Box
    {
        public Dictionary<string, Standing> Standings { get; } = [];

        /// <summary>What a write from here took out, by the look before it; known for a while, since somebody may still hold the document as it was before.</summary>
        public Dictionary<string, long> Out { get; } = [];

        /// <summary>The look that was the last one when something happened here; one to come while it is postponed.</summary>
        public long LastChange { get; set; }

        public bool HasFinished => Standings.Values.Any(IsFinished);

        public IReadOnlyCollection<string> Finished => [.. Standings.Where(s => IsFinished(s.Value)).Select(s => s.Key)];

        public bool Is(string id, Standing standing) => Standings.TryGetValue(id, out var found) && found == standing;

        public bool IsDelivered(string id) => Is(id, Standing.Delivered) || Out.ContainsKey(id);

        /// <summary>Those of them that are finished are no longer in the document.</summary>
        public void TakenOut(IReadOnlyCollection<string> ids, long look) => EachFinished(ids, id =>
        {
            Standings.Remove(id);
            Out[id] = look;
        });

        /// <summary>Forgets those of them that are finished.</summary>
        public void Forget(IReadOnlyCollection<string> ids) => EachFinished(ids, id => Standings.Remove(id));

        /// <summary>Forgets what was taken out before this look.</summary>
        public void ForgetOut(long look)
        {
            foreach (var id in Out.Where(o => o.Value < look).Select(o => o.Key).ToList())
            {
                Out.Remove(id);
            }
        }

        private void EachFinished(IReadOnlyCollection<string> ids, Action<string> act)
        {
            foreach (var id in ids.Where(id => Standings.TryGetValue(id, out var standing) && IsFinished(standing)))
            {
                act(id);
            }
        }

        private static bool IsFinished(Standing standing) => standing != Standing.InHand;
    }
}

/// <summary>An identity's notices that were delivered or given up and may still lie in its document.</summary>
/// <param name="Identity">The identity.</param>
/// <param name="Ids">Their ids.</param>
internal sealed record FinishedNotices(string Identity, IReadOnlyCollection<string> Ids);
