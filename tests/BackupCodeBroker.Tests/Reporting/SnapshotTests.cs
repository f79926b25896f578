using System.Text.Json;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Reporting;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.Tests.Reporting;

/// <summary>A snapshot gives back what was put in, in the order of names; the shelf has one made at a time, and lets go of what nobody asks for.</summary>
public sealed class SnapshotTests
{
    private readonly FakeTimeProvider _time = new(SampleFleet.At);

    [Fact]
    public void Gives_back_what_was_put_in_and_is_small()
    {
        var rows = SampleFleet.Of(2_000).Rows;
        var snapshot = Of(rows);
        Assert.Equal(Text(Sorted(rows)), Text(snapshot.After(null)));
        Assert.Equal(JsonSerializer.Serialize(FleetSummary.Of(Sorted(rows), SampleFleet.At).Readiness), JsonSerializer.Serialize(snapshot.Summary.Readiness));
        Assert.Equal(40, snapshot.Unreadable);
        Assert.InRange(snapshot.Bytes / rows.Count, 10, 250);
    }

    [Fact]
    public void Goes_on_behind_any_name_whether_it_is_there_or_not()
    {
        var rows = Sorted(SampleFleet.Of(1_100).Rows);
        var snapshot = Of(rows);
        foreach (var after in new[] { rows[0].Identity, rows[499].Identity, rows[500].Identity, rows[^1].Identity, rows[700].Identity + "x", "0", "zzz" })
        {
            Assert.Equal(rows.Where(r => string.CompareOrdinal(r.Identity, after) > 0).Select(r => r.Identity), snapshot.After(after).Select(r => r.Identity));
        }
    }

    [Fact]
    public async Task One_is_made_for_all_who_wait_and_serves_for_a_minute()
    {
        using var shelf = new SnapshotShelf(_time);
        var (made, gate) = (0, new TaskCompletionSource<FleetSnapshot>());
        Task<FleetSnapshot> Make(CancellationToken stop)
        {
            Interlocked.Increment(ref made);
            return gate.Task.WaitAsync(stop);
        }

        Assert.False(shelf.IsWanted);
        var waiting = Enumerable.Range(0, SnapshotShelf.MaxWaiting).Select(_ => shelf.GetAsync(Make, CancellationToken.None)).ToList();
        Assert.Equal(FaultKind.Busy, (await Assert.ThrowsAsync<BrokerFaultException>(() => shelf.GetAsync(Make, CancellationToken.None))).Kind);
        Assert.True(shelf.IsWanted);
        gate.SetResult(Of(SampleFleet.Of(1).Rows));
        Assert.Single((await Task.WhenAll(waiting)).Distinct());
        Assert.Equal(1, made);

        _time.Advance(SnapshotShelf.Fresh - TimeSpan.FromSeconds(1));
        Assert.Same(await waiting[0], await shelf.GetAsync(Make, CancellationToken.None));
        _time.Advance(TimeSpan.FromSeconds(1));
        await shelf.GetAsync(Make, CancellationToken.None);
        Assert.Equal(2, made);
    }

    [Fact]
    public async Task A_sweeps_snapshot_serves_and_an_older_one_does_not_take_its_place()
    {
        using var shelf = new SnapshotShelf(_time);
        var (older, newer) = (Of(SampleFleet.Of(1).Rows), Of(SampleFleet.Of(2).Rows, SampleFleet.At.AddSeconds(1)));
        shelf.Put(newer);
        shelf.Put(older);
        Assert.Same(newer, await shelf.GetAsync(_ => throw new InvalidOperationException(), CancellationToken.None));
    }

    [Fact]
    public async Task A_failure_is_everybodys_who_waited_and_the_next_tries_again()
    {
        using var shelf = new SnapshotShelf(_time);
        await Assert.ThrowsAsync<BrokerFaultException>(() => shelf.GetAsync(_ => throw new BrokerFaultException(FaultKind.Unavailable, "down"), CancellationToken.None));
        var (begun, never) = (new TaskCompletionSource(), new TaskCompletionSource<FleetSnapshot>());
        var late = shelf.GetAsync(
            stop =>
            {
                begun.SetResult();
                return never.Task.WaitAsync(stop);
            },
            CancellationToken.None);
        await begun.Task;
        _time.Advance(SnapshotShelf.MakingTime);
        Assert.Equal(FaultKind.Unavailable, (await Assert.ThrowsAsync<BrokerFaultException>(() => late)).Kind);
        Assert.NotNull(await shelf.GetAsync(_ => Task.FromResult(Of(SampleFleet.Of(1).Rows)), CancellationToken.None));
    }

    [Fact]
    public async Task Whoever_loses_patience_leaves_the_making_to_the_others()
    {
        using var shelf = new SnapshotShelf(_time);
        var gate = new TaskCompletionSource<FleetSnapshot>();
        using var patience = new CancellationTokenSource();
        var one = shelf.GetAsync(stop => gate.Task.WaitAsync(stop), patience.Token);
        var other = shelf.GetAsync(_ => throw new InvalidOperationException(), CancellationToken.None);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        gate.SetResult(Of(SampleFleet.Of(1).Rows));
        Assert.NotNull(await other);
    }

    [Fact]
    public async Task What_nobody_asks_for_is_let_go()
    {
        using var shelf = new SnapshotShelf(_time);
        await shelf.GetAsync(_ => Task.FromResult(Of(SampleFleet.Of(1).Rows)), CancellationToken.None);
        _time.Advance(SnapshotShelf.Kept);
        Assert.False(shelf.IsWanted);
        var made = 0;
        await shelf.GetAsync(
            _ =>
            {
                made++;
                return Task.FromResult(Of(SampleFleet.Of(1).Rows));
            },
            CancellationToken.None);
        Assert.Equal(1, made);
    }

    private FleetSnapshot Of(IEnumerable<ReportRow> rows, DateTimeOffset? at = null)
    {
        var builder = new SnapshotBuilder(at ?? SampleFleet.At);
        foreach (var page in Sorted(rows).Chunk(500))
        {
            // As they come where a page is read side by side.
            foreach (var row in page.Reverse())
            {
                builder.Add(row);
            }

            builder.EndPage();
        }

        return builder.End(_time.GetUtcNow());
    }

    private static List<ReportRow> Sorted(IEnumerable<ReportRow> rows) => [.. rows.OrderBy(r => r.Identity, StringComparer.Ordinal)];

    private static string Text(IEnumerable<ReportRow> rows) => JsonSerializer.Serialize(rows);
}
