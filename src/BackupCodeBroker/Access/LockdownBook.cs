using System.Diagnostics;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Access;

/// <summary>
/// What is to be known of lockdowns: those in force by the state document, and the stories of all. It is read as the broker's own work, before it is known
/// whom it is for: whose permission to ask is told by what is found.
/// </summary>
internal sealed class LockdownBook(StateDesk desk, AccessLog log, OperationMetrics metrics, TimeProvider time)
{
    private const int MaxParallel = 8;

    // Stories of a page: with names each is some hundred kilobytes to read.
    private const int MaxLooked = 200;

    /// <summary>One lockdown; null where there is none of that id.</summary>
    public Task<LockdownView?> FindAsync(string id, ActivityContext parent, CancellationToken cancellation) => OwnAsync(parent, async call =>
    {
        var state = desk.ReadAsync(call);
        var story = desk.StoryAsync(call, id);
        await Task.WhenAll(state, story);
        return LockdownView.Of(id, await state, (await story).Story);
    }, cancellation);

    /// <summary>
    /// The newest lockdowns about names with this prefix, at most so many of them, older than one of them where that is given; without their names. Of many
    /// stories about other names some are looked at: the page may be short, or empty, and still tell where it goes on.
    /// </summary>
    public Task<LockdownViews> PageAsync(
        string prefix, string? before, int limit, ActivityContext parent, CancellationToken cancellation) => OwnAsync(parent, async call =>
    {
        var stories = desk.StoriesAsync(call);
        var reading = desk.ReadAsync(call);
        await Task.WhenAll(stories, reading);
        var state = await reading;
        string[] ids = [.. (await stories).Union(state.State.Lockdowns.Select(l => l.Id)).OrderDescending(StringComparer.Ordinal)
            .Where(id => before is null || string.CompareOrdinal(id, before) < 0).Take(MaxLooked + 1)];
        List<LockdownView> page = [];
        foreach (var some in ids.Take(MaxLooked).Chunk(MaxParallel))
        {
            var found = await Task.WhenAll(some.Select(async id => LockdownView.Of(id, state, (await desk.StoryAsync(call, id)).Story?.WithoutNames())));
            page.AddRange(found.OfType<LockdownView>().Where(v => v.Lockdown.Scope.Prefix.StartsWith(prefix, StringComparison.Ordinal)));
            if (page.Count > limit)
            {
                return new LockdownViews(page[..limit], page[limit - 1].Lockdown.Id);
            }
        }

        return new LockdownViews(page, ids.Length > MaxLooked ? ids[MaxLooked - 1] : null);
    }, cancellation);

    private async Task<T> OwnAsync<T>(ActivityContext parent, Func<VaultCall, Task<T>> work, CancellationToken cancellation)
    {
        using var scope = new OwnWorkScope(OwnWork.LockdownProgress, log, metrics, time, parent);
        return await scope.RunAsync(() => work(scope.Call(cancellation)));
    }
}

/// <summary>Some lockdowns.</summary>
/// <param name="Views">The lockdowns, the newest first.</param>
/// <param name="Next">The oldest that was looked at where there are more; null on the last page.</param>
internal sealed record LockdownViews(IReadOnlyList<LockdownView> Views, string? Next);

/// <summary>A lockdown as it stands.</summary>
/// <param name="Lockdown">As it was declared.</param>
/// <param name="InForce">Whether it is in force.</param>
/// <param name="Story">Its story; null where nobody has written it yet.</param>
/// <param name="Lift">Its end, by its story or, where that is behind, by the state.</param>
/// <param name="StateVersion">KV version of the state by which it stands so.</param>
internal sealed record LockdownView(Lockdown Lockdown, bool InForce, LockdownStory? Story, LockdownLift? Lift, long StateVersion)
{
    /// <summary>Which sets it is over.</summary>
    public LockdownReach Reach => new(Lockdown, !InForce, StateVersion);

    public static LockdownView? Of(string id, (BrokerState State, long Version) state, LockdownStory? story)
    {
        var inForce = state.State.Lockdowns.FirstOrDefault(l => l.Id == id);
        var lifted = state.State.Lifted.FirstOrDefault(l => l.Lockdown.Id == id);
        return (inForce ?? story?.Lockdown ?? lifted?.Lockdown) is { } lockdown
            ? new LockdownView(lockdown, inForce is not null, story, story?.Lift ?? lifted?.Lift, state.Version)
            : null;
    }
}
