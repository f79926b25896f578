using System.CommandLine;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli.Broker;
using BackupCodeBroker.DevVault;
using BackupCodeBroker.Vault;

namespace BackupCodeBroker.Cli.Verbs;

/// <summary><c>bcb dev-vault</c>: the embedded development Vault alone, until it is interrupted.</summary>
internal static class DevVaultVerb
{
    private const string TokenVariable = "BCB_DEV_ROOT_TOKEN";

    /// <summary>The verb.</summary>
    public static Command Create(CliFrame frame)
    {
        var listen = new Option<string>("--listen")
        {
            HelpName = "HOST:PORT",
            Description = "A loopback address.",
            DefaultValueFactory = _ => "127.0.0.1:8200",
        };
        var rootToken = new Option<string?>("--root-token")
        {
            HelpName = "TOKEN",
            Description = $"The root token (else {TokenVariable}, else one is made up). It guards nothing but this toy.",
        };
        var audit = new Option<string?>("--audit") { HelpName = "FILE", Description = "Write an audit log in Vault's format there." };
        var command = frame.Command(
            "dev-vault",
            "Run the embedded development Vault: in memory, on this machine alone, NOT for production.",
            "dev-vault --listen 127.0.0.1:8200 --root-token root");
        command.Add(listen);
        command.Add(rootToken);
        command.Add(audit);
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new DevVaultOptions
            {
                Listen = parsed.GetRequiredValue(listen),
                RootToken = parsed.GetValue(rootToken) ?? frame.Surroundings.Setting(TokenVariable),
                AuditFile = parsed.GetValue(audit),
            };
            if (options.RootToken is not null && VaultToken.TryParse(options.RootToken, out var error) is null)
            {
                return frame.Print(parsed, Outcome.Usage($"the root token: {error}"));
            }

            return await RunAsync(frame, parsed, options, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(CliFrame frame, ParseResult parsed, DevVaultOptions options, CancellationToken cancellation)
    {
        try
        {
            await using var server = await DevVaultServer.StartAsync(options, cancellation);
            frame.Print(parsed, Started(server));
            await frame.Surroundings.Out.FlushAsync(cancellation);
            await Task.Delay(Timeout.InfiniteTimeSpan, frame.Surroundings.Time, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Interrupted: that is how it ends.
        }
        catch (ArgumentException e)
        {
            return frame.Print(parsed, Outcome.Usage(e.Message.Split(" (Parameter")[0]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return frame.Print(parsed, Outcome.Failed(ExitCode.Unavailable, Problem.Local("not-started", e.Message)));
        }

        return (int)ExitCode.Done;
    }

    private static Outcome Started(DevVaultServer server)
    {
        var address = server.Address.GetLeftPart(UriPartial.Authority);
        var json = new JsonObject { ["address"] = address, ["root_token"] = server.RootToken, ["warning"] = DevVaultServer.Warning };
        return Outcome.Done(json, screen =>
        {
            screen.Warning(DevVaultServer.Warning);
            screen.Line($"The embedded Vault listens on {address} until it is interrupted (Ctrl-C). In another terminal:");
            screen.Line();
            screen.Line($"export VAULT_ADDR={address}");
            screen.Line($"export VAULT_TOKEN={server.RootToken}");
        });
    }
}
