using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb list</c>: the identities that the user may see, by name.</summary>
internal static class ListVerb
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 200;

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var wanted = new Wanted();
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
        var command = frame.Command(
            "list", "List the identities that you may see: all of them with list, else those that you hold status on.", "list --mine --state suspended");
        wanted.AddTo(command);
        command.Add(after);
        command.Add(limit);
        command.Add(all);
        frame.Run(command, Reach.Broker, (context, parsed, cancellation) => ReadAsync(
            context.Broker, wanted.Of(parsed), parsed.GetValue(after), parsed.GetValue(limit), parsed.GetValue(all), cancellation));
        return command;
    }

    private static async Task<Outcome> ReadAsync(
        BrokerApi broker, IReadOnlyList<KeyValuePair<string, string>> wanted, string? after, int limit, bool all, CancellationToken cancellation)
    {
        List<ListedIdentity> identities = [];
        var documents = new JsonArray();
        for (var pages = 1; ; pages++)
        {
            var answer = await broker.ListAsync(after, limit, cancellation, wanted);
            if (answer is not BrokerAnswer<IdentityPage>.Done page)
            {
                return answer.Failure();
            }

            identities.AddRange(page.Value.Identities);
            foreach (var one in page.Json["identities"]!.AsArray())
            {
                documents.Add(one?.DeepClone());
            }

            // Of what is asked for there may be nothing among the first thousand: an empty page leads on by itself.
            var next = page.Value.Next;
            if (!all && identities.Count > 0 || !WholeList.LeadsOn(after, next) || identities.Count >= WholeList.MaxIdentities || pages == WholeList.MaxPages)
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
            screen.Line($"More: the same with --after {next}, or --all");
        }
    }

    private static IReadOnlyList<string?> Row(ListedIdentity one) =>
        [one.Identity, State(one), Text(one.Remaining), Text(one.Generation), one.ExpiresAt, Owner(one), one.Profile];

    private static string? State(ListedIdentity one) => one.Suspension is { } aside ? $"{one.State} ({aside.Cause})" : one.State;

    private static string? Owner(ListedIdentity one) => (one.OwnerState ?? one.OwnerKind) is { } more ? $"{one.Owner} ({more})" : one.Owner;

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    /// <summary>Which of them are wanted: all that is given must hold.</summary>
    private sealed class Wanted
    {
        private readonly Option<bool> _mine = new("--mine") { Description = "What you own, or a group of yours." };
        private readonly Option<bool> _ownerless = new("--ownerless") { Description = "What nobody answers for: the owner is gone or disabled." };
        private readonly Option<string?> _owner = new("--owner") { HelpName = "ID", Description = "What this entity or group owns." };
        private readonly Option<string?> _entity = new("--entity") { HelpName = "ID", Description = "What has this entity of its own." };
        private readonly Option<string?> _externalId = new("--external-id") { HelpName = "ID", Description = "What is called so elsewhere." };
        private readonly Option<string?> _state = new("--state") { HelpName = "STATE", Description = "What stands so: active, suspended, expired, retired …" };
        private readonly Option<string[]> _label = new("--label") { HelpName = "NAME=VALUE", Description = "What has this label; can be given several times." };

        public void AddTo(Command command)
        {
            Option[] all = [_mine, _ownerless, _owner, _entity, _externalId, _state, _label];
            foreach (var option in all)
            {
                command.Add(option);
            }
        }

        public IReadOnlyList<KeyValuePair<string, string>> Of(ParseResult parsed)
        {
            IEnumerable<(string Name, string? Value)> all =
            [
                ("mine", parsed.GetValue(_mine) ? "true" : null),
                ("ownerless", parsed.GetValue(_ownerless) ? "true" : null),
                ("owner", parsed.GetValue(_owner)),
                ("entity", parsed.GetValue(_entity)),
                ("external_id", parsed.GetValue(_externalId)),
                ("state", parsed.GetValue(_state)),
                .. (parsed.GetValue(_label) ?? []).Select(label => ("label", (string?)label)),
            ];
            return [.. all.Where(w => w.Value is not null).Select(w => KeyValuePair.Create(w.Name, w.Value!))];
        }
    }
}
