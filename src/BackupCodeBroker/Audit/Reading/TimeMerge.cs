namespace BackupCodeBroker.Audit.Reading;

/// <summary>All sources' items in the order of their times. A source is opened when its first item's time has come, and closed when it is through.</summary>
internal sealed class TimeMerge : IDisposable
{
    private readonly List<AuditInput> _inputs;
    private readonly PriorityQueue<AuditInput, (DateTimeOffset Time, int Number)> _waiting = new();
    private readonly PriorityQueue<(AuditInput Input, AuditItem Item, int Number), (DateTimeOffset Time, int Number)> _heads = new();

    public TimeMerge(IReadOnlyList<AuditInput> inputs)
    {
        _inputs = [.. inputs];
        for (var number = 0; number < _inputs.Count; number++)
        {
            // One without a readable item is read all the same, for what is wrong with its lines.
            _waiting.Enqueue(_inputs[number], (_inputs[number].Look() ?? DateTimeOffset.MinValue, number));
        }
    }

    /// <summary>The next item; null at the end of all.</summary>
    public AuditItem? Next()
    {
        while (_waiting.TryPeek(out var input, out var at) && (!_heads.TryPeek(out _, out var head) || at.Time <= head.Time))
        {
            _waiting.Dequeue();
            Advance(input, at.Number);
        }

        if (!_heads.TryDequeue(out var next, out _))
        {
            return null;
        }

        Advance(next.Input, next.Number);
        return next.Item;
    }

    public void Dispose() => _inputs.ForEach(i => i.Dispose());

    private void Advance(AuditInput input, int number)
    {
        if (input.Next() is { } item)
        {
            _heads.Enqueue((input, item, number), (item.Time, number));
        }
    }
}
