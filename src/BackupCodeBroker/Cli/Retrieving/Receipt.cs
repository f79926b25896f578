using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Retrieving;

/// <summary>
/// The last step: the codes are safe first, then receipt is proven, which ends the older codes. Where it is refused, the new codes are worthless
/// and are not kept. Where nobody knows, they are kept and shown with that warning, since they may be all that there is.
/// </summary>
internal sealed class Receipt(CliContext context, ReceivedCodes codes, CodeFile? file)
{
    // Shown in groups, so that the eye does not lose the line.
    private const int GroupSize = 5;

    /// <summary>Keeps the codes, proves receipt, shows them.</summary>
    public async Task<Outcome> RunAsync()
    {
        if (file?.Write(codes) is { } error)
        {
            return Outcome.Failed(ExitCode.Refused, context.Problem(
                "file", $"{error}. The codes were not activated and are lost; what was active stays so. Ask for new ones with bcb issue"));
        }

        // From here on the codes may be all that there is: nothing but a definite no removes them.
        file?.Keep();
        var answer = await Repeating.UntilSettledAsync(
            () => context.Broker.ActivateAsync(codes.Identity, codes.Generation, codes.Activation, CancellationToken.None),
            context.Surroundings,
            CancellationToken.None);
        return answer switch
        {
            BrokerAnswer<Nothing>.Done done => Received(done.Json),
            BrokerAnswer<Nothing>.Refused refused => NotActivated(refused.Problem),
            BrokerAnswer<Nothing>.Unavailable open => await LookAgainAsync(open.Problem),
            _ => throw new InvalidOperationException("an answer of no known kind"),
        };
    }

    private async Task<Outcome> LookAgainAsync(Problem problem) =>
        await context.Broker.StatusAsync(codes.Identity, CancellationToken.None) is BrokerAnswer<Standing>.Done { Value: var standing } done
        && standing.Generation == codes.Generation && standing.ActivatedAt is not null
            ? Received(Ids(done.Json))
            : Open(problem);

    private Outcome Received(JsonObject ids)
    {
        var json = Document();
        json["activated"] = true;
        foreach (var (name, value) in ids)
        {
            json[name] = value?.DeepClone();
        }

        var texts = Texts();
        return Outcome.Done(json, screen =>
        {
            Show(screen, texts);
            screen.Line($"They are active now, until {codes.ExpiresAt}; each works once, and older codes do not work any more.");
            screen.Warning(file is null
                ? "They are shown this once and kept nowhere: put them where only you, and nobody who can read your mail, can get at them."
                : "Only you can read that file; move it to a safe place, and delete it here.");
        });
    }

    private Outcome NotActivated(Problem problem)
    {
        file?.Drop();
        return Outcome.Failed(ExitCode.Refused, problem with
        {
            Detail = $"{problem.Detail.TrimEnd('.')}. The new codes were not activated and are worthless"
                + (file is null ? "" : ", so the file was removed")
                + "; what was active stays so. Ask for new ones with bcb issue",
        });
    }

    private Outcome Open(Problem problem)
    {
        var unsettled = problem with
        {
            Detail = $"{problem.Detail.TrimEnd('.')}. Whether the codes are active is not known, so they are kept: ask with bcb status {codes.Identity}. "
                + $"If generation {codes.Generation} is active they are good and the older ones are not; if not, destroy them and ask for new ones",
        };
        var failed = Outcome.Failed(ExitCode.Unavailable, unsettled);
        var json = Document();
        json["activated"] = null;
        json["error"] = failed.Json["error"]?.DeepClone();
        var texts = Texts();
        return new Outcome(ExitCode.Unavailable, json, screen =>
        {
            Show(screen, texts);
            failed.Show(screen);
        });
    }

    private static JsonObject Ids(JsonObject answer) =>
        new() { ["operation_id"] = answer["operation_id"]?.DeepClone(), ["trace_id"] = answer["trace_id"]?.DeepClone() };

    private JsonObject Document()
    {
        var json = codes.ToJson(withCodes: file is null);
        if (file is not null)
        {
            json["file"] = file.Path;
        }

        return json;
    }

    // The codes themselves are zeroed by the time that anything is drawn.
    private string[] Texts() => file is null ? [.. codes.Texts()] : [];

    private void Show(Screen screen, string[] texts)
    {
        if (file is not null)
        {
            screen.Line($"{codes.Count} backup codes of {codes.Identity} (generation {codes.Generation}) are in {file.Path}.");
            return;
        }

        screen.Line($"{codes.Count} backup codes of {codes.Identity} (generation {codes.Generation}):");
        foreach (var group in texts.Select((text, i) => $"{i + 1,4}  {text}").Chunk(GroupSize))
        {
            screen.Line();
            foreach (var line in group)
            {
                screen.Line(line);
            }
        }

        screen.Line();
    }
}
