using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Operations;
using BackupCodeBroker.Reporting;
using BackupCodeBroker.Worker;

namespace BackupCodeBroker.Features.Reports;

/// <summary>
/// <c>GET /v1/report</c>: which identities could be recovered and which could not, and the auditor's questions, a page at a time in the order of names. Who
/// holds <c>report</c> is shown the whole fleet as one look found it (<see cref="SnapshotShelf"/>); anybody else what they hold <c>status</c> on, read now.
/// </summary>
internal sealed class ReportFeature(Sight sight, SnapshotShelf shelf, ReportPass pass, Heart heart, FleetRows rows, IdentityDesk desk) : IFeature
{
    public Operation Operation => Operation.Report;

    /// <summary>A hundred thousand identities are looked at, where no sweep has been by.</summary>
    public TimeSpan Deadline => TimeSpan.FromSeconds(120);

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        request.Body.Dispose();
        var errors = new List<FieldError>();
        var query = ReportQuery.Read(request, errors);
        if (errors.Count > 0)
        {
            return new Outcome.Malformed(errors);
        }

        return await sight.OfAsync(scope, request.Token, mine: false) switch
        {
            Seeing.Denied denied => denied.Outcome,
            Seeing.Held held => await new HeldReport(scope, query, held, sight, heart, rows, new SweepPeople(desk)).PageAsync(),
            _ => await FleetAsync(scope, query),
        };
    }

    private async Task<Outcome> FleetAsync(OperationScope scope, ReportQuery query)
    {
        var context = scope.Context;
        var snapshot = await shelf.GetAsync(stop => pass.RunAsync(context, stop), scope.Call.Cancellation);
        var (page, next) = PageOf(snapshot, query, scope.Call.Cancellation);
        return new Outcome.Done(200, new ReportAnswer
        {
            TakenAt = snapshot.TakenAt,
            Complete = snapshot.Unreadable == 0,
            Unreadable = snapshot.Unreadable,
            Summary = query.After.IsBeginning ? SummaryOf(snapshot, query.Filter, scope.Call.Cancellation) : null,
            Identities = page,
            Next = next,
        });
    }

    // A number is a place of somebody who may not see all; whoever does now begins again, and misses nothing.
    private static (List<ReportRow> Page, string? Next) PageOf(FleetSnapshot snapshot, ReportQuery query, CancellationToken patience)
    {
        var page = new List<ReportRow>();
        foreach (var row in snapshot.After(query.After.Name).Where(query.Filter.Wants))
        {
            if (page.Count == query.Limit)
            {
                return (page, page[^1].Identity);
            }

            patience.ThrowIfCancellationRequested();
            page.Add(row);
        }

        return (page, null);
    }

    private static FleetSummary SummaryOf(FleetSnapshot snapshot, ReportFilter filter, CancellationToken patience)
    {
        if (filter.IsNone)
        {
            return snapshot.Summary;
        }

        var count = new FleetSummaryCount(snapshot.TakenAt);
        foreach (var row in snapshot.After(null).Where(filter.Wants))
        {
            patience.ThrowIfCancellationRequested();
            count.Add(row);
        }

        return count.Summary();
    }
}
