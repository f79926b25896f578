using System.Globalization;
using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Lockdowns;

/// <summary>
/// <c>GET /v1/lockdowns/{id}?after=&amp;limit=</c>: one lockdown's story, with the first of the identities hit as the worker last counted them; asked for a page,
/// all of them can be read in the order of their names, live. It is for whoever could declare and lift it: one about other names looks like one that
/// does not exist.
/// </summary>
internal sealed class LockdownFeature(Admission admission, LockdownBook book, FleetCensus census) : IFeature
{
    public Operation Operation => Operation.Lockdown;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        request.Body.Dispose();
        List<FieldError> errors = [];
        var id = request.Lockdown(errors);
        var (after, asked) = (request.Query("after", errors), request.Query("limit", errors));
        var limit = ListLockdownsFeature.Limit(asked, FleetCensus.PageSize, FleetCensus.PageSize, errors);
        errors.AddRange(request.UnknownQueries("after", "limit"));
        if (after is not null && !IdentityName.TryParse(after, out _))
        {
            errors.Add(new FieldError("after", "is not the name of an identity"));
        }

        if (errors.Count > 0)
        {
            return new Outcome.Malformed(errors);
        }

        LockdownView? view = null;
        var (_, denial) = await admission.ToFoundPrefixAsync(scope, request.Token, async () =>
        {
            view = await book.FindAsync(id!, scope.Context, scope.Call.Cancellation);
            return view?.Lockdown.Scope.Prefix;
        });
        if ((denial ?? (view is null ? new Outcome.NoSuchLockdown() : null)) is { } none)
        {
            return none;
        }

        var hits = after is null && asked is null ? null : await HitsAsync(scope, view!, after, limit);
        return new Outcome.Done(200, LockdownAnswer.Of(view!, withNames: hits is null) with { Hits = hits }) { Reason = "looked" };
    }

    private async Task<HitsAnswer> HitsAsync(OperationScope scope, LockdownView view, string? after, int limit)
    {
        var (asOf, reach, hits) = (scope.Now, view.Reach, new List<HitAnswer>());
        var next = await census.LookAtPageAsync(
            NamePattern.TryParse(view.Lockdown.Scope.Identities),
            after,
            limit,
            document =>
            {
                if (reach.Hit(document))
                {
                    hits.Add(new HitAnswer(document.Identity, !reach.IsOver(document), reach.HasNewCodes(document)));
                }
            },
            scope.Context,
            scope.Call.Cancellation);
        return new HitsAnswer(asOf, hits, next);
    }
}

/// <summary>
/// <c>GET /v1/lockdowns?identities=&amp;before=&amp;limit=</c>: the lockdowns about names with a prefix, or all, the newest first. The permission asked for is the one
/// to declare such a one.
/// </summary>
internal sealed class ListLockdownsFeature(Admission admission, LockdownBook book) : IFeature
{
    /// <summary>Lockdowns of a page, without and at most.</summary>
    public const int DefaultLimit = 20, MaxLimit = 100;

    public Operation Operation => Operation.Lockdown;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        request.Body.Dispose();
        List<FieldError> errors = [];
        var identities = request.Query("identities", errors);
        var before = request.Query("before", errors);
        var limit = Limit(request.Query("limit", errors), DefaultLimit, MaxLimit, errors);
        errors.AddRange(request.UnknownQueries("identities", "before", "limit"));
        var pattern = identities is null ? NamePattern.Any : NamePattern.TryParse(identities);
        if (pattern is null)
        {
            errors.Add(new FieldError("identities", "is a name, or the beginning of names and one * at its end"));
        }

        if (before is not null && !LockdownId.IsId(before))
        {
            errors.Add(new FieldError("before", "is not the id of a lockdown"));
        }

        if (errors.Count > 0)
        {
            return new Outcome.Malformed(errors);
        }

        var (_, denial) = await admission.ToPrefixAsync(scope, request.Token, pattern!.Literal);
        return denial ?? await PageAsync(scope, pattern.Literal, before, limit);
    }

    private async Task<Outcome> PageAsync(OperationScope scope, string prefix, string? before, int limit)
    {
        var page = await book.PageAsync(prefix, before, limit, scope.Context, scope.Call.Cancellation);
        return new Outcome.Done(200, new LockdownsAnswer
        {
            Lockdowns = [.. page.Views.Select(view => LockdownAnswer.Of(view, withNames: false))],
            Next = page.Next,
        })
        { Reason = "looked" };
    }

    /// <summary>Reads the length of a page.</summary>
    internal static int Limit(string? text, int otherwise, int most, List<FieldError> errors)
    {
        if (text is null)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= most)
        {
            return limit;
        }

        errors.Add(new FieldError("limit", string.Create(CultureInfo.InvariantCulture, $"must be 1 to {most}")));
        return otherwise;
    }
}
