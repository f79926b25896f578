namespace BackupCodeBroker.Configuration;

/// <summary>The hosted worker: one replica leads, and enforces between uses what is enforced again at each use.</summary>
internal sealed record WorkerSettings
{
    /// <summary>Whether this process has a worker.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether it has nothing else: no operation is served, health is.</summary>
    public bool Alone { get; init; }

    /// <summary>From the beginning of one sweep to that of the next; a sweep that takes longer is followed at once.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most identities that a sweep reads in a second.</summary>
    public int Rate { get; init; } = 2_000;
}
