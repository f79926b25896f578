using BackupCodeBroker.Core.Audit;

namespace BackupCodeBroker.Audit.Join;

/// <summary>A set's life as it is gathered.</summary>
internal sealed class Life
{
    public List<LifeEvent> Events { get; } = [];

    public int NotListed { get; set; }
}

/// <summary>How often an identity's codes were rotated, as it is counted.</summary>
internal sealed class Turns
{
    public int Issues { get; set; }

    public int Activations { get; private set; }

    public int Consumptions { get; set; }

    public DateTimeOffset? Last { get; private set; }

    public TimeSpan? LongestGap { get; private set; }

    public void Activate(DateTimeOffset at)
    {
        Activations++;
        if (Last is { } last && at - last is var gap && (LongestGap is null || gap > LongestGap))
        {
            LongestGap = gap;
        }

        Last = at;
    }
}

/// <summary>A change that has to end codes, until something did.</summary>
internal sealed class Change(string identity, string how, DateTimeOffset at, Party? by)
{
    public string Identity => identity;

    public string How => how;

    public DateTimeOffset At => at;

    public Party? By => by;

    public DateTimeOffset? EndedAt { get; set; }
}
