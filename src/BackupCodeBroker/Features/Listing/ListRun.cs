using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Decisions;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Operations;

namespace BackupCodeBroker.Features.Listing;

/// <summary>One page of one request: some names, those of them that the caller may see, their documents, those of them that are wanted; and again.</summary>
internal sealed class ListRun(OperationScope scope, ListQuery query, Seeing seeing, Sight sight, FleetDesk desk, PeopleDesk people)
{
    /// <summary>Most names that a request looks at, and most owners.</summary>
    public const int MaxLookedAt = 1_000, MaxOwners = 200;

    private const int MaxParallel = 16;

    private readonly List<ListedIdentity> _page = [];
    private readonly Dictionary<(string Id, bool IsGroup), string?> _owners = [];
    private Surroundings? _around;
    private bool _asked;

    private Owning? Self => seeing is Seeing.All all ? all.Self : ((Seeing.Held)seeing).Self;

    private bool SeesOwned => seeing is Seeing.Held { SeesOwned: true };

    public async Task<Outcome> PageAsync()
    {
        var names = seeing is Seeing.All ? await AllNamesAsync() : await sight.NamesAsync(scope);
        var first = query.After.In(names);
        var end = Math.Min(names.Count, first + MaxLookedAt);
        var at = first;
        while (at < end && _page.Count < query.Limit && _owners.Count < MaxOwners)
        {
            var (looked, denied) = await SomeAsync([.. names.Skip(at).Take(Math.Min(Sight.MaxAsked, end - at))]);
            if (denied is not null)
            {
                return denied;
            }

            at += looked;
        }

        // A page on which somebody holds nothing is asked for in vain, so that each stands as a denial in Vault's audit log; that they hold nothing anywhere is known, and told, where it had all names.
        return seeing is Seeing.Held { SeesOwned: false } nothing && !_asked && await sight.AskInVainAsync(scope, nothing, query.Mine) is { } missing
            && at == names.Count && query.After.IsBeginning
            ? missing
            : new Outcome.Done(200, new ListAnswer { Identities = _page, Next = at < names.Count ? PlaceBefore(names, at) : null });
    }

    private async Task<IReadOnlyList<string>> AllNamesAsync()
    {
        _around = await desk.OpenAsync(scope);
        return await desk.NamesAsync(scope.Call);
    }

    private string PlaceBefore(IReadOnlyList<string> names, int at) =>
        (seeing is Seeing.All && at > 0 ? new ListPlace(names[at - 1], 0) : new ListPlace(null, at)).ToString();

    // How many of the names are done with; fewer where the page is full before.
    private async Task<(int Looked, Outcome? Denied)> SomeAsync(string[] names)
    {
        var held = seeing is Seeing.Held some ? await sight.HeldAsync(scope, some, names) : null;
        if (held?.Count > 0 && !_asked)
        {
            if (await sight.AskAsync(scope, (Seeing.Held)seeing, held.First()) is { } denied)
            {
                return (0, denied);
            }

            _asked = true;
        }

        string[] readable = [.. names.Where(name => held is null || SeesOwned || held.Contains(name))];
        if (readable.Length == 0)
        {
            return (names.Length, null);
        }

        _around ??= await desk.OpenAsync(scope);
        var documents = await desk.ReadAsync(scope, readable);
        var wanted = documents.Where(d => (held is null || held.Contains(d.Identity) || (SeesOwned && Self!.Owns(d))) && query.Wants(d, _around, Self)).ToList();
        if (query.Ownerless)
        {
            await LookAtOwnersAsync(wanted);
            wanted.RemoveAll(d => OwnerState(d) is null);
        }

        var room = query.Limit - _page.Count;
        _page.AddRange(wanted.Take(room).Select(d => ListedIdentity.Of(d, _around, OwnerState(d))));
        return (wanted.Count > room ? Array.IndexOf(names, wanted[room - 1].Identity) + 1 : names.Length, null);
    }

    private string? OwnerState(IdentityDocument document) => _owners.GetValueOrDefault((document.Owner, document.OwnerIsGroup));

    private async Task LookAtOwnersAsync(List<IdentityDocument> documents)
    {
        (string Id, bool IsGroup)[] owners =
            [.. documents.Where(d => d.RetiredAt is null).Select(d => (d.Owner, d.OwnerIsGroup)).Distinct().Where(o => !_owners.ContainsKey(o))];
        var states = new string?[owners.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = scope.Call.Cancellation };
        await Parallel.ForAsync(0, owners.Length, parallel, async (i, _) => states[i] =
            await people.OwnerAsync(scope.Call, owners[i].Id, owners[i].IsGroup) switch
            {
                null => Reason.OwnerGone.Name(),
                { Disabled: true } => Reason.OwnerDisabled.Name(),
                _ => null,
            });
        for (var i = 0; i < owners.Length; i++)
        {
            _owners[owners[i]] = states[i];
        }
    }
}
