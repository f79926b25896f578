using System.Collections.Concurrent;
using System.Diagnostics;

namespace BackupCodeBroker.IntegrationTests.Kit;

/// <summary>
/// What callers saw of one code, and whether some order explains it: each operation taking effect at one moment between its call and its
/// answer, on a code that is live until it is spent or its set is ended (linearizability). The search is Wing and Gong's; what changes nothing
/// is taken as soon as it fits, so a crowd of refusals costs nothing.
/// </summary>
internal sealed class History
{
    private readonly ConcurrentBag<Event> _events = [];

    /// <summary>What a code can be.</summary>
    private enum State
    {
        Live,
        Spent,
        Ended,
    }

    /// <summary>What was done and answered.</summary>
    public enum Act
    {
        Spent,
        Refused,
        Revoked,
        Unknown,
    }

    public IReadOnlyCollection<Event> Events => _events;

    /// <summary>Notes an operation from its call to its answer.</summary>
    public async Task<ApiReply> NoteAsync(Func<Task<ApiReply>> operation)
    {
        var called = Stopwatch.GetTimestamp();
        var reply = await operation();
        Add(called, Stopwatch.GetTimestamp(), reply.Status switch
        {
            200 => Act.Spent,
            204 => Act.Revoked,
            403 => Act.Refused,
            _ => Act.Unknown,
        });
        return reply;
    }

    public void Add(long called, long answered, Act act) => _events.Add(new Event(called, act == Act.Unknown ? long.MaxValue : answered, act));

    /// <summary>Whether one order explains all answers.</summary>
    public bool IsLinearizable() => Explains([.. _events.OrderBy(e => e.Called)], State.Live);

    private static bool Explains(List<Event> left, State state)
    {
        if (left.All(e => e.Act == Act.Unknown))
        {
            return true;
        }

        var firstAnswer = left.Min(e => e.Answered);
        var possible = left.Where(e => e.Called <= firstAnswer).ToList();
        if (possible.FirstOrDefault(e => After(state, e.Act) == state) is { } idle)
        {
            return Explains([.. left.Where(e => !ReferenceEquals(e, idle))], state);
        }

        return possible.Any(e => After(state, e.Act) is { } next && Explains([.. left.Where(o => !ReferenceEquals(o, e))], next));
    }

    // An unknown outcome may have spent the code or done nothing; where it does nothing it is left to the end.
    private static State? After(State state, Act act) => (state, act) switch
    {
        (State.Live, Act.Spent or Act.Unknown) => State.Spent,
        (State.Spent or State.Ended, Act.Refused) => state,
        (_, Act.Revoked) => State.Ended,
        _ => null,
    };

    public sealed record Event(long Called, long Answered, Act Act);
}
