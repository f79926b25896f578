using BackupCodeBroker.Cli.Broker;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>All pages of a list, for verbs that need to know them before they do anything.</summary>
internal static class WholeList
{
    /// <summary>Most identities that are kept.</summary>
    public const int MaxIdentities = 200_000;

    /// <summary>Most pages that are read, whatever a server says.</summary>
    public const int MaxPages = 10_000;

    private const int PageSize = 200;

    /// <summary>Reads every page; the failure of the first that cannot be read.</summary>
    public static Task<(List<ListedIdentity> Identities, Outcome? Failure)> ReadAsync(
        CliContext context, CancellationToken cancellation, params IEnumerable<KeyValuePair<string, string>> wanted) =>
        ReadAsync(context.Broker, context.Surroundings, cancellation, wanted);

    /// <summary>The same, of a broker that is not the context's.</summary>
    public static async Task<(List<ListedIdentity> Identities, Outcome? Failure)> ReadAsync(
        BrokerApi broker, CliSurroundings surroundings, CancellationToken cancellation, params IEnumerable<KeyValuePair<string, string>> wanted)
    {
        List<ListedIdentity> identities = [];
        string? after = null;
        for (var pages = 1; ; pages++)
        {
            var answer = await Repeating.UntilSettledAsync(
                () => broker.ListAsync(after, PageSize, cancellation, wanted), surroundings, cancellation);
            if (answer is not BrokerAnswer<IdentityPage>.Done page)
            {
                return (identities, answer.Failure());
            }

            identities.AddRange(page.Value.Identities);
            if (!LeadsOn(after, page.Value.Next) || identities.Count >= MaxIdentities || pages == MaxPages)
            {
                return (identities, null);
            }

            after = page.Value.Next;
        }
    }

    /// <summary>Whether there is a next page. One may be empty and yet not the last; one that leads back is.</summary>
    public static bool LeadsOn(string? after, string? next) => next is not null && (after is null || string.CompareOrdinal(next, after) > 0);
}
