using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Worker;

/// <summary>The notes that are taken of one sweep, called one at a time. Notes that throw are taken no further.</summary>
internal sealed partial class SweepObservers(ILogger logger, Pseudonyms pseudonyms)
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
                LogBroken(logger, observer.GetType().Name, e.ToString());
            }
        }
    }

    /// <summary>Shows an identity.</summary>
    public void Saw(IdentityDocument after) => Each(notes => notes.Saw(after), after.Identity);

    /// <summary>Tells of one whose document could not be read.</summary>
    public void Unread(IdentityName identity) => Each(notes => notes.Unread(identity), identity.Value);

    /// <summary>An identity could not be looked at.</summary>
    public void Missed() => Each(notes => notes.Missed(), null);

    /// <summary>A page is done.</summary>
    public Task PageEndedAsync(CancellationToken stop) => EachAsync(notes => notes.PageEndedAsync(stop), stop);

    /// <summary>The sweep is done.</summary>
    public Task EndAsync(CancellationToken stop) => EachAsync(notes => notes.EndAsync(stop), stop);

    private void Each(Action<ISweepNotes> tell, string? about)
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
                    Drop(notes, pseudonyms.In(e.ToString(), about));
                }
            }
        }
    }

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
                Drop(notes, e.ToString());
            }
        }
    }

    private void Drop(ISweepNotes notes, string defect)
    {
        _notes.Remove(notes);
        LogBroken(logger, notes.GetType().Name, defect);
    }

    [LoggerMessage(EventId = 43, Level = LogLevel.Error, Message = "{Observer} broke down over a sweep, which goes on without it: {Defect}")]
    private static partial void LogBroken(ILogger logger, string observer, string defect);
}
