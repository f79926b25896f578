using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Worker;

/// <summary>The notes that are taken of one sweep, called one at a time. Notes that throw are taken no further.</summary>
internal sealed partial class SweepObservers(ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly List<ISweepNotes> _notes = [];

    /// <summary>Begins.</summary>
    public void Begin(IEnumerable<ISweepObserver> observers, SweepBeginning sweep)
    {
        foreach (var observer in observers)
        {
            try
            {
                if (observer.Begin(sweep) is { } notes)
                {
                    _notes.Add(notes);
                }
            }
            catch (Exception e)
            {
                LogBroken(logger, observer.GetType().Name, e);
            }
        }
    }

    /// <summary>Shows an identity.</summary>
    public void Saw(IdentityDocument after) => Each(notes => notes.Saw(after));

    /// <summary>Tells of one that could not be read.</summary>
    public void Missed(IdentityName identity) => Each(notes => notes.Missed(identity));

    private void Each(Action<ISweepNotes> tell)
    {
        lock (_lock)
        {
            foreach (var notes in _notes.ToArray())
            {
                try
                {
                    tell(notes);
                }
                catch (Exception e)
                {
                    Drop(notes, e);
                }
            }
        }
    }

    /// <summary>A page is done.</summary>
    public Task PageEndedAsync(CancellationToken stop) => EachAsync(notes => notes.PageEndedAsync(stop), stop);

    /// <summary>The sweep is done.</summary>
    public Task EndAsync(CancellationToken stop) => EachAsync(notes => notes.EndAsync(stop), stop);

    private async Task EachAsync(Func<ISweepNotes, Task> tell, CancellationToken stop)
    {
        foreach (var notes in _notes.ToArray())
        {
            try
            {
                await tell(notes);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                Drop(notes, e);
            }
        }
    }

    private void Drop(ISweepNotes notes, Exception e)
    {
        _notes.Remove(notes);
        LogBroken(logger, notes.GetType().Name, e);
    }

    [LoggerMessage(EventId = 43, Level = LogLevel.Error, Message = "{Observer} broke down over a sweep, which goes on without it")]
    private static partial void LogBroken(ILogger logger, string observer, Exception exception);
}
