using BackupCodeBroker.Core.Documents;

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

    /// <summary>Most identities of a page: one entry in the access records, and as far as a sweep is repeated that was broken off.</summary>
    public int Page { get; init; } = 500;

    /// <summary>How long a lease stays unrenewed before another replica takes it. The lease says it, so replicas may differ.</summary>
    public TimeSpan Takeover { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Shortest and longest from one sweep to the next: what the worker does is done within a minute of being known.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1), MaxInterval = TimeSpan.FromSeconds(45);

    /// <summary>Every error, in words; empty where it is sound.</summary>
    public IEnumerable<string> Errors()
    {
        if (Interval < MinInterval || Interval > MaxInterval)
        {
            yield return "worker.interval must be 1s to 45s";
        }

        if (Takeover < WorkerLease.MinTakeover || Takeover > WorkerLease.MaxTakeover)
        {
            yield return "worker.takeover must be 2s to 15s";
        }

        if (Alone && !Enabled)
        {
            yield return "worker.alone and worker.enabled=false leave nothing to run";
        }
    }

    /// <summary>Between two renewals, and between two looks of those who wait: several of them fit into a takeover.</summary>
    public TimeSpan Renewal => Takeover / 3;

    /// <summary>How long the leader leads after it sent its last renewal: by then it has stopped, by its own clock, before another can begin.</summary>
    public TimeSpan Leading => Takeover * 2 / 3;

    /// <summary>Between two beats of the leader's heart.</summary>
    public TimeSpan Beat => Takeover * 2 / 3;
}
