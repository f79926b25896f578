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
/// fails does not stop the others, and all of it can be repeated. Nothing is lost: who may transfer gives each to another owner, or confirms it. What a leaver owns is known by the
/// leaver's entity: where that is not known the verb says so and fails, whatever it suspended.
/// </summary>
internal static class OffboardVerb
{
    private const int MaxLeaver = 256, MaxId = 64, MaxEntities = 50;

    private const string OfGroups =
        "What a Vault group owns that the leaver is in is not touched: take the leaver out of the group, and disable the leaver's entity, in Vault.";

    private const string OfSight = "Only what your token may see was looked at: all with list, else what you hold status on.";

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
        var (found, hasEntity, failure) = await FindAsync(context, leaver, cancellation);
        if (failure is not null)
        {
            return failure;
        }

        var gap = hasEntity ? null : context.Problem("no-entity", "no entity known of this leaver, so what the leaver owns was not looked for: run it with the entity's id");
        if (found.Count == 0)
        {
            return Told(leaver, [], gap, screen => screen.Line("Nothing that you may see belongs to, or is, this leaver."));
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

        return Told(leaver, fates, gap, screen => Show(screen, fates));
    }

    private static Outcome Told(string leaver, IReadOnlyList<Fate> fates, Problem? gap, Action<Screen> show)
    {
        var exit = fates.Select(f => f.Exit).Append(gap is null ? ExitCode.Done : ExitCode.Refused).Max();
        var json = Document(leaver, fates);
        if (gap is not null)
        {
            json["error"] = gap.ToJson();
        }

        return new Outcome(exit, json, screen =>
        {
            show(screen);
            if (gap is not null)
            {
                screen.Line("NOT all: " + gap.Detail + ".");
            }

            screen.Line(OfSight);
            screen.Line(OfGroups);
        })
        { IsAnswer = true };
    }

    // An external id leads to the leaver's entity, which may own more; an entity's id is one already.
    private static async Task<(List<Found> Found, bool HasEntity, Outcome? Failure)> FindAsync(CliContext context, string leaver, CancellationToken cancellation)
    {
        var found = new SortedDictionary<string, Found>(StringComparer.Ordinal);
        var (named, failure) = await WholeList.ReadAsync(context, cancellation, KeyValuePair.Create("external_id", leaver));
        if (failure is not null)
        {
            return ([], false, failure);
        }

        Add(found, named, "is the leaver");
        var isCalledSo = named.Count > 0;
        List<string> linked = [.. named.Select(n => n.Entity).OfType<string>().Distinct(StringComparer.Ordinal)];
        string[] typed = leaver.Length <= MaxId && leaver.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? [leaver] : [];
        if (linked.Count > MaxEntities)
        {
            return ([], false, Outcome.Failed(
                ExitCode.Refused, context.Problem("too-many-entities", $"{linked.Count} entities are called so elsewhere; nothing was suspended: run it with the id of each leaver's entity")));
        }

        foreach (var entity in typed.Concat(linked).Distinct(StringComparer.Ordinal))
        {
            foreach (var (parameter, part) in new[] { ("entity", "is the leaver"), ("owner", "is the leaver's") })
            {
                (named, failure) = await WholeList.ReadAsync(context, cancellation, KeyValuePair.Create(parameter, entity));
                if (failure is not null)
                {
                    return ([], false, failure);
                }

                Add(found, named, part);
            }
        }

        return ([.. found.Values], linked.Count > 0 || (!isCalledSo && typed.Length > 0), null);
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
