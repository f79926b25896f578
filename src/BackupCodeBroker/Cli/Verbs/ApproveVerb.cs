using System.CommandLine;
using System.Globalization;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Core.Profiles;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb approve</c>: dual control as a help desk does it. One person asks, by name and with a ticket; another one, who sees what waits, gives it or not; a
/// third spends the code. Afterwards somebody looks at the use. The broker holds them apart, by their Vault entities.
/// </summary>
internal static class ApproveVerb
{
    private const int IdLength = 32;

    /// <summary>The verb with its parts.</summary>
    public static Command Create(CliFrame frame)
    {
        var command = frame.Command(
            "approve",
            "A second person's consent to one use of an identity's codes: ask for it, see what waits, give or deny it, review what was done.",
            "approve request alice-admin --reason \"phone lost\" --ticket HD-4711 --verified-by \"video call, badge seen\"");
        command.Add(Request(frame));
        command.Add(ApproveListVerb.Create(frame));
        command.Add(Give(frame));
        command.Add(Deny(frame));
        command.Add(Review(frame));
        return command;
    }

    private static Command Request(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        var operation = new Option<string>("--operation")
        {
            HelpName = string.Join('|', Profile.Approvable),
            Description = "What is to be approved.",
            DefaultValueFactory = _ => "consume",
        };
        operation.AcceptOnlyFromAmong([.. Profile.Approvable]);
        var reason = PlainText.Option("--reason", "Why, for whoever decides and for the record.");
        var ticket = PlainText.Option("--ticket", "The ticket that it belongs to.", Approval.MaxTicket);
        var verification = PlainText.Option("--verified-by", "How the person was verified: a video call, a badge, a call back.");
        var command = frame.Command(
            "request",
            "Ask for a second person's consent. It lets nothing happen by itself, and ends soon (15 minutes, unless the profile says otherwise).",
            "approve request alice-admin --reason \"phone lost\" --ticket HD-4711 --verified-by \"video call, badge seen\"");
        command.Add(identity);
        command.Add(operation);
        command.Add(reason);
        command.Add(ticket);
        command.Add(verification);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) => await context.Broker.RequestApprovalAsync(
            parsed.GetRequiredValue(identity),
            parsed.GetRequiredValue(operation),
            parsed.GetRequiredValue(reason),
            parsed.GetRequiredValue(ticket),
            parsed.GetRequiredValue(verification),
            cancellation) switch
        {
            BrokerAnswer<ApprovalRequested>.Done done => Outcome.Done(done.Json, screen =>
            {
                screen.Line($"Asked for approval of {done.Value.Operation} for {done.Value.Identity}. Nothing is allowed yet.");
                screen.Fields(("approval", done.Value.Approval), ("until", done.Value.ExpiresAt), ("generation", done.Value.Generation?.ToString(CultureInfo.InvariantCulture)));
                screen.Line("Somebody else gives it, who is not to use it:");
                screen.Line($"  bcb approve give {done.Value.Identity} {done.Value.Approval}");
            }),
            var failed => failed.Failure(),
        });
        return command;
    }

    private static Command Give(CliFrame frame)
    {
        var (identity, approval) = (CliFrame.Identity(), Id("ID", "Id of the request, as `bcb approve list` shows it."));
        var note = PlainText.Option("--note", "What you checked, for the record.");
        note.Required = false;
        var command = frame.Command(
            "give",
            "Consent to what somebody else asked for. It serves one use, which is not yours, and only until it expires.",
            "approve give alice-admin 0d5bd2bf2f1f4d0f8c63b1f0f9c7a1e4 --note \"manager called back\"");
        command.Add(identity);
        command.Add(approval);
        command.Add(note);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) =>
            await context.Broker.ApproveAsync(parsed.GetRequiredValue(identity), parsed.GetRequiredValue(approval), parsed.GetValue(note), cancellation) is var answer
            && answer is BrokerAnswer<Nothing>.Done done
                ? Told(done, parsed.GetRequiredValue(identity).Value, parsed.GetRequiredValue(approval), "approved", "Approved, for one use. You gave it, so you cannot use it; nor can whoever asked for it, unless it is to issue.")
                : answer.Failure());
        return command;
    }

    private static Command Deny(CliFrame frame)
    {
        var (identity, approval) = (CliFrame.Identity(), Id("ID", "Id of the request, as `bcb approve list` shows it."));
        var reason = PlainText.Option("--reason", "Why not, for the record.");
        var command = frame.Command(
            "deny",
            "Refuse a request, or take back a consent that was not used yet.",
            "approve deny alice-admin 0d5bd2bf2f1f4d0f8c63b1f0f9c7a1e4 --reason \"could not reach the manager\"");
        command.Add(identity);
        command.Add(approval);
        command.Add(reason);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) =>
            await context.Broker.DenyAsync(parsed.GetRequiredValue(identity), parsed.GetRequiredValue(approval), parsed.GetRequiredValue(reason), cancellation) is var answer
            && answer is BrokerAnswer<Nothing>.Done done
                ? Told(done, parsed.GetRequiredValue(identity).Value, parsed.GetRequiredValue(approval), "denied", "Denied. Nothing can be done with it any more.")
                : answer.Failure());
        return command;
    }

    private static Command Review(CliFrame frame)
    {
        var (identity, operation) = (CliFrame.Identity(), Id("OPERATION-ID", "Id of the use, as `bcb approve list` shows it."));
        var note = PlainText.Option("--note", "What you found, for the record.");
        var command = frame.Command(
            "review",
            "Say that a use was looked at: by somebody else than who did it. Until then it stays open.",
            "approve review alice-admin 7b1c0f3e9d5a4c2286f4e0aa51c3d9b7 --note \"talked to Alice, all as the ticket says\"");
        command.Add(identity);
        command.Add(operation);
        command.Add(note);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) =>
            await context.Broker.ReviewAsync(parsed.GetRequiredValue(identity), parsed.GetRequiredValue(operation), parsed.GetRequiredValue(note), cancellation) is var answer
            && answer is BrokerAnswer<Nothing>.Done done
                ? Told(done, parsed.GetRequiredValue(identity).Value, parsed.GetRequiredValue(operation), "reviewed", "Reviewed. It is not open any more.")
                : answer.Failure());
        return command;
    }

    private static Outcome Told(BrokerAnswer<Nothing>.Done done, string identity, string id, string what, string line) => Outcome.Done(
        new System.Text.Json.Nodes.JsonObject { ["identity"] = identity, [what == "reviewed" ? "operation" : "approval"] = id, [what] = true }.With(done.Json),
        screen => screen.Line(line));

    private static Argument<string> Id(string name, string description)
    {
        var id = new Argument<string>(name) { Description = description };
        id.Validators.Add(result =>
        {
            if (result.Tokens is not [{ Value.Length: IdLength } token] || !token.Value.All(char.IsAsciiHexDigitLower))
            {
                result.AddError($"{name} has {IdLength} hex digits in lower case");
            }
        });
        return id;
    }
}
