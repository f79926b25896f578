using BackupCodeBroker.Access;
using BackupCodeBroker.Api;
using BackupCodeBroker.Core.Operations;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Listing;

/// <summary>
/// <c>GET /v1/identities</c>: identities in the order of their names, a page at a time, read with the sweeper's child: all for who may list, and for
/// anybody else those that they hold <c>status</c> on. However few are wanted, a page looks at a bounded number of documents and then says where to go on.
/// </summary>
internal sealed class ListFeature(Sight sight, FleetDesk fleet, PeopleDesk people) : IFeature
{
    public Operation Operation => Operation.List;

    public async Task<Outcome> RunAsync(OperationScope scope, ApiRequest request)
    {
        request.Body.Dispose();
        var errors = new List<FieldError>();
        var query = ListQuery.Read(request, errors);
        if (errors.Count > 0)
        {
            return new Outcome.Malformed(errors);
        }

        var seeing = await sight.OfAsync(scope, request.Token, query.Mine);
        return seeing is Seeing.Denied denied
            ? denied.Outcome
            : await new ListRun(scope, query, seeing, sight, fleet, people).PageAsync();
    }
}
