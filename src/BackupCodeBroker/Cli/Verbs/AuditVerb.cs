using System.CommandLine;
using System.Globalization;
using BackupCodeBroker.Audit;
using BackupCodeBroker.Audit.Join;
using BackupCodeBroker.Audit.Report;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Audit;
using BackupCodeBroker.Server;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb audit</c>: join Vault's audit log with the brokers' access records, and say what nothing explains. It reads files and reaches no server.</summary>
internal static class AuditVerb
{
    private const int DefaultSkew = 30;
    private const int LongestSkew = 3600;
    private static readonly TimeSpan LatestAhead = TimeSpan.FromDays(1);

    private static readonly string[] SecretBeginnings = ["BCB1", "s.", "b.", "hvs.", "hvb."];

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var files = new Argument<string[]>("FILE")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "Vault's audit log and the brokers' access records: plain or gzip, rotated, in any order; - is standard input.",
        };
        var access = new Option<string[]>("--access") { HelpName = "FILE", Description = "Access records; may be repeated." };
        var since = new Option<string?>("--since") { HelpName = "TIME", Description = "Beginning of the period: ISO 8601, or how long ago (24h, 7d)." };
        var until = new Option<string?>("--until") { HelpName = "TIME", Description = "End of the period, exclusive." };
        var skew = new Option<int>("--skew")
        {
            HelpName = "SECONDS",
            Description = "What clocks may differ by.",
            DefaultValueFactory = _ => DefaultSkew,
        };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "The server's configuration (bcb.json), for names that differ." };
        var html = new Option<string?>("--html") { HelpName = "FILE", Description = "Also write the report as one page that needs nothing else." };
        var command = frame.Command(
            "audit",
            "Join Vault's audit log with the brokers' access records: is every access to recovery codes explained? Exit 1 where one is not.",
            "audit --since 7d --html audit.html vault-audit.log* access-*.jsonl");
        command.Add(files);
        foreach (var option in new Option[] { access, since, until, skew, config, html })
        {
            command.Add(option);
        }

        frame.RunAlone(command, (parsed, cancellation) =>
        {
            var wanted = new Wanted(
                [.. parsed.GetValue(files) ?? [], .. parsed.GetValue(access) ?? []],
                parsed.GetValue(since),
                parsed.GetValue(until),
                parsed.GetValue(skew),
                parsed.GetValue(config),
                parsed.GetValue(html),
                parsed.GetValue(frame.Json));
            return Run(frame.Surroundings, wanted, cancellation);
        });
        return command;
    }

    private static Outcome Run(CliSurroundings surroundings, Wanted wanted, CancellationToken cancellation)
    {
        var errors = new List<string>();
        var question = Question(surroundings, wanted, errors);
        errors.AddRange(wanted.Files.Select(Unreadable).OfType<string>().Distinct());
        if (wanted.Files.Count(f => f == AuditRun.StandardInput) > 1)
        {
            errors.Add("standard input can be read once");
        }

        if (wanted.Html is { } page && wanted.Files.Any(f => f != AuditRun.StandardInput && Path.GetFullPath(f) == Path.GetFullPath(page)))
        {
            errors.Add("--html would overwrite a file that is read");
        }

        if (errors.Count > 0)
        {
            return Outcome.Usage(string.Join("; ", errors));
        }

        try
        {
            var report = AuditProgress.Over(surroundings, wanted.Files, told => new AuditRun(question, surroundings.Input).Run(wanted.Files, told, cancellation));
            return NothingAudited(report) is { } why ? Outcome.Usage(why) : Told(report, wanted, surroundings.Time.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Outcome.Usage(Screen.Clean(e.Message));
        }
    }

    // A broken or empty pipeline must not look like a quiet day.
    private static string? NothingAudited(AuditReport report)
    {
        var logs = report.Sources.Where(s => s is { Kind: "vault-audit", First: not null }).ToList();
        if (logs.Count == 0)
        {
            return "none of these is an audit log of Vault's that can be read: access records alone show nothing of what was done past the broker";
        }

        var (first, last) = (logs.Min(s => s.First), logs.Max(s => s.Last));
        return report.Since > last || report.Until <= first
            ? string.Create(CultureInfo.InvariantCulture, $"the period lies outside the log, which goes from {first:yyyy-MM-dd'T'HH:mm:ss'Z'} to {last:yyyy-MM-dd'T'HH:mm:ss'Z'}")
            : null;
    }

    private static Outcome Told(AuditReport report, Wanted wanted, DateTimeOffset now)
    {
        if (wanted.Html is { } html)
        {
            using var page = new StreamWriter(html, append: false);
            AuditPage.Write(page, report, now);
        }

        // A report may be large: as a document it is made only where it is printed as one.
        var json = wanted.Json ? AuditJson.Write(report) : [];
        return new Outcome(report.Explained ? ExitCode.Done : ExitCode.Refused, json, screen => AuditText.Show(screen, report)) { IsAnswer = true };
    }

    private static AuditQuestion Question(CliSurroundings surroundings, Wanted wanted, List<string> errors)
    {
        var (settings, wrong) = ServerCommand.ReadSettings(wanted.Config ?? surroundings.Setting("BCB_CONFIG"), []);
        errors.AddRange(wrong);
        var now = surroundings.Time.GetUtcNow();
        var since = Moment(wanted.Since, "--since", now, errors);
        var until = Moment(wanted.Until, "--until", now, errors);
        if (since >= until)
        {
            errors.Add("--since is not before --until");
        }

        if (wanted.Skew is < 0 or > LongestSkew)
        {
            errors.Add("--skew is 0 to 3600 seconds");
        }

        return new AuditQuestion(AuditRun.NamesOf(settings.Vault, new BootstrapOptions().PolicyPrefix, settings.Login), since, until, TimeSpan.FromSeconds(Math.Clamp(wanted.Skew, 0, LongestSkew)))
        {
            Latest = now + LatestAhead,
        };
    }

    private static DateTimeOffset? Moment(string? text, string option, DateTimeOffset now, List<string> errors)
    {
        if (text is null)
        {
            return null;
        }

        if (AuditMoment.TryRead(text, now, out var moment))
        {
            return moment;
        }

        errors.Add($"{option} is a date or time (2026-11-01, 2026-11-01T08:00:00Z), or how long ago (90m, 24h, 7d)");
        return null;
    }

    // Named, for whoever mistypes one of twenty has to see which; unless it looks like a secret that got into the wrong place.
    private static string? Unreadable(string file)
    {
        if (file == AuditRun.StandardInput)
        {
            return null;
        }

        var shown = SecretBeginnings.Any(b => file.StartsWith(b, StringComparison.OrdinalIgnoreCase)) ? "[hidden]" : Screen.Clean(file);
        try
        {
            if (Directory.Exists(file))
            {
                return $"{shown} is a directory";
            }

            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"{shown} does not exist";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return $"{shown} cannot be read";
        }
    }

    private sealed record Wanted(
        IReadOnlyList<string> Files, string? Since, string? Until, int Skew, string? Config, string? Html, bool Json);
}
