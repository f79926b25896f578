using System.CommandLine;
using System.Globalization;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb status</c>: where an identity's codes stand.</summary>
internal static class StatusVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        var command = frame.Command("status", "Show where an identity's codes stand; never the codes themselves.", "status build-bot");
        command.Add(identity);
        frame.Run(command, Reach.Broker, async (context, parsed, cancellation) =>
            await context.Broker.StatusAsync(parsed.GetRequiredValue(identity), cancellation) switch
            {
                BrokerAnswer<Standing>.Done done => Outcome.Done(done.Json, screen => Show(screen, done.Value)),
                var failed => failed.Failure(),
            });
        return command;
    }

    private static void Show(Screen screen, Standing standing)
    {
        screen.Fields(
            ("identity", standing.Identity),
            ("state", standing.State),
            ("codes left", Left(standing)),
            ("kind", standing.Kind),
            ("generation", standing.Generation?.ToString(CultureInfo.InvariantCulture)),
            ("issued", standing.IssuedAt),
            ("activated", standing.ActivatedAt),
            ("expires", standing.ExpiresAt),
            ("last proven", Proven(standing)),
            ("suspended", standing.Suspension is { } aside ? $"since {aside.Since}: {aside.Cause}" : null),
            ("retired", standing.RetiredAt),
            ("owner", standing.OwnerKind is { } kind ? $"{standing.Owner} ({kind})" : standing.Owner),
            ("entity", standing.Entity),
            ("external id", standing.ExternalId),
            ("profile", standing.Profile),
            ("labels", standing.Labels is { } labels ? string.Join(", ", labels.Select(l => $"{l.Key}={l.Value}")) : null),
            ("recertify by", standing.RecertifyBy),
            ("registered", standing.RegisteredAt));
        if (standing.OpenApprovals + standing.OpenReviews > 0)
        {
            screen.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{standing.OpenApprovals} to approve, {standing.OpenReviews} to review: bcb approve list {standing.Identity}"));
        }

        if (standing.Pending is { } pending)
        {
            var until = pending.Deadline?.ToString("u", CultureInfo.InvariantCulture) ?? "?";
            screen.Line($"Generation {pending.Generation} waits to be received, until {until}: bcb retrieve {standing.Identity}");
        }
    }

    private static string? Proven(Standing standing) => (standing.LastProvenAt, standing.Proven) switch
    {
        (null, false) => "never: bcb drill " + standing.Identity,
        ({ } at, false) => $"{at}, not lately with these codes: bcb drill {standing.Identity}",
        var (at, _) => at,
    };

    private static string? Left(Standing standing) => (standing.Remaining, standing.Count) switch
    {
        (null, _) => null,
        ({ } remaining, null) => remaining.ToString(CultureInfo.InvariantCulture),
        ({ } remaining, { } count) => $"{remaining} of {count}",
    };
}
