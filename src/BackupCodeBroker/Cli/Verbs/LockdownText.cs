using System.Globalization;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Terminal;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>Lockdowns in words.</summary>
internal static class LockdownText
{
    private const int MaxNames = 20;

    /// <summary>One, with all that is known.</summary>
    public static void Show(Screen screen, LockdownStanding one)
    {
        screen.Line($"Lockdown {one.Id}: {one.Mode} of {Meant(one.Scope)}, {State(one)}.");
        screen.Fields(
            ("declared", Turn(one.Declared)),
            ("reason", one.Declared.Reason),
            ("in force from", one.InForceAt),
            ("complete", one.CompletedAt),
            ("lifted", one.Lifted is { } lifted ? Turn(lifted) : null),
            ("because", one.Lifted?.Reason));
        if (one.Progress is not { } progress)
        {
            screen.Line("How far it got is not counted yet: the worker does with its next sweep.");
            return;
        }

        screen.Line();
        screen.Line(Figures(one.Mode, progress));
        screen.Line($"as of {progress.AsOf}");
        if (one.Mode == "void" && progress.Waiting is { Count: > 0 } waiting)
        {
            screen.Line();
            screen.Line("Without new codes:");
            foreach (var name in waiting.Take(MaxNames))
            {
                screen.Line("  " + name);
            }

            var rest = waiting.Count - Math.Min(MaxNames, waiting.Count) + (progress.MoreWaiting ?? 0);
            if (rest > 0)
            {
                screen.Line($"  and {rest} more (--evidence)");
            }
        }
    }

    /// <summary>Many, a line each.</summary>
    public static void Show(Screen screen, IReadOnlyList<LockdownStanding> all) => screen.Rows(
        ["lockdown", "mode", "of", "state", "ended", "re-issued", "reason"],
        all.Select(one => (IReadOnlyList<string?>)
        [
            one.Id,
            one.Mode,
            Meant(one.Scope),
            State(one),
            one.Progress is { } p ? one.Mode == "void" ? Part(p.Ended, p.Matched) : "" : "?",
            one.Progress is { } q ? Part(q.Reissued, q.Matched) : "?",
            one.Declared.Reason,
        ]));

    /// <summary>How far it got, in one line.</summary>
    public static string Figures(string mode, LockdownFigures progress) => mode == "void"
        ? $"{Part(progress.Ended, progress.Matched)} ended, {Part(progress.Reissued, progress.Matched)} re-issued{(progress.Complete ? "; nothing is left to end" : "")}{Unread(progress)}"
        : $"{progress.Matched - progress.Ended} frozen, {Part(progress.Reissued, progress.Matched)} re-issued{Unread(progress)}";

    private static string Unread(LockdownFigures progress) => progress.Unread is > 0 and var unread ? $"; {unread} cannot be read (bcb doctor)" : "";

    private static string State(LockdownStanding one) => one.InForce ? "in force" : "lifted";

    private static string Turn(LockdownTurn turn) => (turn.Name ?? turn.Entity) is null ? turn.At : $"{turn.At} by {turn.Name ?? turn.Entity}";

    private static string Part(int some, int all) => string.Create(CultureInfo.InvariantCulture, $"{some} of {all}");

    private static string Meant(LockdownMeant scope)
    {
        List<string> conditions = [];
        Add(conditions, "", scope.Identities);
        Add(conditions, "owner ", scope.Owner);
        conditions.AddRange((scope.Labels ?? new Dictionary<string, string>()).Select(l => $"{l.Key}={l.Value}"));
        Add(conditions, "issued since ", scope.IssuedSince);
        Add(conditions, "issued by ", scope.IssuedBy);
        Add(conditions, "received by ", scope.ActivatedBy);
        return conditions.Count == 0 ? "everything" : string.Join(", ", conditions);
    }

    private static void Add(List<string> conditions, string what, string? value)
    {
        if (value is not null)
        {
            conditions.Add(what + value);
        }
    }
}
