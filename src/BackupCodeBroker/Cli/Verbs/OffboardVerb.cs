using System.CommandLine;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb offboard</c>: suspends whatever somebody who leaves owns or is. They are found by what the caller may see, shown, and suspended one by one; one that
/// fails does not stop the others, and all of it can be repeated. Nothing is lost: who may transfer gives each to another owner, or confirms it.
/// </summary>
internal static class OffboardVerb
{
    private const int MaxLeaver = 256, MaxId = 64, MaxEntities = 50;

    private const string OfGroups =
        "What a Vault group owns that the leaver is in is not touched: take the leaver out of the group, and disable the leaver's entity, in Vault.";

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var leaver = new Argument<string>("LEAVER") { Description = "Id of the leaver's Vault entity, or what the leaver is called elsewhere (external id)." };
        leaver.Validators.Add(result =>
        {
            var text = result.Tokens[0].Value;
            if (text.Trim().Length == 0 || text.Length > MaxLeaver || text.Any(char.IsControl) || BackupCode.IsWithin(text))
            {
                result.AddError("the leaver is an entity's id or an external id");
            }
        });
        var reason = PlainText.Option("--reason", "Why, for the record.");
        var yes = new Option<bool>("--yes") { Description = "Do not ask before suspending." };
        var command = frame.Command(
            "offboard",
            "Suspend every identity that a leaver owns or is. " + OfGroups,
            "offboard olga@example.org --reason \"leaves on Friday\"");
        command.Add(leaver);
        command.Add(reason);
        command.Add(yes);
        frame.Run(command, Reach.Broker, (context, parsed, cancellation) => RunAsync(
            context, parsed.GetRequiredValue(leaver), parsed.GetRequiredValue(reason), parsed.GetValue(yes), cancellation));
        return command;
    }

    private static async Task<Outcome> RunAsync(CliContext context, string leaver, string reason, bool yes, CancellationToken cancellation)
    {
        var (found, failure) = await FindAsync(context, leaver, cancellation);
        if (failure is not null)
        {
            return failure;
        }

        if (found.Count == 0)
        {
            return Outcome.Done(Document(leaver, []), screen =>
            {
                screen.Line("Nothing that you may see belongs to, or is, this leaver.");
                screen.Line(OfGroups);
            });
        }

        if (!yes)
        {
            Show(Confirmation.Shown(context), found.Select(f => new Fate(f, null)));
        }

        if (Confirmation.Ask(context, found.Count == 1 ? "Suspend this identity?" : $"Suspend these {found.Count} identities?", yes) is { } declined)
        {
            return declined;
        }

        List<Fate> fates = [];
        foreach (var one in found)
        {
            var answer = await Repeating.UntilSettledAsync(
                () => context.Broker.SuspendAsync(one.Name, reason, Suspension.Offboarded, cancellation), context.Surroundings, cancellation);
            fates.Add(new Fate(one, answer));
        }

        return new Outcome(fates.Max(f => f.Exit), Document(leaver, fates), screen =>
        {
            Show(screen, fates);
            screen.Line(OfGroups);
        })
        { IsAnswer = true };
    }

    // By external id first: it leads to the leaver's entity, which may own more.
    private static async Task<(List<Found> Found, Outcome? Failure)> FindAsync(CliContext context, string leaver, CancellationToken cancellation)
    {
        var found = new SortedDictionary<string, Found>(StringComparer.Ordinal);
        var (named, failure) = await WholeList.ReadAsync(context, cancellation, KeyValuePair.Create("external_id", leaver));
        if (failure is not null)
        {
            return ([], failure);
        }

        Add(found, named, "is the leaver");
        string[] own = leaver.Length <= MaxId && leaver.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? [leaver] : [];
        foreach (var entity in named.Select(n => n.Entity).OfType<string>().Concat(own).Distinct(StringComparer.Ordinal).Take(MaxEntities))
        {
            foreach (var (parameter, part) in new[] { ("entity", "is the leaver"), ("owner", "is the leaver's") })
            {
                (named, failure) = await WholeList.ReadAsync(context, cancellation, KeyValuePair.Create(parameter, entity));
                if (failure is not null)
                {
                    return ([], failure);
                }

                Add(found, named, part);
            }
        }

        return ([.. found.Values], null);
    }

    private static void Add(SortedDictionary<string, Found> found, List<ListedIdentity> listed, string part)
    {
        foreach (var one in listed)
        {
            // What is retired is over, and a group is nobody who leaves.
            if (one.State != "retired" && (part == "is the leaver" || one.OwnerKind is null) && IdentityName.TryParse(one.Identity, out var name))
            {
                found.TryAdd(one.Identity, new Found(name, one, part));
            }
        }
    }

    private static void Show(Screen screen, IEnumerable<Fate> fates) => screen.Rows(
        ["identity", "why", "state", "left", "owner", "outcome"],
        fates.Select(f => (IReadOnlyList<string?>)
            [f.Of.Name.Value, f.Of.Part, f.Of.Listed.State, f.Of.Listed.Remaining?.ToString(System.Globalization.CultureInfo.InvariantCulture), f.Of.Listed.Owner, f.Words]));

    private static JsonObject Document(string leaver, IReadOnlyList<Fate> fates) => new()
    {
        ["leaver"] = leaver,
        ["suspended"] = fates.Count(f => f.Exit == ExitCode.Done),
        ["failed"] = fates.Count(f => f.Exit != ExitCode.Done),
        ["identities"] = new JsonArray([.. fates.Select(f => (JsonNode)f.ToJson())]),
    };

    private sealed record Found(IdentityName Name, ListedIdentity Listed, string Part);

    /// <summary>What became of one; null where it was only shown.</summary>
    private sealed record Fate(Found Of, BrokerAnswer<Nothing>? Answer)
    {
        public ExitCode Exit => Answer switch
        {
            BrokerAnswer<Nothing>.Done => ExitCode.Done,
            BrokerAnswer<Nothing>.Refused => ExitCode.Refused,
            _ => ExitCode.Unavailable,
        };

        public string Words => Answer switch
        {
            null => "",
            BrokerAnswer<Nothing>.Done => "suspended",
            _ => "NOT suspended: " + (Problem!.Reason ?? Problem.Code),
        };

        private Problem? Problem => Answer switch
        {
            BrokerAnswer<Nothing>.Refused refused => refused.Problem,
            BrokerAnswer<Nothing>.Unavailable unavailable => unavailable.Problem,
            _ => null,
        };

        public JsonObject ToJson()
        {
            var json = new JsonObject { ["identity"] = Of.Name.Value, ["owner"] = Of.Listed.Owner, ["suspended"] = Exit == ExitCode.Done };
            if (Problem is { } problem)
            {
                json["error"] = problem.ToJson();
            }

            return json;
        }
    }
}
