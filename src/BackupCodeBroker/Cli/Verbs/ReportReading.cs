using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Core.Reports;
using BackupCodeBroker.Reporting.Rendering;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>All pages of a report, one after the other.</summary>
internal sealed class ReportReading(CliContext context, IReadOnlyList<KeyValuePair<string, string>> wanted)
{
    private const int PageSize = 500;

    private readonly List<ReportRow> _rows = [];
    private readonly JsonArray _documents = [];
    private ReportSlice? _first;
    private DateTimeOffset _until;

    public JsonObject Json { get; private set; } = [];

    public FleetReport Report => new()
    {
        Rows = _rows,
        TakenAt = _first!.TakenAt < _until ? _first.TakenAt : _until,
        TakenUntil = _until,
        IsFleet = _first.Complete is not null,
        About = string.Join(", ", wanted.Select(w => $"{w.Key} {w.Value}")),
    };

    /// <summary>Reads them; the failure of the first that cannot be read.</summary>
    public async Task<Outcome?> ReadAsync(CancellationToken cancellation)
    {
        string? after = null;
        for (var pages = 1; ; pages++)
        {
            var answer = await Repeating.UntilSettledAsync(
                () => context.Broker.ReportAsync(after, PageSize, wanted, cancellation), context.Surroundings, cancellation);
            if (answer is not BrokerAnswer<ReportSlice>.Done page)
            {
                return answer.Failure();
            }

            Add(page);
            var next = page.Value.Next;
            if (!WholeList.LeadsOn(after, next) || _rows.Count >= WholeList.MaxIdentities || pages == WholeList.MaxPages)
            {
                Finish(next);
                return null;
            }

            after = next;
        }
    }

    private void Add(BrokerAnswer<ReportSlice>.Done page)
    {
        if (_first is null)
        {
            (_first, Json) = (page.Value, page.Json);
        }

        _until = page.Value.TakenAt > _until ? page.Value.TakenAt : _until;
        _rows.AddRange(page.Value.Identities);
        foreach (var one in page.Json["identities"]!.AsArray())
        {
            _documents.Add(one?.DeepClone());
        }
    }

    private void Finish(string? next)
    {
        Json["identities"] = _documents;
        Json.Remove("next");
        if (next is not null)
        {
            Json["next"] = next;
        }
    }
}
