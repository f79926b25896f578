using System.CommandLine;
using System.Text.Json.Nodes;
using BackupCodeBroker.Bootstrap;
using BackupCodeBroker.Cli.Terminal;
using BackupCodeBroker.Telemetry;
using BackupCodeBroker.Vault;
using BackupCodeBroker.Vault.Login;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb bootstrap</c>: set Vault up for the broker, with an administrator's token; or look how far it is.</summary>
internal static class BootstrapVerb
{
    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var check = new Option<bool>("--check") { Description = "Change nothing; say what would change, and exit with 1 if anything would." };
        var credentials = new Option<string?>("--credentials")
        {
            HelpName = "DIR",
            Description = "Leave the broker's role-id and secret-id there, readable by their owner alone; valid ones are kept.",
        };
        var accessFile = new Option<string?>("--access-file")
        {
            HelpName = "FILE",
            Description = "Append the run's access record there, for bcb audit (else BCB_TELEMETRY__ACCESS_FILE; not the file of a running broker).",
        };
        var account = new Option<string?>("--service-account") { HelpName = "NAMESPACE/NAME", Description = "Whom the broker's role lets in, where the configuration says login.kubernetes." };
        var subject = new Option<string?>("--subject") { HelpName = "SUBJECT", Description = "Whom the broker's role lets in, where the configuration says login.jwt." };
        var audience = new Option<string?>("--audience") { HelpName = "AUDIENCE", Description = "The audience that its JWT must have, with either." };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "The server's configuration (bcb.json), for names that differ." };
        var command = frame.Command(
            "bootstrap",
            "Set Vault up for the broker: mounts, policies, roles, pepper, first documents. Needs an administrator's VAULT_TOKEN; can be repeated.",
            "bootstrap --credentials /etc/bcb/credentials");
        command.Add(check);
        command.Add(credentials);
        command.Add(accessFile);
        command.Add(config);
        command.Add(account);
        command.Add(subject);
        command.Add(audience);
        frame.Run(command, Reach.Vault, (context, parsed, cancellation) =>
        {
            var bounds = new LoginBounds(parsed.GetValue(account), parsed.GetValue(subject), parsed.GetValue(audience));
            var options = new BootstrapOptions { Check = parsed.GetValue(check), CredentialsDirectory = parsed.GetValue(credentials), Bounds = bounds };
            if (BootstrapSettings.Read(parsed.GetValue(config), context.Settings, out var error) is not { } settings)
            {
                return Task.FromResult(Outcome.Usage(error));
            }

            return Fault(options, settings.Login) is { } fault
                ? Task.FromResult(Outcome.Usage(fault))
                : RunAsync(
                    context,
                    settings with { AccessFile = parsed.GetValue(accessFile) ?? settings.AccessFile },
                    options with { Login = settings.Login, Recoveries = settings.Recoveries },
                    cancellation);
        });
        return command;
    }

    private static string? Fault(BootstrapOptions options, LoginSettings login) =>
        options.CredentialsDirectory is not null && login.ByJwt is { } jwt ? $"--credentials is for AppRole, and the broker logs in by {jwt.Setting}" : options.Bounds.Fault(login.ByJwt);

    private static async Task<Outcome> RunAsync(
        CliContext context, BootstrapSettings settings, BootstrapOptions options, CancellationToken cancellation)
    {
        using var vault = new VaultClient(settings.Vault, context.Surroundings.Time, context.Surroundings.VaultHandler);
        var health = await vault.HealthAsync(context.Call(cancellation));
        if ((health.Fault ?? (health.Sealed ? new VaultFault.Sealed() : null)) is { } fault)
        {
            return Outcome.Failed(ExitCode.Unavailable, context.Problem("vault", fault.Describe()));
        }

        if (await vault.LookupSelfAsync(context.Token.ForVault, context.Call(cancellation)) is VaultAnswer<TokenFacts>.Denied { Why: VaultDenial.InvalidToken })
        {
            return Outcome.Failed(ExitCode.Refused, context.Problem("invalid-token", $"Vault at {settings.Vault.Address} does not take VAULT_TOKEN; nothing was looked at"));
        }

        if (!AccessFile.TryOpen(settings.AccessFile, out var file, out var error))
        {
            return Outcome.Usage(error);
        }

        await using var closing = file;
        var documents = FirstDocuments.For(context.Surroundings.Time, settings.Epoch);
        var bootstrapper = new Bootstrapper(settings.Vault, documents, context.Surroundings.Time, _ => { }, context.Surroundings.VaultHandler);
        return Told(await bootstrapper.RunAsync(options with { AccessFile = file }, context.Token.ForVault, cancellation), options.Check);
    }

    private static Outcome Told(BootstrapReport report, bool check)
    {
        var good = !report.SawNothing && !(check ? report.HasDrift : report.HasFailures);
        var json = new JsonObject
        {
            ["steps"] = new JsonArray([.. report.Steps.Select(s => (JsonNode)Step(s))]),
            ["checked_only"] = check,
            ["changed"] = report.HasChanges,
            ["drift"] = report.HasDrift,
            ["incomplete"] = report.IsIncomplete,
            ["remarks"] = new JsonArray([.. report.Remarks.Select(remark => (JsonNode)remark)]),
        };
        return new Outcome(good ? ExitCode.Done : ExitCode.Refused, json, screen => Show(screen, report, check, good)) { IsAnswer = good || check && !report.SawNothing };
    }

    private static JsonObject Step(StepReport step)
    {
        var (result, how) = Words(step.Result);
        return new JsonObject { ["step"] = step.What, ["result"] = result, ["detail"] = how };
    }

    private static void Show(Screen screen, BootstrapReport report, bool check, bool good)
    {
        screen.Rows(
            ["result", "step", ""],
            report.Steps.Select(step => (IReadOnlyList<string?>)[Words(step.Result).Result, step.What, Words(step.Result).How]));
        foreach (var remark in report.Remarks)
        {
            screen.Warning("warning: " + remark);
        }

        screen.Line((good, check, report) switch
        {
            (false, true, _) => "Vault is not as the broker needs it.",
            (false, false, _) => "Vault is not as the broker needs it: see what failed.",
            (true, _, { IsIncomplete: true }) => "Vault is as the broker needs it, as far as this token could see and do.",
            (true, _, { HasChanges: true }) => "Vault is now as the broker needs it.",
            _ => "Vault is as the broker needs it; nothing was changed.",
        });
    }

    private static (string Result, string How) Words(StepResult result) => result switch
    {
        StepResult.Unchanged => ("ok", ""),
        StepResult.Changed changed => ("changed", changed.How),
        StepResult.WouldChange change => ("would change", change.How),
        StepResult.NotPermitted denied => ("not permitted", $"the token may not use {denied.Path}. {denied.Lost}"),
        StepResult.Failed failed => ("failed", failed.Why),
        _ => throw new InvalidOperationException("a step's result is of no known kind"),
    };
}
