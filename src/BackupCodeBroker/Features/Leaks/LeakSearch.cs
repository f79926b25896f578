using System.Diagnostics;
using BackupCodeBroker.Access;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Leaks;

/// <summary>
/// Looks through all identities for the selectors of reported codes, as a carousel: pages go round for as long as anybody is on it, whoever comes gets on at the next page
/// and off once that page comes again. So many reports cost one round of reading, each takes one round from when it came, and nothing is read where nothing is
/// reported. No index is kept: a selector that leads to its identity would have to be kept current, and to be believed. It reads no faster than a sweep does, unless
/// a round would take longer than whoever reports can wait.
/// </summary>
internal sealed class LeakSearch(FleetCensus census, BrokerProfiles profiles, WorkerSettings settings, TimeProvider time)
{
    /// <summary>Reports on the carousel; one more is told to come back. Whoever reports more sends them one after the other.</summary>
    public const int MaxSeats = 32;

    // More identities than chance would give one selector: somebody wrote documents by hand.
    private const int MaxSuspects = 64;

    private static readonly TimeSpan PageDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Longest time that the pace lets a round take: a report has some of its own left for what is found.</summary>
    public static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(90);

    private readonly Lock _lock = new();
    private readonly List<LeakSeat> _seats = [];
    private bool _turns;

    // Of the last page, for the pace: whoever turns the carousel has them to itself.
    private long _readAt;
    private int _read;

    /// <summary>How many identities a second are read: the configured rate, and more where a round over all of them would not end in time by it.</summary>
    public static int PerSecond(int rate, int identities) => Math.Max(rate, (int)Math.Ceiling(identities / LongestRound.TotalSeconds));

    /// <summary>The identities that have a code of that selector, with what the code is to be verified against, and whether all could be looked at.</summary>
    /// <param name="code">The code; its selector alone is looked for.</param>
    /// <param name="parent">The operation that wants to know.</param>
    /// <param name="cancellation">Its deadline.</param>
    public async Task<LeakLook> RunAsync(BackupCode code, ActivityContext parent, CancellationToken cancellation)
    {
        var seat = Take(code, parent, out var isFirst);
        if (isFirst)
        {
            // Not awaited: the carousel is everybody's.
            _ = TurnAsync();
        }

        try
        {
            return await seat.Round.Task.WaitAsync(cancellation);
        }
        finally
        {
            lock (_lock)
            {
                _seats.Remove(seat);
            }
        }
    }

    private LeakSeat Take(BackupCode code, ActivityContext parent, out bool isFirst)
    {
        lock (_lock)
        {
            if (_seats.Count >= MaxSeats)
            {
                throw new BrokerFaultException(FaultKind.Busy, "too many codes are being looked for at once");
            }

            var seat = new LeakSeat(code, parent);
            _seats.Add(seat);
            (isFirst, _turns) = (!_turns, true);
            return seat;
        }
    }

    private async Task TurnAsync()
    {
        try
        {
            IReadOnlyList<string> names = [];
            string? after = null;
            while (Board(after, out var isListDue) is [var first, ..] seats)
            {
                // A list is as old as the last one who got on: an identity that was registered before a report is on it.
                names = isListDue ? await InTimeAsync(deadline => census.NamesAsync(OwnWork.FindLeaked, null, first.Parent, deadline)) : names;
                var perSecond = PerSecond(settings.Rate, names.Count);
                string[] page = [.. names.SkipWhile(name => after is not null && string.CompareOrdinal(name, after) <= 0).Take(Math.Min(settings.Page, perSecond))];
                if (page.Length == 0)
                {
                    Round();
                    after = null;
                    continue;
                }

                await PaceAsync(perSecond);
                await ReadAsync(page, seats, first.Parent);
                after = page[^1];
            }
        }
        catch (Exception e)
        {
            var fault = e as BrokerFaultException ?? new BrokerFaultException(FaultKind.Unavailable, "not all identities could be looked through");
            Clear().ForEach(seat => seat.Round.TrySetException(fault));
        }
    }

    private async Task ReadAsync(string[] page, IReadOnlyList<LeakSeat> seats, ActivityContext parent)
    {
        (_readAt, _read) = (time.GetTimestamp(), page.Length);
        var (documents, unread) = await InTimeAsync(deadline => census.PageAsync(OwnWork.FindLeaked, page, parent, deadline));
        foreach (var seat in seats)
        {
            seat.IsComplete &= unread == 0;
            foreach (var document in documents)
            {
                Look(seat, document);
            }
        }
    }

    private List<LeakSeat> Clear()
    {
        lock (_lock)
        {
            List<LeakSeat> all = [.. _seats];
            _seats.Clear();
            _turns = false;
            return all;
        }
    }

    // Between two pages: who has come round gets off, who has come gets on. Where nobody is on it it stands, and whoever comes next sets it going.
    private IReadOnlyList<LeakSeat> Board(string? after, out bool isListDue)
    {
        lock (_lock)
        {
            foreach (var seat in _seats.Where(s => s.IsSecondRound && after is not null && string.CompareOrdinal(after, s.From) >= 0).ToList())
            {
                Leave(seat);
            }

            isListDue = after is null || _seats.Exists(s => !s.IsAboard);
            foreach (var seat in _seats.Where(s => !s.IsAboard))
            {
                (seat.IsAboard, seat.From) = (true, after);
            }

            _turns = _seats.Count > 0;
            return [.. _seats];
        }
    }

    // Behind the last page: who was on from the first has seen all, and so has who was on for a second time.
    private void Round()
    {
        lock (_lock)
        {
            foreach (var seat in _seats.Where(s => s.IsAboard).ToList())
            {
                if (seat.From is null || seat.IsSecondRound)
                {
                    Leave(seat);
                }

                seat.IsSecondRound = true;
            }
        }
    }

    private void Leave(LeakSeat seat)
    {
        _seats.Remove(seat);
        seat.Round.TrySetResult(new LeakLook(seat.Suspects, seat.IsComplete));
    }

    private void Look(LeakSeat seat, IdentityDocument document)
    {
        if (!LeakDecision.Concerns(document, seat.Code.Selector) || seat.Suspects.Exists(s => s.Identity.Value == document.Identity))
        {
            return;
        }

        if (seat.Suspects.Count == MaxSuspects)
        {
            throw new BrokerFaultException(FaultKind.NotReady, "more identities share a selector than can be: documents were written past the broker");
        }

        seat.Suspects.Add(new Suspect(IdentityName.Parse(document.Identity), CodeMaterial.For(document, seat.Code, profiles.StandIns)));
    }

    // Before a page, for the one before it: whoever gets off does not wait for it.
    private async Task PaceAsync(int perSecond)
    {
        var rest = TimeSpan.FromSeconds((double)_read / perSecond) - time.GetElapsedTime(_readAt);
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, time);
        }
    }

    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> look)
    {
        using var deadline = new CancellationTokenSource(PageDeadline, time);
        return await look(deadline.Token);
    }
}
