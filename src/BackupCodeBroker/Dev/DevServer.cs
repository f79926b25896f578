using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Dev;

/// <summary><c>bcb server --dev</c>: one command from nothing to a broker that can be tried, and lines to paste.</summary>
internal static class DevServer
{
    private const int VaultPort = 8200;

    /// <summary>Runs until the process is told to stop.</summary>
    public static async Task<int> RunAsync(string? address, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address ?? "http://127.0.0.1:8400", UriKind.Absolute, out var listen) || !listen.IsLoopback || listen.Scheme != Uri.UriSchemeHttp)
        {
            await Console.Error.WriteLineAsync("bcb server --dev listens on http and a loopback address, such as http://127.0.0.1:8400");
            return 2;
        }

        try
        {
            await using var environment = await DevEnvironment.StartAsync(listen, VaultPort, _ => { }, s => s, Environment.GetEnvironmentVariable, quiet: false, cancellation);
            await Console.Out.WriteLineAsync(QuickStart(environment));
            return await environment.UntilShutdownAsync(cancellation);
        }
        catch (Exception e) when (e is DevStartException or AccessFileException or IOException)
        {
            await Console.Error.WriteLineAsync("bcb server --dev: " + e.Message);
            return 3;
        }
    }

    private static string QuickStart(DevEnvironment environment)
    {
        var program = Environment.ProcessPath ?? "bcb";
        var vault = environment.IsEmbedded
            ? $"embedded development Vault at {environment.VaultAddress}: in memory, gone with this process, never for production"
            : $"your Vault at {environment.VaultAddress}, set up by bcb bootstrap";
        return $"""

            BackupCodeBroker listens on {environment.BrokerAddress}
            Vault: {vault}
            Sample people, each with a real token under a shipped policy, in {environment.Folder}

            Quick start: paste these lines into another terminal.

              export BCB_ADDR={environment.BrokerAddress} VAULT_ADDR={environment.VaultAddress} PATH="{Path.GetDirectoryName(program)}:$PATH"
              as() {'{'} who=$1; shift; VAULT_TOKEN=$(cat {environment.Folder}/$who.token) bcb "$@"; {'}'}

              # the platform team registers an identity and names its owner
              as platform register team-a.deployer --owner {environment.People["owner"].EntityId} --profile machine
              # the owner has codes made, receives them once and keeps them
              as owner claim team-a.deployer --out {environment.Folder}/codes.txt
              # whoever checks codes spends one (read from standard input, never an argument)
              grep -m 1 BCB1 {environment.Folder}/codes.txt | as verifier consume team-a.deployer --purpose "quick start"
              # the same code again: refused
              grep -m 1 BCB1 {environment.Folder}/codes.txt | as verifier consume team-a.deployer --purpose "replay"
              # where it stands, and what a stranger may do
              as owner status team-a.deployer
              as stranger can consume team-a.deployer
              # the platform team ends the codes
              as platform revoke team-a.deployer --reason "quick start is over"

            Ctrl-C ends it all{(environment.IsEmbedded ? "" : ": the people's tokens and the broker's secret-id are revoked; what was set up and registered stays in your Vault")}.
            """;
    }
}
