using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Decisions;

namespace BackupCodeBroker.Audit.Join;

/// <summary>The lives of code sets, how often they were rotated, and how long changes took to end them.</summary>
internal sealed class LifeBook(FindingBook findings)
{
    private const int MaxSets = 10_000;
    private const int MaxEvents = 60;
    private const int MaxAllEvents = 60_000;
    private const int MaxRotations = 50_000;
    private const int MaxChanges = 1000;

    // What a refused consumption says of a change that ended the codes.
    private static readonly HashSet<string> EndedBy = new(StringComparer.Ordinal)
    {
        "owner-gone", "owner-disabled", "owner-changed", "entity-gone", "entity-disabled", "entity-changed", "overgranted", "ended", "disabled", "unknown-identity", "suspended",
    };

    private readonly Dictionary<(string Identity, int Generation), Life> _lives = [];
    private readonly Dictionary<string, Turns> _turns = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Change>> _open = new(StringComparer.Ordinal);
    private readonly AgingMap<string, int> _active = new(MaxRotations);
    private readonly AgingMap<string, int> _pending = new(MaxRotations);
    private readonly List<Change> _changes = [];
    private readonly List<(string Identity, DateTimeOffset At)> _endings = [];
    private int _events;

    /// <summary>Sets that are not listed.</summary>
    public int SetsNotListed { get; private set; }

    /// <summary>An operation on record.</summary>
    public void Operation(AccessRecord record, string? identity, Party? by, WrapBook wraps, Someone? asked)
    {
        if (identity is null)
        {
            return;
        }

        var done = record.Outcome == "done";
        var name = record.Operation;
        if (name == Core.Operations.Operation.Issue.Name && done && record.Generation is { } issued)
        {
            Step(identity, issued, record, LifeStep.Issued, by);
            if (_pending.TryGet(identity, out var before) && before != issued)
            {
                Step(identity, before, record, LifeStep.Replaced, by);
                wraps.Ended(identity, before);
            }

            _pending.Set(identity, issued);
            Turn(identity, record, t => t.Issues++);
        }
        else if (name == Core.Operations.Operation.Retrieve.Name && record.Generation is { } received)
        {
            Received(record, identity, received, by, wraps, asked);
        }
        else if (name == Core.Operations.Operation.Consume.Name || name == Core.Operations.Operation.Recover.Name)
        {
            if (record.Generation is { } spent && record.Outcome is "done" or "refused")
            {
                Step(identity, record.Generation.Value, record, done ? LifeStep.Consumed : LifeStep.ConsumeRefused, by);
            }

            if (done)
            {
                Turn(identity, record, t => t.Consumptions++);
            }
            else if (record.Outcome == "refused" && EndedBy.Contains(record.Reason ?? ""))
            {
                Ending(identity, record.EndedAt);
            }
        }
        else if (done && (name == Core.Operations.Operation.Revoke.Name || name == Core.Operations.Operation.Retire.Name || name == Core.Operations.Operation.Transfer.Name))
        {
            Revoked(record, identity, by, wraps);
        }
        else if (done && name == OwnWork.Enforce && record.Reason == SweepAct.Suspended.Name())
        {
            Ending(identity, record.EndedAt);
        }
        else if (done && name == OwnWork.EndLeaked && record.Generation is { } leaked)
        {
            Step(identity, leaked, record, LifeStep.Revoked, by);
            Forget(_pending, identity, leaked);
            Forget(_active, identity, leaked);
            wraps.Ended(identity, leaked);
            Ending(identity, record.EndedAt);
        }
    }

    /// <summary>Something that was done to a wrap at Vault.</summary>
    public void AtVault(CodeWrap wrap, AuditEntry entry, LifeStep step, Party? by)
    {
        if (wrap.Generation is { } generation && findings.Covers(entry.Time))
        {
            Add(wrap.Identity, generation, new LifeEvent { At = entry.Time, Step = step, By = by, RequestId = entry.RequestId, TraceId = entry.Span?.TraceId });
        }
    }

    /// <summary>Something changed that has to end an identity's codes.</summary>
    public void Changed(string identity, string how, AuditEntry entry)
    {
        if (!findings.Covers(entry.Time) || _changes.Count >= MaxChanges)
        {
            return;
        }

        var change = new Change(identity, how, entry.Time, Parties.Of(entry));
        _changes.Add(change);
        if (!_open.TryGetValue(identity, out var open))
        {
            _open[identity] = open = [];
        }

        open.Add(change);
    }

