using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.Cli.Recovering;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Core.Codes;
using BackupCodeBroker.Core.Identities;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary>
/// <c>bcb recover</c>: for whoever is locked out and has a code. It needs no token and ends in a log-in, as <c>vault login</c> does; what was
/// handed out is never printed, but for the wrapping token where it is to be opened elsewhere.
/// </summary>
internal static class RecoverVerb
{
    private const int MaxKey = 128;

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var identity = CliFrame.Identity();
        var output = new Option<string?>("--out")
        {
            HelpName = "FILE",
            Description = "Where the token goes, readable by its owner alone (else ~/.vault-token, as with vault login).",
        };
        var wrapped = new Option<bool>("--wrapped") { Description = "Print the wrapping token and open nothing: for a log-in on another machine." };
        var key = Key();
        var command = frame.Command(
            "recover",
            "Log in to Vault with a backup code alone: no token is needed. The code is asked for without being shown, or read as the first line of standard input.",
            "recover alice");
        command.Add(identity);
        command.Add(output);
        command.Add(wrapped);
        command.Add(key);
        frame.Run(command, Reach.Broker | Reach.Vault | Reach.WithoutToken, (context, parsed, cancellation) =>
        {
            var wanted = new Wanted(parsed.GetRequiredValue(identity), parsed.GetValue(key) ?? RandomNumberGenerator.GetHexString(32, lowercase: true));
            var path = parsed.GetValue(output) ?? Path.Combine(context.Surroundings.Home, ".vault-token");
            return parsed.GetValue(wrapped)
                ? CodeInput.AskAsync(context, code => SpendAsync(context, wanted, code, (recovered, json) => Task.FromResult(Wrapped(recovered, json)), cancellation))
                : IntoFileAsync(context, wanted, path, cancellation);
        });
        return command;
    }

    private static Option<string?> Key()
    {
        var key = new Option<string?>("--idempotency-key")
        {
            HelpName = "KEY",
            Description = "The key of an earlier attempt whose answer, or wrap, was lost; else a new one is made.",
        };
        key.Validators.Add(result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (text.Length is 0 or > MaxKey || text.Any(c => c is < '!' or > '~'))
            {
                result.AddError($"--idempotency-key has 1 to {MaxKey} printable ASCII characters without spaces");
            }
        });
        return key;
    }

    private static async Task<Outcome> IntoFileAsync(CliContext context, Wanted wanted, string path, CancellationToken cancellation)
    {
        using var file = TokenFile.TryCreate(path, out var error);
        return file is null
            ? Outcome.Usage(error + ". Nothing was sent")
            : await CodeInput.AskAsync(context, code => SpendAsync(
                context, wanted, code, (recovered, json) => LogInAsync(context, wanted, recovered, json, file, cancellation), cancellation));
    }

    private static async Task<Outcome> SpendAsync(
        CliContext context, Wanted wanted, BackupCode code, Func<Recovered, JsonObject, Task<Outcome>> then, CancellationToken cancellation)
    {
        context.Note($"Idempotency key {wanted.Key} (with it the same request can be repeated, should its answer get lost)");
        try
        {
            return await Repeating.UntilSettledAsync(
                () => context.Broker.RecoverAsync(wanted.Identity, code, wanted.Key, cancellation), context.Surroundings, cancellation) switch
            {
                BrokerAnswer<Recovered>.Done done => await then(done.Value, new JsonObject { ["idempotency_key"] = wanted.Key }.With(done.Json)),
                BrokerAnswer<Recovered>.Unavailable { MayBeDone: true } open => Unsettled(open.Problem, wanted.Key),
                var refused => refused.Failure(),
            };
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Unsettled(context.Problem("interrupted", "interrupted before the answer came"), wanted.Key);
        }
    }

    private static async Task<Outcome> LogInAsync(
        CliContext context, Wanted wanted, Recovered recovered, JsonObject json, TokenFile file, CancellationToken cancellation)
    {
        var (login, failure) = await new WrapOpening(context, wanted.Identity, recovered, wanted.Key).RunAsync(cancellation);
        if (login is null)
        {
            return failure!;
        }

        if (file.Write(new SecretText(login.HandOver())) is { } error)
        {
            return Outcome.Failed(ExitCode.Unavailable, context.Problem("file", $"{error}. Repeat the same command with --idempotency-key {wanted.Key} and the same code"));
        }

        // The wrapping token is spent, and who reads the answer has no use for it.
        json.Remove("wrapping");
        json["token_file"] = file.Path;
        json["token_ttl"] = (int)login.Lease.TotalSeconds;
        json["policies"] = new JsonArray([.. login.Policies.Select(policy => (JsonNode)policy)]);
        return Outcome.Done(json, screen => Show(screen, recovered, login, file.Path));
    }

    private static Outcome Wrapped(Recovered recovered, JsonObject json) => Outcome.Done(json, screen =>
    {
        screen.Line(recovered.Wrapping.Token.Reveal());
        screen.Fields(("holds", recovered.Form), ("opens once, within", $"{recovered.Wrapping.Ttl} s"), ("codes left", recovered.Remaining.ToString(CultureInfo.InvariantCulture)));
        Ask(screen, recovered);
    });

    private static void Show(Screen screen, Recovered recovered, LoginFacts login, string path)
    {
        screen.Line($"You are logged in to Vault as {recovered.Identity}; the token is in {path}.");
        screen.Fields(
            ("lives", string.Create(CultureInfo.InvariantCulture, $"{(int)login.Lease.TotalSeconds} s")),
            ("policies", string.Join(", ", login.Policies)),
            ("assurance", recovered.Assurance),
            ("codes left", recovered.Remaining.ToString(CultureInfo.InvariantCulture)));
        Ask(screen, recovered);
    }

    private static void Ask(Screen screen, Recovered recovered)
    {
        foreach (var warning in (recovered.Warnings ?? []).Where(w => w != "claim-new-codes"))
        {
            screen.Warning("warning: " + warning);
        }

        screen.Line($"One code is spent. Set up your authenticator again, and have new codes made: bcb claim {recovered.Identity}");
    }

    private static Outcome Unsettled(Problem problem, string key) => Outcome.Failed(ExitCode.Unavailable, problem with
    {
        Detail = $"{problem.Detail.TrimEnd('.')}. Whether the code was spent is not known. Repeat the same command with --idempotency-key {key} and the same code",
        IdempotencyKey = key,
    });

    private sealed record Wanted(IdentityName Identity, string Key);
}
