using System.Globalization;
using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Listing;

/// <summary><c>GET /v1/identities?after=&amp;limit=</c>: all identities in the order of their names, a page at a time, read with the sweeper's child.</summary>
internal sealed class ListFeature(Admission admission, FleetDesk fleet) : IFeature
{
    /// <summary>Identities of a page, without and at most.</summary>
    public const int DefaultLimit = 50, MaxLimit = 200;

    public Operation Operation => Operation.List;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        request.Body.Dispose();
        var errors = new List<FieldError>();
        var limit = Limit(request, errors);
        var after = request.Query("after", errors);
        if (after is not null && !IdentityName.TryParse(after, out _))
        {
            errors.Add(new FieldError("after", "is not an identity: " + IdentityName.Grammar));
        }

        errors.AddRange(request.UnknownQueries("after", "limit"));
        if (errors.Count > 0)
        {
            return new Outcome.Malformed(errors);
        }

        return await admission.ToAllAsync(scope, request.Token) ?? await PageAsync(scope, after, limit);
    }

    private static int Limit(ApiRequest request, List<FieldError> errors)
    {
        var text = request.Query("limit", errors);
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

    private async Task<Outcome> PageAsync(OperationScope scope, string? after, int limit)
    {
        var page = await fleet.PageAsync(scope, after, limit);
        return new Outcome.Done(200, new ListAnswer
        {
            Identities = [.. page.Views.Select(v => ListedIdentity.Of(v.Document, v.Around))],
            Next = page.Next,
        });
    }
}

/// <summary>One page.</summary>
internal sealed record ListAnswer : ApiAnswer
{
    /// <summary>The identities, in the order of their names.</summary>
    public required IReadOnlyList<ListedIdentity> Identities { get; init; }

    /// <summary>What to send as <c>after</c> for the next page; absent on the last.</summary>
    public string? Next { get; init; }
}

/// <summary>One identity of a page.</summary>
/// <param name="Identity">Name.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Remaining">Unspent codes.</param>
/// <param name="Generation">Active generation.</param>
/// <param name="ExpiresAt">When the active set ends.</param>
/// <param name="Owner">Entity that is responsible.</param>
/// <param name="Profile">Profile.</param>
/// <param name="OpenApprovals">Requests for approval that wait for an answer.</param>
/// <param name="OpenReviews">Uses that somebody still has to look at.</param>
internal sealed record ListedIdentity(
    string Identity, string State, int Remaining, int? Generation, DateTimeOffset? ExpiresAt, string Owner, string Profile,
    int OpenApprovals, int OpenReviews)
{
    public static ListedIdentity Of(IdentityDocument document, Surroundings around) => new(
        document.Identity,
        IdentityState.Of(document, around),
        document.Active?.Remaining ?? 0,
        document.Active?.Generation,
        document.Active?.ExpiresAt,
        document.Owner,
        document.Profile,
        ApprovalStanding.CountOpen(document, around.State, around.Now),
        document.Reviews.Count);
}
