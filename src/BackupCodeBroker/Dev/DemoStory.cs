using System.Globalization;
using System.Text.Json.Nodes;
using BackupCodeBroker.Cli;

namespace BackupCodeBroker.Dev;

/// <summary>The story: register, issue, a theft that gains nothing, claim, consume, replay, a race, revoke; then chapters of their own.</summary>
internal sealed class DemoStory(DevEnvironment environment, DemoStage stage)
{
    private const int Racers = 32;

    private readonly string _identity = "team-a.deployer-" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(2));

    /// <summary>Tells it.</summary>
    public async Task TellAsync(CancellationToken cancellation)
    {
        stage.Say($"Broker {environment.BrokerAddress}, Vault {environment.VaultAddress}{(environment.IsEmbedded ? " (embedded, for development only)" : "")}.");
        await RegisterAsync();
        await TheftAsync();
        var codes = await ClaimAsync();
        await ConsumeAsync(codes);
        await RaceAsync(codes[1], cancellation);
        await RevokeAsync(codes[2]);
        await new DemoHelpDesk(environment, stage).TellAsync("7");
        var recovery = new DemoRecovery(environment, stage);
        await recovery.LockedOutAsync("8");
        await recovery.BreakGlassAsync("9");
        await recovery.GoodDayAsync("10");
        await new DemoChanges(environment, stage).TransferAsync("11");
        await new DemoChanges(environment, stage).IncidentAsync("12");
    }

    private async Task RegisterAsync()
    {
        stage.Chapter("1. The platform team registers an identity and names its owner");
        var owner = environment.People["owner"].EntityId;
        await stage.RunAsync("platform", "", ExitCode.Done, "register", _identity, "--owner", owner, "--profile", "machine", "--label", "env=demo");
        stage.Say("A stranger may not have codes made; the answer says which stanza would be needed.");
        await stage.RunAsync("stranger", "", ExitCode.Refused, "issue", _identity);
    }

    private async Task TheftAsync()
    {
        stage.Chapter("2. Somebody steals the wrapping token, and gains nothing");
        var (_, issued) = await stage.AskAsync("owner", "", "issue", _identity);
        var stolen = (string)issued["wrapping"]!["token"]!;
        stage.Say("The owner has codes made. The wrapping token leaks; a thief unwraps it before the owner does, with a token of their own.");
        await stage.RunAsync("stranger", stolen, ExitCode.Refused, "retrieve", _identity);
        stage.Say("They may not see the identity, let alone prove receipt, so their plaintext stays unusable. Now they unwrap it at Vault itself.");
        var plain = await DemoThief.UnwrapAsync(environment, stolen);
        stage.Say($"The thief holds {plain.Count} codes in plain, of a set that is still pending. They try one:");
        await stage.RunAsync("verifier", plain[0], ExitCode.Refused, "consume", _identity, "--purpose", "theft");
        stage.Say("The owner comes to unwrap, finds that somebody was there before, and the set ends with an alarm.");
        await stage.RunAsync("owner", stolen, ExitCode.Refused, "retrieve", _identity);
    }

    private async Task<IReadOnlyList<string>> ClaimAsync()
    {
        stage.Chapter("3. The owner claims codes: issued, unwrapped and activated in one go");
        var (exit, claimed) = await stage.AskAsync("owner", "", "claim", _identity);
        if (exit != ExitCode.Done)
        {
            throw new DemoFailedException("claiming was refused");
        }

        var codes = claimed["codes"]!.AsArray().Select(c => (string)c!).ToList();
        stage.Say($"{codes.Count} codes, shown once to their owner. In Vault there are only salted hashes:");
        await stage.RunAsync("owner", "", ExitCode.Done, "status", _identity);
        return codes;
    }

    private async Task ConsumeAsync(IReadOnlyList<string> codes)
    {
        stage.Chapter("4. A verifier spends one code; it never works again");
        await stage.RunAsync("verifier", codes[0], ExitCode.Done, "consume", _identity, "--purpose", "deploy key lost");
        stage.Say("The same code once more, in another request:");
        await stage.RunAsync("verifier", codes[0], ExitCode.Refused, "consume", _identity, "--purpose", "replay");
        stage.Say("A typo is caught by the checksum before anything is sent, and counts as no failure:");
        await stage.RunAsync("verifier", Mistyped(codes[1]), ExitCode.Usage, "consume", _identity, "--purpose", "typo");
    }

    private async Task RaceAsync(string code, CancellationToken cancellation)
    {
        stage.Chapter(string.Create(CultureInfo.InvariantCulture, $"5. {Racers} verifiers race for one code"));
        var wins = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Racers, CancellationToken = cancellation };
        await Parallel.ForAsync(0, Racers, options, async (_, _) =>
        {
            var (exit, _) = await stage.AskAsync("verifier", code, "consume", _identity, "--purpose", "race");
            if (exit == ExitCode.Done)
            {
                Interlocked.Increment(ref wins);
            }
        });
        stage.Say(string.Create(CultureInfo.InvariantCulture, $"{wins} of {Racers} was told yes."));
        if (wins != 1)
        {
            throw new DemoFailedException("a race must have exactly one winner");
        }
    }

    private async Task RevokeAsync(string code)
    {
        stage.Chapter("6. The platform team revokes; what is left is worthless at once");
        await stage.RunAsync("platform", "", ExitCode.Done, "revoke", _identity, "--reason", "demo is over");
        await stage.RunAsync("verifier", code, ExitCode.Refused, "consume", _identity, "--purpose", "after the end");
        await stage.RunAsync("auditor", "", ExitCode.Done, "list");
    }

    private static string Mistyped(string code) => code[..^1] + (code[^1] == '7' ? '8' : '7');
}

/// <summary>What a thief of a wrapping token does: unwrap at Vault, where no policy of the broker stands in the way.</summary>
internal static class DemoThief
{
    /// <summary>The plaintext.</summary>
    public static async Task<IReadOnlyList<string>> UnwrapAsync(DevEnvironment environment, string stolen)
    {
        using var vault = new Vault.VaultClient(new Vault.VaultSettings { Address = environment.VaultAddress }, TimeProvider.System);
        var call = Vault.VaultCall.Fresh(CancellationToken.None);
        return await vault.UnwrapAsync(environment.People["stranger"].Token, new Vault.VaultToken(stolen), call) is Vault.VaultAnswer<byte[]>.Ok ok
            ? [.. JsonNode.Parse(ok.Value)!["codes"]!.AsArray().Select(c => (string)c!)]
            : throw new DemoFailedException("the stolen wrapping token could not be unwrapped");
    }
}
