using BackupCodeBroker.Core.Decisions;

namespace BackupCodeBroker.Core.Documents;

/// <summary>
/// <c>broker/lockdowns/&lt;id&gt;</c>: what became of one lockdown. Nothing hangs on it: the state document says what is in force and the identities'
/// documents what was ended, so a story that is missing or behind is made anew from them. Each of its turns happens once, and so does its notice.
/// </summary>
public sealed record LockdownStory
{
    /// <summary>Schema that this version reads and writes.</summary>
    public const int CurrentSchema = 1;

    /// <summary>Most notices that wait in it: one for each turn.</summary>
    public const int MaxNotices = 3;

    /// <summary>How old the figures may look while nothing changes: so often they are written all the same.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromMinutes(5);

    /// <summary>Notice: it was declared.</summary>
    public const string Declared = "lockdown-declared";

    /// <summary>Notice: every match is ended, or frozen.</summary>
    public const string Completed = "lockdown-completed";

    /// <summary>Notice: it was lifted.</summary>
    public const string WasLifted = "lockdown-lifted";

    /// <summary>Schema number.</summary>
    public required int Schema { get; init; }

    /// <summary>The lockdown as it was declared.</summary>
    public required Lockdown Lockdown { get; init; }

    /// <summary>From when on no consumption that did not see it is answered with a success any more.</summary>
    public required DateTimeOffset InForceAt { get; init; }

    /// <summary>How far it got, as of the last whole sweep; null before the first.</summary>
    public LockdownProgress? Progress { get; init; }

    /// <summary>When a sweep first found nothing left to end; null until then.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Its end; null while it is in force.</summary>
    public LockdownLift? Lift { get; init; }

    /// <summary>Notices that were not delivered yet.</summary>
    public IReadOnlyList<OutboxEntry> Outbox { get; init => field = value ?? []; } = [];

    /// <summary>Notices that were given up.</summary>
    public int DeadLetters { get; init; }

    /// <summary>Whether nothing will become of it any more: lifted, and nobody waits for new codes.</summary>
    public bool IsOver => Lift is not null && (Lockdown.Mode != Lockdown.Void || Progress is { } p && p.Reissued == p.Matched);

    /// <summary>Whether it can be left alone: it is over, and everybody was told.</summary>
    public bool IsSettled => IsOver && Outbox.Count == 0;

    /// <summary>The beginning. Made twice it is the same, so whoever finds none may make it.</summary>
    public static LockdownStory Of(Lockdown lockdown, DateTimeOffset inForceAt) => new LockdownStory
    {
        Schema = CurrentSchema,
        Lockdown = lockdown,
        InForceAt = inForceAt,
    }.Telling(Declared, lockdown.DeclaredAt, lockdown.OperationId, lockdown.DeclaredBy);

    /// <summary>The story with what a sweep counted; the first time that nothing is left to end is its completion. The same story where nothing changed.</summary>
    /// <param name="progress">What was counted.</param>
    /// <param name="operationId">The piece of own work that writes it.</param>
    public LockdownStory With(LockdownProgress progress, string operationId)
    {
        if (Progress is { } last && (last.AsOf > progress.AsOf || last.IsSame(progress) && progress.AsOf - last.AsOf < Refresh))
        {
            return this;
        }

        var next = this with { Progress = progress };
        return CompletedAt is null && progress.Complete
            ? (next with { CompletedAt = progress.AsOf }).Telling(Completed, progress.AsOf, operationId, Actor.Worker)
            : next;
    }

    /// <summary>The story with its end; the same story where it has one.</summary>
    public LockdownStory With(LockdownLift lift) =>
        Lift is not null ? this : (this with { Lift = lift }).Telling(WasLifted, lift.At, lift.OperationId, lift.By);

    /// <summary>The story without notices that were delivered, or given up where <paramref name="dead"/>; the same story where it holds none of them.</summary>
    public LockdownStory Without(IReadOnlyCollection<string> notices, bool dead = false)
    {
        var left = Outbox.Where(entry => !notices.Contains(entry.Id)).ToList();
        var gone = Outbox.Count - left.Count;
        return gone == 0 ? this : this with { Outbox = left, DeadLetters = DeadLetters + (dead ? gone : 0) };
    }

    /// <summary>The story without the names in it, for whoever keeps many.</summary>
    public LockdownStory WithoutNames() => Progress is { } progress ? this with { Progress = progress with { Names = [], Waiting = [] } } : this;

    // Under an id that is the lockdown's and the turn's: whoever is told twice can know.
    private LockdownStory Telling(string notice, DateTimeOffset at, string operationId, Actor by) => this with
    {
        Outbox = [.. Outbox, new OutboxEntry { Id = $"{Lockdown.Id}-{notice}", Notice = notice, At = at, OperationId = operationId, By = by, Cause = Lockdown.Mode }],
    };
}

/// <summary>How far a lockdown got, counted over all documents at once by <see cref="LockdownTally"/>.</summary>
public sealed record LockdownProgress
{
    /// <summary>Most names of a list; what follows is a number.</summary>
    public const int MaxNames = 1_000;

    /// <summary>When the counting sweep began.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Identities that it hit.</summary>
    public required int Matched { get; init; }

    /// <summary>Those of them that have no set under it any more.</summary>
    public required int Ended { get; init; }

    /// <summary>Those of them that have received new codes since.</summary>
    public required int Reissued { get; init; }

    /// <summary>Whether nothing is left to end.</summary>
    public required bool Complete { get; init; }

    /// <summary>Documents of names meant that are there and could not be read; null where there are none.</summary>
    public int? Unread { get; init; }

    /// <summary>The identities hit, in the order of their names, the first of them.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Those that have no new codes, likewise.</summary>
    public required IReadOnlyList<string> Waiting { get; init; }

    /// <summary>How many have no new codes.</summary>
    public int Missing => Matched - Reissued;

    /// <summary>Whether it says the same, whenever it was counted.</summary>
    public bool IsSame(LockdownProgress other) =>
        (Matched, Ended, Reissued, Complete, Unread) == (other.Matched, other.Ended, other.Reissued, other.Complete, other.Unread)
        && Names.SequenceEqual(other.Names) && Waiting.SequenceEqual(other.Waiting);
}
