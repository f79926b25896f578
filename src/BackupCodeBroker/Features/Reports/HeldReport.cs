using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Worker;

namespace BackupCodeBroker.Features.Reports;

/// <summary>
/// One page for somebody who may not see all: some names, those of them that they hold <c>status</c> on or own, and nothing of the others. Read now, not from
/// a snapshot: a stranger's request must not have the fleet looked at.
/// </summary>
internal sealed class HeldReport(OperationScope scope, ReportQuery query, Seeing.Held held, Sight sight, Heart heart, FleetRows rows, SweepPeople people)
{
    /// <summary>Most names that a request looks at.</summary>
    public const int MaxLookedAt = 1_000;

    private const int MaxParallel = 16;

    private readonly List<ReportRow> _page = [];
    private readonly DateTimeOffset _at = scope.Now;
    private (BrokerState State, long Version)? _state;
    private bool _asked;

    public async Task<Outcome> PageAsync()
    {
        var names = await sight.NamesAsync(scope);
        var at = query.After.In(names);
        var end = Math.Min(names.Count, at + MaxLookedAt);
        while (at < end && _page.Count < query.Limit)
        {
            // No more at once than the page still takes: what follows is looked at by the next.
            string[] some = [.. names.Skip(at).Take(Math.Min(Math.Min(Sight.MaxAsked, query.Limit - _page.Count), end - at))];
            if (await LookAsync(some) is { } denied)
            {
                return denied;
            }

            at += some.Length;
        }

        // A page on which somebody holds nothing is asked for in vain, so that each stands as a denial in Vault's audit log; that they hold nothing anywhere is known, and told, where it had all names.
        return held.Self is null && !_asked && await sight.AskInVainAsync(scope, held, mine: false) is { } missing
            && at == names.Count && query.After.IsBeginning
            ? missing
            : new Outcome.Done(200, new ReportAnswer { TakenAt = _at, Identities = _page, Next = at < names.Count ? new ListPlace(null, at).ToString() : null });
    }

    private async Task<Outcome?> LookAsync(string[] names)
    {
        var byName = await sight.HeldAsync(scope, held, names);
        if (byName.Count > 0 && !_asked)
        {
            if (await sight.AskAsync(scope, held, byName.First()) is { } denied)
            {
                return denied;
            }

            _asked = true;
        }

        string[] readable = [.. names.Where(name => held.Self is not null || byName.Contains(name))];
        if (readable.Length > 0)
        {
            await ReadAsync(readable, byName);
        }

        return null;
    }

    private async Task ReadAsync(string[] names, IReadOnlySet<string> byName)
    {
        var state = _state ??= await heart.ReadAsync(scope.Call);
        var read = new ReportRow?[names.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = scope.Call.Cancellation };
        await Parallel.ForAsync(0, names.Length, parallel, async (i, _) =>
        {
            var isHeld = byName.Contains(names[i]);
            var row = await rows.ReadAsync(scope.Call, state, people, names[i], document => isHeld || held.Self!.Owns(document));
            read[i] = row is { IsReadable: false } && !isHeld ? null : row;
        });
        _page.AddRange(read.OfType<ReportRow>().Where(query.Filter.Wants));
    }
}