    /// <summary>The lives.</summary>
    public IReadOnlyList<SetLife> Sets() =>
    [
        .. _lives.OrderBy(l => l.Key.Identity, StringComparer.Ordinal).ThenBy(l => l.Key.Generation)
            .Select(l => new SetLife(l.Key.Identity, l.Key.Generation, [.. l.Value.Events.OrderBy(e => e.At)], l.Value.NotListed)),
    ];

    /// <summary>The rotations.</summary>
    public IReadOnlyList<Rotation> Rotations() =>
    [
        .. _turns.OrderBy(t => t.Key, StringComparer.Ordinal)
            .Select(t => new Rotation(t.Key, t.Value.Issues, t.Value.Activations, t.Value.Consumptions, t.Value.Last, t.Value.LongestGap)),
    ];

    /// <summary>The changes, with what ended codes after them.</summary>
    public IReadOnlyList<ChangeEnding> Changes()
    {
        foreach (var (identity, at) in _endings.OrderBy(e => e.At))
        {
            foreach (var change in _open.GetValueOrDefault(identity) ?? [])
            {
                change.EndedAt ??= at >= change.At ? at : null;
            }
        }

        return [.. _changes.OrderBy(c => c.At).Select(c => new ChangeEnding(c.Identity, c.How, c.At, c.By, c.EndedAt))];
    }

    private void Received(AccessRecord record, string identity, int generation, Party? by, WrapBook wraps, Someone? asked)
    {
        if (record.Outcome == "refused")
        {
            Step(identity, generation, record, LifeStep.ActivationRefused, by);
        }
        else if (record.Reason == "intercepted" || record.Outcome == "intercepted")
        {
            Step(identity, generation, record, LifeStep.Intercepted, by);
            Forget(_pending, identity, generation);
            Forget(_active, identity, generation);
            wraps.Ended(identity, generation);
            Ending(identity, record.EndedAt);
        }
        else if (record.Outcome == "done")
        {
            if (_active.TryGet(identity, out var before) && before != generation)
            {
                Step(identity, before, record, LifeStep.Replaced, by);
            }

            _active.Set(identity, generation);
            _pending.Remove(identity);
            Step(identity, generation, record, LifeStep.Activated, by);
            wraps.Activated(identity, generation, asked);
            Ending(identity, record.EndedAt);
            Turn(identity, record, t => t.Activate(record.EndedAt));
        }
    }

    private void Revoked(AccessRecord record, string identity, Party? by, WrapBook wraps)
    {
        foreach (var map in new[] { _active, _pending })
        {
            if (map.TryGet(identity, out var generation))
            {
                Step(identity, generation, record, LifeStep.Revoked, by);
                wraps.Ended(identity, generation);
                map.Remove(identity);
            }
        }

        if (record.Generation is { } named)
        {
            wraps.Ended(identity, named);
        }

        Ending(identity, record.EndedAt);
    }

    private static void Forget(AgingMap<string, int> map, string identity, int generation)
    {
        if (map.TryGet(identity, out var known) && known == generation)
        {
            map.Remove(identity);
        }
    }

    private void Ending(string identity, DateTimeOffset at)
    {
        if (_endings.Count < 200_000)
        {
            _endings.Add((identity, at));
        }
    }

    private void Turn(string identity, AccessRecord record, Action<Turns> what)
    {
        if (!findings.Covers(record.EndedAt))
        {
            return;
        }

        if (!_turns.TryGetValue(identity, out var turns))
        {
            if (_turns.Count >= MaxRotations)
            {
                return;
            }

            _turns[identity] = turns = new Turns();
        }

        what(turns);
    }

    private void Step(string identity, int generation, AccessRecord record, LifeStep step, Party? by)
    {
        if (findings.Covers(record.EndedAt))
        {
            Add(identity, generation, new LifeEvent
            {
                At = record.EndedAt,
                Step = step,
                By = by,
                Detail = record.Reason ?? (record.Approval is { } approval ? "approval " + approval : null),
                OperationId = record.OperationId,
                TraceId = record.TraceId,
            });
        }
    }

    private void Add(string identity, int generation, LifeEvent what)
    {
        if (!_lives.TryGetValue((identity, generation), out var life))
        {
            if (_lives.Count >= MaxSets)
            {
                SetsNotListed++;
                return;
            }

            _lives[(identity, generation)] = life = new Life();
        }

        if (life.Events.Count < MaxEvents && _events < MaxAllEvents)
        {
            _events++;
            life.Events.Add(what);
        }
        else
        {
            life.NotListed++;
        }
    }
}
