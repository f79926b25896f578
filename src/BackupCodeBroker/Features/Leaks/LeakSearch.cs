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
/// reported. No index is kept: a selector that leads to its identity would have to be kept current, and to be believed. It reads no faster than a sweep does.
/// </summary>
internal sealed class LeakSearch(FleetCensus census, BrokerProfiles profiles, WorkerSettings settings, TimeProvider time)
{
    /// <summary>Reports on the carousel; one more is told to come back. Whoever reports more sends them one after the other.</summary>
    public const int MaxSeats = 32;

    // More identities than chance would give one selector: somebody wrote documents by hand.
    private const int MaxSuspects = 64;

    private static readonly TimeSpan PageDeadline = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly List<Seat> _seats = [];
    private bool _turns;

    /// <summary>The identities that have a code of that selector, with what the code is to be verified against.</summary>
    /// <param name="code">The code; its selector alone is looked for.</param>
    /// <param name="parent">The operation that wants to know.</param>
    /// <param name="cancellation">Its deadline.</param>
    public async Task<IReadOnlyList<Suspect>> RunAsync(BackupCode code, ActivityContext parent, CancellationToken cancellation)
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

    private Seat Take(BackupCode code, ActivityContext parent, out bool isFirst)
    {
        lock (_lock)
        {
            if (_seats.Count >= MaxSeats)
            {
                throw new BrokerFaultException(FaultKind.Busy, "too many codes are being looked for at once");
            }

            var seat = new Seat(code, parent);
            _seats.Add(seat);
            (isFirst, _turns) = (!_turns, true);
            return seat;
        }
    }

    private async Task TurnAsync()
    {
        try
        {
            while (Parent() is { } parent)
            {
                await RoundAsync(parent);
            }
        }
        catch (Exception e)
        {
            var fault = e as BrokerFaultException ?? new BrokerFaultException(FaultKind.Unavailable, "not all identities could be looked through");
            foreach (var seat in Clear())
            {
                seat.Round.TrySetException(fault);
            }
        }
    }

    // Null where nobody is on it: then it stands, and whoever comes next sets it going.
    private ActivityContext? Parent()
    {
        lock (_lock)
        {
            _turns = _seats.Count > 0;
            return _turns ? _seats[0].Parent : null;
        }
    }

    private List<Seat> Clear()
    {
        lock (_lock)
        {
            List<Seat> all = [.. _seats];
            _seats.Clear();
            _turns = false;
            return all;
        }
    }

    private async Task RoundAsync(ActivityContext parent)
    {
        var names = await InTimeAsync(deadline => census.NamesAsync(OwnWork.FindLeaked, null, parent, deadline));
        var pages = names.Chunk(Math.Min(settings.Page, settings.Rate)).ToList();
        for (var i = 0; i < pages.Count && Board(pages[i][0]) is { Count: > 0 } seats; i++)
        {
            var started = time.GetTimestamp();
            foreach (var document in await InTimeAsync(deadline => census.PageAsync(OwnWork.FindLeaked, pages[i], parent, deadline)))
            {
                seats.ForEach(seat => Look(seat, document));
            }

            if (i + 1 < pages.Count)
            {
                await PaceAsync(pages[i].Length, started);
            }
        }

        Passed(pages is [var first, ..] ? first[0] : null);
    }

    // Those who have come round get off before the page that they began with; the new ones get on.
    private List<Seat> Board(string page)
    {
        lock (_lock)
        {
            foreach (var seat in _seats.Where(s => s.IsSecondRound && string.CompareOrdinal(page, s.From) >= 0).ToList())
            {
                Leave(seat);
            }

            _seats.ForEach(seat => seat.From ??= page);
            return [.. _seats];
        }
    }

    // The end of a round: whoever was on from its first page has seen all.
    private void Passed(string? first)
    {
        lock (_lock)
        {
            foreach (var seat in _seats.ToList())
            {
                if (first is null || seat.IsSecondRound || seat.From == first)
                {
                    Leave(seat);
                }
                else
                {
                    seat.IsSecondRound = seat.From is not null;
                }
            }
        }
    }

    private void Leave(Seat seat)
    {
        _seats.Remove(seat);
        seat.Round.TrySetResult(seat.Suspects);
    }

    private void Look(Seat seat, IdentityDocument document)
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

    private async Task PaceAsync(int count, long started)
    {
        var rest = TimeSpan.FromSeconds((double)count / settings.Rate) - time.GetElapsedTime(started);
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

    /// <summary>A report on its way round.</summary>
    private sealed class Seat(BackupCode code, ActivityContext parent)
    {
        public BackupCode Code { get; } = code;

        public ActivityContext Parent { get; } = parent;

        public TaskCompletionSource<IReadOnlyList<Suspect>> Round { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<Suspect> Suspects { get; } = [];

        /// <summary>First name of the page that it got on at; null before.</summary>
        public string? From { get; set; }

        /// <summary>Whether it has passed the last page.</summary>
        public bool IsSecondRound { get; set; }
    }
}

/// <summary>An identity that has a code of that selector.</summary>
/// <param name="Identity">Its name.</param>
/// <param name="Material">What the reported code is to be verified against.</param>
internal sealed record Suspect(IdentityName Identity, CodeMaterial Material);
