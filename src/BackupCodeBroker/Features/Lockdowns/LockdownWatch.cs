using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Worker;

namespace BackupCodeBroker.Features.Lockdowns;

/// <summary>
/// Keeps the stories of lockdowns: each whole sweep counts anew how far they got, from the documents alone, so that nothing is lost with a worker that
/// dies. What a responder's broker did not get to (a story to begin, an end to tell) is made up for here. A lifted <c>void</c> lockdown is counted on until
/// everybody whom it hit has new codes, for a quarter of a year at most.
/// </summary>
internal sealed class LockdownWatch(
    StateDesk desk, LockdownNotices notices, SweepSignal signal, LockdownMetrics figures, AccessLog log, OperationMetrics metrics, TimeProvider time) : ISweepObserver, IDisposable
{
    private const int MaxOpen = 4 * BrokerState.MaxLockdowns;

    // Of all that are counted at once; what is cut off is counted, and read a page at a time by whoever asks.
    private const int MaxNames = 40_000;

    private static readonly TimeSpan Watched = TimeSpan.FromDays(90);
    private static readonly TimeSpan ListingEvery = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HashSet<string> _over = new(StringComparer.Ordinal);
    private IReadOnlyList<LockdownReach> _open = [];
    private long? _listed;
    private ITimer? _again;

    /// <inheritdoc/>
    public ISweepNotes? Begin(SweepBeginning sweep) => sweep.IsWhole ? new Notes(this, [.. Counted(sweep)], time.Moment()) : null;

    public void Dispose() => _again?.Dispose();

    private IEnumerable<LockdownReach> Counted(SweepBeginning sweep) => sweep.State.Lockdowns.Select(l => new LockdownReach(l))
        .Concat(sweep.State.Lifted.Where(l => LockdownId.IsId(l.Lockdown.Id)).Select(l => new LockdownReach(l.Lockdown, IsLifted: true)))
        .Concat(_open).DistinctBy(l => l.Lockdown.Id).Select(l => l with { StateVersion = sweep.StateVersion });

    private async Task EndAsync(IReadOnlyList<LockdownTally> tallies, DateTimeOffset began, CancellationToken cancellation)
    {
        List<LockdownStory> stories = [];
        foreach (var tally in tallies.Where(t => !_over.Contains(t.Lockdown.Id)))
        {
            if (await OwnAsync((call, id) => TellAsync(call, tally, began, id), cancellation) is { } story)
            {
                stories.Add(story.WithoutNames());
            }
        }

        foreach (var story in stories.Where(s => s.Outbox.Count > 0))
        {
            // Enforcing does not wait for a sink that takes nothing: the next sweep tries again.
            if (!await DeliverAsync(story, cancellation))
            {
                break;
            }
        }

        if (_listed is null || time.GetElapsedTime(_listed.Value) > ListingEvery)
        {
            stories.AddRange(await OwnAsync((call, _) => OthersAsync(call, stories), cancellation));
            _listed = time.GetTimestamp();
        }

        _open = [.. stories.Where(s => s.Lift is not null && !_over.Contains(s.Lockdown.Id)).Take(MaxOpen).Select(s => new LockdownReach(s.Lockdown, IsLifted: true))];
        figures.Counted(stories);
        ComeAgain(stories);
    }

    // The story is read before the state: one that the state does not have then was lifted.
    private async Task<LockdownStory?> TellAsync(VaultCall call, LockdownTally tally, DateTimeOffset began, string id)
    {
        var lockdown = tally.Lockdown;
        var (there, _) = await desk.StoryAsync(call, lockdown.Id);
        if (there is { IsSettled: true })
        {
            _over.Add(lockdown.Id);
            return there;
        }

        var (state, _) = await desk.ReadAsync(call);
        var lift = there?.Lift is not null || state.Lockdowns.Any(l => l.Id == lockdown.Id) ? null : LiftOf(state, lockdown, id);
        var told = await desk.ChangeStoryAsync(call, lockdown.Id, story =>
        {
            story ??= LockdownStory.Of(lockdown, time.Moment() + OperationScope.Deadline);
            story = story.With(tally.Result(began, story.InForceAt), id);
            return lift is null ? story : story.With(lift);
        });
        if (told is { IsSettled: true } || told?.Lift?.At + Watched < time.GetUtcNow())
        {
            _over.Add(lockdown.Id);
        }

        return told;
    }

    private async Task<bool> DeliverAsync(LockdownStory story, CancellationToken cancellation)
    {
        var mail = await notices.OfferAsync(story, cancellation);
        if (!mail.IsEmpty)
        {
            await OwnAsync((call, _) => desk.ChangeStoryAsync(call, story.Lockdown.Id, now => now is null ? null : mail.OutOf(now)), cancellation);
        }

        return !mail.SinksFail;
    }

    private LockdownLift LiftOf(BrokerState state, Lockdown lockdown, string id) => state.Lifted.FirstOrDefault(l => l.Lockdown.Id == lockdown.Id)?.Lift
        ?? new LockdownLift(time.Moment(), Actor.Worker, "it is in force no more; who lifted it stands in the audit log", id, "");

    // Stories that the state does not tell of: those that a former leader counted on.
    private async Task<IReadOnlyList<LockdownStory>> OthersAsync(VaultCall call, List<LockdownStory> known)
    {
        List<LockdownStory> others = [];
        foreach (var id in (await desk.StoriesAsync(call)).Where(id => !_over.Contains(id) && known.All(s => s.Lockdown.Id != id)).Take(MaxOpen))
        {
            if ((await desk.StoryAsync(call, id)).Story is not { } story)
            {
                continue;
            }

            if (story.IsSettled || story.Lift?.At + Watched < time.GetUtcNow())
            {
                _over.Add(id);
            }
            else
            {
                others.Add(story.WithoutNames());
            }
        }

        return others;
    }

    // What was counted before it could be complete is counted again as soon as it can.
    private void ComeAgain(List<LockdownStory> stories)
    {
        var early = stories.Where(s => s.Progress is { Complete: false } p && p.AsOf < s.InForceAt).Select(s => s.InForceAt).ToList();
        if (early.Count > 0)
        {
            var wait = early.Max() - time.GetUtcNow();
            _again?.Dispose();
            _again = time.CreateTimer(_ => signal.Ask(), null, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task<T> OwnAsync<T>(Func<VaultCall, string, Task<T>> work, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        using var scope = new OwnWorkScope(OwnWork.LockdownProgress, log, metrics, time);
        return await scope.RunAsync(() => work(scope.Call(either.Token), scope.Id));
    }

    private sealed class Notes(LockdownWatch watch, IReadOnlyList<LockdownReach> counted, DateTimeOffset began) : ISweepNotes
    {
        private readonly IReadOnlyList<LockdownTally> _tallies =
            [.. counted.Select(l => new LockdownTally(l, Math.Min(LockdownProgress.MaxNames, MaxNames / 2 / counted.Count)))];

        public void Saw(IdentityDocument after)
        {
            foreach (var tally in _tallies)
            {
                tally.Add(after);
            }
        }

        public void Missed()
        {
            foreach (var tally in _tallies)
            {
                tally.Miss();
            }
        }

        public void Unread(IdentityName identity)
        {
            foreach (var tally in _tallies)
            {
                tally.AddUnread(identity.Value);
            }
        }

        public Task EndAsync(CancellationToken cancellation) => watch.EndAsync(_tallies, began, cancellation);
    }
}
