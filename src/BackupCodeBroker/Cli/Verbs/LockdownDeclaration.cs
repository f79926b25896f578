using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb lockdown declare</c>. On a terminal it first says how many identities match and asks; what is sent carries a key, so that a lost answer is asked for
/// again without declaring anything twice.
/// </summary>
internal static class LockdownDeclaration
{
    private const int MaxExpected = 10_000_000;
    private const int MaxNames = 20;

    /// <summary>The part of the verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var scope = new LockdownScopeOptions();
        var reason = PlainText.Option("--reason", "Why, for the record.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would match, and declare nothing." };
        var expect = new Option<int?>("--expect") { HelpName = "N", Description = "Declare only if exactly so many identities match." };
        var yes = new Option<bool>("--yes") { Description = "Do not ask on a terminal." };
        var (watch, evidence) = (LockdownWatching.Option(), LockdownEvidence.Option());
        expect.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number is < 0 or > MaxExpected)
            {
                result.AddError($"--expect lies between 0 and {MaxExpected}");
            }
        });
        var command = frame.Command(
            "declare",
            "Stop codes from working, from the next attempt on, at every broker.",
            "lockdown declare --void --identities 'team-a.*' --reason \"vault of team-a on a stolen laptop\" --expect 40 --watch");
        scope.AddTo(command);
        foreach (var option in (Option[])[reason, expect, dryRun, watch, evidence, yes])
        {
            command.Add(option);
        }

        frame.Run(command, Reach.Broker, (context, parsed, cancellation) =>
        {
            var wanted = new Wanted(
                scope.ModeOf(parsed),
                w =>
                {
                    scope.Write(w, parsed);
                    w.WriteString("reason", parsed.GetRequiredValue(reason));
                },
                parsed.GetValue(expect),
                parsed.GetValue(watch),
                parsed.GetValue(evidence),
                IsAsked: !parsed.GetValue(yes) && context.Surroundings.ReadKey is not null);
            return parsed.GetValue(dryRun) ? LookAsync(context, wanted, cancellation) : DeclareAsync(context, wanted, cancellation);
        });
        return command;
    }

    private static async Task<Outcome> LookAsync(CliContext context, Wanted wanted, CancellationToken cancellation) =>
        await context.Broker.LookAtLockdownAsync(w => Write(w, wanted), cancellation) switch
        {
            BrokerAnswer<LockdownLook>.Done done => Outcome.Done(done.Json, screen => Show(screen, done.Value)),
            var failed => failed.Failure(),
        };

    private static void Show(Screen screen, LockdownLook look)
    {
        screen.Line($"{Identities(look.Matches)} with codes {(look.Matches == 1 ? "matches" : "match")}. Nothing was declared.");
        foreach (var name in look.Identities.Take(MaxNames))
        {
            screen.Line("  " + name);
        }

        var rest = look.Matches - Math.Min(MaxNames, look.Identities.Count);
        if (rest > 0)
        {
            screen.Line($"  and {rest} more{(look.Identities.Count > MaxNames ? " (--json)" : "")}");
        }
    }

    private static async Task<Outcome> DeclareAsync(CliContext context, Wanted wanted, CancellationToken cancellation)
    {
        using var file = LockdownEvidence.TryBegin(wanted.Evidence, out var error);
        if (error.Length > 0)
        {
            return Outcome.Usage(error);
        }

        if (wanted.IsAsked)
        {
            var (confirmed, refused) = await ConfirmAsync(context, wanted, cancellation);
            if (confirmed is null)
            {
                return refused!;
            }

            wanted = confirmed;
        }

        var key = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var answer = await Repeating.UntilSettledAsync(
            () => context.Broker.DeclareLockdownAsync(w => Write(w, wanted), key, cancellation), context.Surroundings, cancellation);
        return answer switch
        {
            BrokerAnswer<LockdownDeclared>.Done done => await FollowAsync(context, wanted, done, file, cancellation),
            BrokerAnswer<LockdownDeclared>.Unavailable { MayBeDone: true } open => Unsettled(open.Problem),
            _ => answer.Failure(),
        };
    }

    private static void Write(Utf8JsonWriter writer, Wanted wanted)
    {
        wanted.Body(writer);
        if (wanted.Expected is { } expected)
        {
            writer.WriteNumber("expect", expected);
        }
    }

    // What was shown and confirmed is what is declared: the number goes along. Where the broker has no time to count nobody has to wait for that.
    private static async Task<(Wanted? Confirmed, Outcome? Refused)> ConfirmAsync(CliContext context, Wanted wanted, CancellationToken cancellation)
    {
        var what = wanted.Mode == "void" ? "Void the codes of" : "Freeze the codes of";
        var looked = await context.Broker.LookAtLockdownAsync(wanted.Body, cancellation);
        switch (looked)
        {
            case BrokerAnswer<LockdownLook>.Done { Value.Matches: var matches }:
                what += " " + Identities(matches);
                wanted = wanted with { Expected = wanted.Expected ?? matches };
                break;
            case BrokerAnswer<LockdownLook>.Unavailable { Problem: var problem }:
                context.Note($"How many match is not known: {problem.Detail}");
                what += " all that match";
                break;
            default:
                return (null, looked.Failure());
        }

        await context.Surroundings.Error.WriteAsync($"{what}{(wanted.Mode == "void" ? ", for good" : ", until it is lifted")}? [y/N] ");
        await context.Surroundings.Error.FlushAsync(cancellation);
        var key = context.Surroundings.ReadKey!().KeyChar;
        await context.Surroundings.Error.WriteLineAsync(char.IsControl(key) ? "" : key.ToString());
        return key is 'y' or 'Y' ? (wanted, null) : (null, Outcome.Failed(ExitCode.Refused, context.Problem("not-confirmed", "nothing was declared")));
    }

    private static async Task<Outcome> FollowAsync(
        CliContext context, Wanted wanted, BrokerAnswer<LockdownDeclared>.Done declared, LockdownEvidence? file, CancellationToken cancellation)
    {
        var json = declared.Json;
        LockdownStanding? standing = null;
        if (wanted.Watch || file is not null)
        {
            // Whatever becomes of the watching: it is declared, and this is its name.
            context.Note($"Lockdown {declared.Value.Id} is declared.");
            var answer = await LockdownWatching.RunAsync(context, declared.Value.Id, wanted.Watch, cancellation);
            if (answer is not BrokerAnswer<LockdownStanding>.Done story)
            {
                return answer.Failure();
            }

            standing = story.Value;
            json["story"] = story.Json.DeepClone();
            if (file is not null && await file.WriteAsync(context, story.Json, standing, cancellation) is { } unwritten)
            {
                return unwritten;
            }
        }

        return Outcome.Done(json, screen => Show(screen, declared.Value, standing, file));
    }

    private static void Show(Screen screen, LockdownDeclared declared, LockdownStanding? standing, LockdownEvidence? file)
    {
        var count = declared.Matches is { } matches ? $" of {Identities(matches)}" : "";
        screen.Line($"Lockdown {declared.Id} is declared: {declared.Mode}{count}.");
        screen.Fields(("in force from", declared.InForceAt), ("how far it got", $"bcb lockdown status {declared.Id}"), ("lift it", $"bcb lockdown lift {declared.Id} --reason TEXT"));
        if (standing?.Progress is { } progress)
        {
            screen.Line(LockdownText.Figures(standing.Mode, progress));
        }

        file?.Show(screen);
    }

    private static Outcome Unsettled(Problem problem) => Outcome.Failed(ExitCode.Unavailable, problem with
    {
        Detail = $"{problem.Detail.TrimEnd('.')}. Whether the lockdown was declared is not known: bcb lockdown list shows it; declaring it once more does no harm",
    });

    private static string Identities(int count) => count == 1 ? "1 identity" : string.Create(CultureInfo.InvariantCulture, $"{count} identities");

    private sealed record Wanted(string Mode, Action<Utf8JsonWriter> Body, int? Expected, bool Watch, string? Evidence, bool IsAsked);
}
