using System.Globalization;
using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Lockdowns;

/// <summary>
/// <c>GET /v1/lockdowns/{id}</c>: one lockdown's story. It is for whoever could declare and lift it: one about other names looks like one that does not exist.
/// </summary>
internal sealed class LockdownFeature(Admission admission, LockdownBook book) : IFeature
{
    public Operation Operation => Operation.Lockdown;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        request.Body.Dispose();
        List<FieldError> errors = [];
        var id = request.Lockdown(errors);
        errors.AddRange(request.UnknownQueries());
        if (errors.Count > 0)
        {
            return new Outcome.Malformed(errors);
        }

        var view = await book.FindAsync(id!, scope.Context, scope.Call.Cancellation);
        var (_, denial) = await admission.ToFoundPrefixAsync(scope, request.Token, view?.Lockdown.Scope.Prefix);
        return denial ?? (view is null ? new Outcome.NoSuchLockdown() : new Outcome.Done(200, LockdownAnswer.Of(view)) { Reason = "looked" });
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
        var limit = Limit(request.Query("limit", errors), errors);
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
        var page = await book.PageAsync(prefix, before, limit + 1, scope.Context, scope.Call.Cancellation);
        return new Outcome.Done(200, new LockdownsAnswer
        {
            Lockdowns = [.. page.Take(limit).Select(view => LockdownAnswer.Of(view, withNames: false))],
            Next = page.Count > limit ? page[limit - 1].Lockdown.Id : null,
        })
        { Reason = "looked" };
    }

    private static int Limit(string? text, List<FieldError> errors)
    {
        if (text is null)
        {
            return DefaultLimit;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit)
        {
            return limit;
        }

        errors.Add(new FieldError("limit", string.Create(CultureInfo.InvariantCulture, $"must be 1 to {MaxLimit}")));
        return DefaultLimit;
    }
}
