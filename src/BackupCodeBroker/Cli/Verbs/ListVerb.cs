using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb list</c>: identities, by name.</summary>
internal static class ListVerb
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 200;

    // All pages are kept until they are printed: this bounds what a broker can make this program hold.
    private const int MaxIdentities = 200_000;

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var after = new Option<string?>("--after") { HelpName = "NAME", Description = "Begin after this name." };
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "Names a page.", DefaultValueFactory = _ => DefaultLimit };
        var all = new Option<bool>("--all") { Description = "Read on to the last page." };
        limit.Validators.Add(result =>
        {
            // A text that is no number is told by the parser itself, and has no value to look at.
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
                && number is < 1 or > MaxLimit)
            {
                result.AddError($"--limit lies between 1 and {MaxLimit}");
            }
        });
        var command = frame.Command("list", "List the registered identities.", "list --all");
        command.Add(after);
        command.Add(limit);
        command.Add(all);
        frame.Run(command, Reach.Broker, (context, parsed, cancellation) =>
            ReadAsync(context.Broker, parsed.GetValue(after), parsed.GetValue(limit), parsed.GetValue(all), cancellation));
        return command;
    }

    private static async Task<Outcome> ReadAsync(BrokerApi broker, string? after, int limit, bool all, CancellationToken cancellation)
    {
        List<ListedIdentity> identities = [];
        var documents = new JsonArray();
        while (true)
        {
            var answer = await broker.ListAsync(after, limit, cancellation);
            if (answer is not BrokerAnswer<IdentityPage>.Done page)
            {
                return answer.Failure();
            }

            identities.AddRange(page.Value.Identities);
            foreach (var one in page.Json["identities"]!.AsArray())
            {
                documents.Add(one?.DeepClone());
            }

            // A page that leads back, or to nothing new, is the last.
            var next = page.Value.Next;
            if (!all || next is null || page.Value.Identities.Count == 0 || identities.Count >= MaxIdentities
                || after is not null && string.CompareOrdinal(next, after) <= 0)
            {
                page.Json["identities"] = documents;
                return Outcome.Done(page.Json, screen => Show(screen, identities, next));
            }

            after = next;
        }
    }

    private static void Show(Screen screen, List<ListedIdentity> identities, string? next)
    {
        screen.Rows(
            ["identity", "state", "left", "gen", "expires", "owner", "profile"],
            identities.Select(Row));
        if (identities.Any(i => i.OpenApprovals + i.OpenReviews > 0))
        {
            screen.Line("Something waits to be approved or reviewed: bcb approve list");
        }

        if (next is not null)
        {
            screen.Line($"More: bcb list --after {next}, or --all");
        }
    }

    private static IReadOnlyList<string?> Row(ListedIdentity one) =>
        [one.Identity, one.State, Text(one.Remaining), Text(one.Generation), one.ExpiresAt, one.Owner, one.Profile];

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);
}
