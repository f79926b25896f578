namespace BackupCodeBroker.Audit.Join;

/// <summary>What is to be done once the log has come past a time.</summary>
internal sealed class Agenda
{
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Order)> _tasks = new();
    private long _order;

    /// <summary>Time that the log has come to.</summary>
    public DateTimeOffset Now { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Puts something down.</summary>
    public void At(DateTimeOffset at, Action task) => _tasks.Enqueue(task, (at, _order++));

    /// <summary>Lets time pass.</summary>
    public void PassTo(DateTimeOffset now)
    {
        while (_tasks.TryPeek(out _, out var next) && next.At <= now)
        {
            Now = next.At > Now ? next.At : Now;
            _tasks.Dequeue()();
        }

        Now = now > Now ? now : Now;
    }

    /// <summary>Does all that is left, in order: the log is at its end, so <see cref="Now"/> stays where it is.</summary>
    public void Finish()
    {
        while (_tasks.TryDequeue(out var task, out _))
        {
            task();
        }
    }
}
