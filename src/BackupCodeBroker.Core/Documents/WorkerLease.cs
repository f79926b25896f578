namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// <c>broker/lease</c>: which replica's worker leads, and how far its sweep has come. No clock is compared with another: whoever sees the same KV version
/// for as long as the lease says, by a clock of its own, takes over with a check-and-set; the leader renews it several times in that span.
/// </summary>
public sealed record WorkerLease
{
    /// <summary>Schema that this version reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>
    /// Shortest and longest time that a lease can ask others to wait. Who waits looks every third of it, sees the last renewal up to one such look late and its time
    /// over up to another, and each of the two may take two seconds at Vault: that must stay below the thirty seconds within which another leads.
    /// </summary>
    public static readonly TimeSpan MinTakeover = TimeSpan.FromSeconds(2), MaxTakeover = TimeSpan.FromSeconds(15);

    /// <summary>Schema number.</summary>
    public required int Schema { get; init; }

    /// <summary>The replica that leads; empty where the lease was given back.</summary>
    public required string Holder { get; init; }

    /// <summary>KV version with which the holder took over: it only grows, and tells one turn from the next.</summary>
    public required long Term { get; init; }

    /// <summary>How long the lease must stay unchanged, in milliseconds, before another may take it.</summary>
    public required int TakeoverMilliseconds { get; init; }

    /// <summary>How far the sweep has come that is under way; null where none is.</summary>
    public SweepCursor? Cursor { get; init; }

    /// <summary>Whether nobody holds it.</summary>
    public bool IsFree => Holder.Length == 0;

    /// <summary>How long others wait.</summary>
    public TimeSpan Takeover => TimeSpan.FromMilliseconds(
        Math.Clamp(TakeoverMilliseconds, MinTakeover.TotalMilliseconds, MaxTakeover.TotalMilliseconds));
}

/// <summary>Where a sweep stands.</summary>
/// <param name="Sweep">Its number, counted over all leaders.</param>
/// <param name="After">The last identity, in the order of names, up to which all were looked at; null at the beginning.</param>
public sealed record SweepCursor(long Sweep, string? After = null);
