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

    /// <summary>One lockdown; null where there is none of that id.</summary>
    public Task<LockdownView?> FindAsync(string id, ActivityContext parent, CancellationToken cancellation) => OwnAsync(parent, async call =>
    {
        var state = desk.ReadAsync(call);
        var story = desk.StoryAsync(call, id);
        await Task.WhenAll(state, story);
        return LockdownView.Of(id, (await state).State, (await story).Story);
    }, cancellation);

    /// <summary>The newest lockdowns about names with this prefix, at most so many of them, older than one of them where that is given.</summary>
    public Task<IReadOnlyList<LockdownView>> PageAsync(
        string prefix, string? before, int limit, ActivityContext parent, CancellationToken cancellation) => OwnAsync(parent, async call =>
    {
        var stories = desk.StoriesAsync(call);
        var reading = desk.ReadAsync(call);
        await Task.WhenAll(stories, reading);
        var state = (await reading).State;
        var ids = (await stories).Union(state.Lockdowns.Select(l => l.Id)).OrderDescending(StringComparer.Ordinal)
            .Where(id => before is null || string.CompareOrdinal(id, before) < 0);
        List<LockdownView> page = [];
        foreach (var some in ids.Chunk(MaxParallel))
        {
            var found = await Task.WhenAll(some.Select(async id => LockdownView.Of(id, state, (await desk.StoryAsync(call, id)).Story)));
            page.AddRange(found.OfType<LockdownView>().Where(v => v.Lockdown.Scope.Prefix.StartsWith(prefix, StringComparison.Ordinal)));
            if (page.Count >= limit)
            {
                break;
            }
        }

        return (IReadOnlyList<LockdownView>)page[..Math.Min(limit, page.Count)];
    }, cancellation);

    private async Task<T> OwnAsync<T>(ActivityContext parent, Func<VaultCall, Task<T>> work, CancellationToken cancellation)
    {
        using var scope = new OwnWorkScope(OwnWork.LockdownProgress, log, metrics, time, parent);
        return await scope.RunAsync(() => work(scope.Call(cancellation)));
    }
}

/// <summary>A lockdown as it stands.</summary>
/// <param name="Lockdown">As it was declared.</param>
/// <param name="InForce">Whether it is in force.</param>
/// <param name="Story">Its story; null where nobody has written it yet.</param>
/// <param name="Lift">Its end, by its story or, where that is behind, by the state.</param>
internal sealed record LockdownView(Lockdown Lockdown, bool InForce, LockdownStory? Story, LockdownLift? Lift)
{
    public static LockdownView? Of(string id, BrokerState state, LockdownStory? story)
    {
        var inForce = state.Lockdowns.FirstOrDefault(l => l.Id == id);
        var lifted = state.Lifted.FirstOrDefault(l => l.Lockdown.Id == id);
        return (inForce ?? story?.Lockdown ?? lifted?.Lockdown) is { } lockdown
            ? new LockdownView(lockdown, inForce is not null, story, story?.Lift ?? lifted?.Lift)
            : null;
    }
}
