using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Identities;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb approve list</c>: what waits for a second person, of one identity or of all that the caller may list. An approver at the beginning of a shift
/// has no names yet.
/// </summary>
internal static class ApproveListVerb
{
    // What a broker can make this program ask and hold.
    private const int MaxShown = 500;

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        identity.Arity = ArgumentArity.ZeroOrOne;
        identity.Description = "The identity's name; without it, every identity that you may list is looked at.";
        var command = frame.Command("list", "Show the requests that wait or were decided, and the uses that nobody has reviewed.", "approve list alice-admin");
        command.Add(identity);
        frame.Run(command, Reach.Broker, (context, parsed, cancellation) => parsed.GetValue(identity) is { } name
            ? OneAsync(context.Broker, name, cancellation)
            : AllAsync(context, cancellation));
        return command;
    }

    private static async Task<Outcome> OneAsync(BrokerApi broker, IdentityName name, CancellationToken cancellation) =>
        await broker.ApprovalsAsync(name, cancellation) switch
        {
            BrokerAnswer<Approvals>.Done done => Outcome.Done(done.Json, screen => Show(screen, done.Value)),
            var failed => failed.Failure(),
        };

    private static async Task<Outcome> AllAsync(CliContext context, CancellationToken cancellation)
    {
        var (identities, failure) = await WholeList.ReadAsync(context, cancellation);
        if (failure is not null)
        {
            return failure;
        }

        List<Waiting> found = [];
        var documents = new JsonArray();
        var waiting = identities.Where(i => i.OpenApprovals + i.OpenReviews > 0).ToList();
        foreach (var one in waiting.Take(MaxShown))
        {
            if (!IdentityName.TryParse(one.Identity, out var name))
            {
                continue;
            }

            var answer = await context.Broker.ApprovalsAsync(name, cancellation);
            found.Add(Waiting.Of(one.Identity, answer));
            documents.Add((JsonNode)Document(one, answer));
        }

        var more = Math.Max(0, waiting.Count - MaxShown);
        var exit = found.Exists(f => f.Fault is not null) ? ExitCode.Unavailable : ExitCode.Done;
        return new Outcome(exit, new JsonObject { ["identities"] = documents, ["more"] = more }, screen => Show(screen, found, more)) { IsAnswer = true };
    }

    private static JsonObject Document(ListedIdentity one, BrokerAnswer<Approvals> answer)
    {
        if (answer is BrokerAnswer<Approvals>.Done done)
        {
            return done.Json;
        }

        var json = new JsonObject { ["identity"] = one.Identity, ["open_approvals"] = one.OpenApprovals, ["open_reviews"] = one.OpenReviews };
        if (Waiting.Of(one.Identity, answer).Fault is { } fault)
        {
            json["error"] = fault.ToJson();
        }

        return json;
    }

    private static void Show(Screen screen, List<Waiting> all, int more)
    {
        foreach (var one in all)
        {
            Show(screen, one);
        }

        if (more > 0)
        {
            screen.Line(string.Create(CultureInfo.InvariantCulture, $"... and {more} more identities where something waits."));
        }

        if (all.Count == 0)
        {
            screen.Line("Nothing waits.");
        }
    }

    private static void Show(Screen screen, Waiting one)
    {
        if (one.Shown is { } shown)
        {
            Show(screen, shown);
        }
        else
        {
            screen.Line(one.Fault is { } fault
                ? $"{one.Identity}: something waits, and could not be read: {fault.Reason ?? fault.Code}: {fault.Detail}"
                : $"{one.Identity}: something waits, and your policies do not let you see it (approve)");
        }
    }

    private static void Show(Screen screen, Approvals one)
    {
        if (one.Requests is null || one.Reviews is null)
        {
            return;
        }

        screen.Line(Headline(one));
        foreach (var request in one.Requests)
        {
            Show(screen, request);
        }

        foreach (var review in one.Reviews)
        {
            Show(screen, review);
        }

        Hints(screen, one);
    }

    private static string Headline(Approvals one)
    {
        var open = one.Requests!.Count(r => r.State == "open");
        var text = string.Create(CultureInfo.InvariantCulture, $"{one.Identity}: {open} to decide, {one.Reviews!.Count} to review");
        return one.Requests!.Count > open ? text + string.Create(CultureInfo.InvariantCulture, $", {one.Requests.Count - open} decided") : text;
    }

    private static void Show(Screen screen, ListedApproval request)
    {
        screen.Line();
        screen.Line($"[{request.State}] {request.Operation}, until {request.ExpiresAt}");
        screen.Fields(
            ("  approval", request.Approval),
            ("  asked by", Who(request.RequestedBy)),
            ("  asked at", request.RequestedAt),
            ("  ticket", request.Ticket),
            ("  reason", request.Reason),
            ("  verified", request.Verification),
            (request.State == "denied" ? "  denied by" : "  given by", Who(request.AnsweredBy)),
            ("  note", request.Note),
            ("  used by", Who(request.UsedBy)),
            ("  used in", request.UsedIn));
    }

    private static void Show(Screen screen, ListedReview review)
    {
        screen.Line();
        screen.Line($"[to review] {review.Kind} at {review.At}, {(review.Cause == "approval" ? "after an approval" : review.Cause)}");
        screen.Fields(
            ("  operation", review.Operation),
            ("  done by", Who(review.By)),
            ("  ticket", review.Ticket),
            ("  reason", review.Reason),
            ("  asked by", Who(review.RequestedBy)),
            ("  given by", Who(review.ApprovedBy)));
    }

    private static void Hints(Screen screen, Approvals one)
    {
        if (one.Requests!.Any(r => r.State == "open"))
        {
            screen.Line();
            screen.Line($"To decide: bcb approve give {one.Identity} APPROVAL");
            screen.Line($"           bcb approve deny {one.Identity} APPROVAL --reason TEXT");
        }

        if (one.Reviews!.Count > 0)
        {
            screen.Line();
            screen.Line($"To review: bcb approve review {one.Identity} OPERATION --note TEXT");
        }
    }

    // The name is the log-in's, which several people may share; the entity is who they are.
    private static string? Who(Party? party) => party is null ? null : party.Entity is null ? party.Name : $"{party.Name}, entity {party.Entity}";

    /// <summary>What waits at one identity, or why it is not shown. Somebody may see an identity and not be one of its approvers: that is no fault, and that something waits is all there is to say.</summary>
    private sealed record Waiting(string Identity, Approvals? Shown, Problem? Fault)
    {
        public static Waiting Of(string identity, BrokerAnswer<Approvals> answer) => answer switch
        {
            BrokerAnswer<Approvals>.Done done => new(identity, done.Value, null),
            BrokerAnswer<Approvals>.Refused { Problem.Code: "not-permitted" } => new(identity, null, null),
            BrokerAnswer<Approvals>.Refused refused => new(identity, null, refused.Problem),
            BrokerAnswer<Approvals>.Unavailable open => new(identity, null, open.Problem),
            _ => throw new InvalidOperationException("an answer of unknown kind"),
        };
    }
}
