using System.CommandLine;
using BackupCodeBroker.Cli;
using BackupCodeBroker.Telemetry;

namespace BackupCodeBroker.Dev;

/// <summary><c>bcb demo</c>: the whole story, told by the real verbs against a real broker, in under a minute.</summary>
internal static class DemoCommand
{
    /// <summary>The verb. It is not listed: <c>make demo</c> runs it.</summary>
    public static Command Create(CliFrame frame)
    {
        var command = frame.Command("demo", "Tell the whole story by itself, on an embedded Vault or the one of VAULT_ADDR and VAULT_TOKEN.", "demo");
        command.Hidden = true;
        command.SetAction((_, cancellation) => RunAsync(frame.Surroundings, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliSurroundings surroundings, CancellationToken cancellation)
    {
        try
        {
            await using var environment = await DevEnvironment.StartAsync(
                new Uri("http://127.0.0.1:0"), vaultPort: 0, _ => { }, s => s, surroundings.Variable, quiet: true, cancellation);
            var story = new DemoStory(environment, new DemoStage(environment, surroundings));
            await story.TellAsync(cancellation);
            return 0;
        }
        catch (Exception e) when (e is DevStartException or AccessFileException or DemoFailedException)
        {
            await surroundings.Error.WriteLineAsync("bcb demo: " + e.Message);
            return 1;
        }
    }
}
