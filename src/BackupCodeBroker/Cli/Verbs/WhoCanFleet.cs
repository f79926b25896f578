using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.WhoCan;
using BackupCodeBroker.WhoCan;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb who-can --without</c> over all identities that the user may list. What an identity's codes restore is told by its label <c>unlocks</c>; those that
/// restore one of the log-ins, or the Vault, are asked for by it.
/// </summary>
internal static class WhoCanFleet
{
    /// <summary>Identities of one outlook that a terminal shows; a document has all.</summary>
    private const int MostShown = 50;

    /// <summary>Answers.</summary>
    public static async Task<Outcome> AnswerAsync(
        CliContext context, IReadOnlySet<string> down, AccessEvaluator evaluator, AccessRead read, CancellationToken cancellation)
    {
        var (listed, failure) = await WholeList.ReadAsync(context, cancellation);
        if (failure is not null)
        {
            return failure;
        }

        var outlook = new RecoveryOutlook(evaluator, down);
        var standings = listed.Where(one => one.State != "retired").Select(one => outlook.Of(new IdentityAccess(one.Identity, one.Owner, one.Entity))).ToList();
        List<(IdentityAccess Identity, Circle Circle)> circles = [.. standings.SelectMany(one => Circle.Of(evaluator, one, unlocks: null).Select(circle => (one.Identity, circle)))];
        foreach (var unlocks in down.Append(Circle.VaultItself))
        {
            var (labelled, unlisted) = await WholeList.ReadAsync(context, cancellation, KeyValuePair.Create("label", $"{Circle.Label}={unlocks}"));
            if (unlisted is not null)
            {
                return unlisted;
            }

            var names = labelled.Select(one => one.Identity).ToHashSet(StringComparer.Ordinal);
            circles.AddRange(standings.Where(one => names.Contains(one.Identity.Identity))
                .SelectMany(one => Circle.Of(evaluator, one, unlocks).Where(circle => circle.Kind != CircleKind.OwnEntity).Select(circle => (one.Identity, circle))));
        }

        var exit = WhoCanTold.ExitOf(read.Gaps, standings.Exists(one => WhoCanTold.IsLost(one.Outlook)) || circles.Count > 0);
        return new Outcome(exit, Document(down, standings, circles, evaluator, read, context.TraceId), screen => Show(screen, down, standings, circles, evaluator, read)) { IsAnswer = true };
    }

    private static JsonObject Document(
        IReadOnlySet<string> down,
        List<RecoveryStanding> standings,
        List<(IdentityAccess Identity, Circle Circle)> circles,
        AccessEvaluator evaluator,
        AccessRead read,
        string traceId) => new()
        {
            ["without"] = new JsonArray([.. down.Order(StringComparer.Ordinal).Select(path => (JsonNode)path)]),
            ["complete"] = read.Gaps.Count == 0,
            ["by_code"] = WhoCanDocument.ByCode(),
            ["identities"] = new JsonArray([.. standings.Select(one => (JsonNode)WhoCanDocument.Of(one))]),
            ["circles"] = new JsonArray([.. circles.Select(one => (JsonNode)WhoCanDocument.Of(one.Identity, one.Circle))]),
            ["too_broad"] = WhoCanDocument.Of(evaluator.TooBroad),
            ["unsure"] = WhoCanDocument.Of(evaluator.Unsure),
            ["not_read"] = WhoCanDocument.Of(read.Gaps),
            ["trace_id"] = traceId,
        };

    private static void Show(
        Screen screen, IReadOnlySet<string> down, List<RecoveryStanding> standings, List<(IdentityAccess Identity, Circle Circle)> circles, AccessEvaluator evaluator, AccessRead read)
    {
        screen.Line($"Without {string.Join(", ", down.Order(StringComparer.Ordinal))}, of {standings.Count} identities:");
        foreach (var outlook in Enum.GetValues<Outlook>().Reverse())
        {
            var alike = standings.Where(one => one.Outlook == outlook).ToList();
            if (alike.Count == 0)
            {
                continue;
            }

            screen.Line();
            var headline = $"{alike.Count}: {WhoCanPage.Sentence(outlook)}";
            if (WhoCanTold.IsLost(outlook))
            {
                screen.Warning(headline);
            }
            else
            {
                screen.Line(headline);
            }

            screen.Rows(["identity", "could spend", "still", "could approve", "still", "who is left"], alike.Take(MostShown).Select(WhoCanPage.Row));
            WhoCanPage.More(screen, alike.Count - MostShown);
        }

        foreach (var (identity, circle) in circles.Take(MostShown))
        {
            screen.Line();
            screen.Warning($"circle: {identity.Identity}: {WhoCanPage.Sentence(circle)}");
        }

        WhoCanPage.More(screen, circles.Count - MostShown);
        WhoCanPage.Remarks(screen, evaluator.TooBroad, evaluator.Unsure);
        screen.Line();
        WhoCanPage.ByCode(screen);
        WhoCanPage.Gaps(screen, read.Gaps);
    }
}
