using System.Diagnostics;

namespace BackupCodeBroker.Vault;

/// <summary>
/// Calls of one operation that are over and not told yet. They are told together when the operation has been answered: what is run once in a while
/// is fetched from memory each time, and to do it one by one costs several times as much as to do it in a row, while the caller waits. Calls of one
/// operation run side by side.
/// </summary>
/// <param name="parent">The operation's span.</param>
internal sealed class EndedCalls(ActivityContext parent)
{
    /// <summary>Work that goes on for long is told in pieces.</summary>
    private const int Most = 64;

    private readonly Lock _lock = new();
    private List<EndedCall> _calls = [];
    private bool _told;

    /// <summary>A call is over. After the operation's own end it is told at once.</summary>
    public void Add(in EndedCall call)
    {
        List<EndedCall> due;
        lock (_lock)
        {
            _calls.Add(call);
            if (!_told && _calls.Count < Most)
            {
                return;
            }

            due = Take();
        }

        Tell(due);
    }

    /// <summary>The operation is over: tells what is left.</summary>
    public void Tell()
    {
        List<EndedCall> due;
        lock (_lock)
        {
            _told = true;
            due = Take();
        }

        Tell(due);
    }

    private List<EndedCall> Take()
    {
        var taken = _calls;
        _calls = [];
        return taken;
    }

    private void Tell(List<EndedCall> due)
    {
        foreach (var call in due)
        {
            call.Tell(parent);
        }
    }
}
