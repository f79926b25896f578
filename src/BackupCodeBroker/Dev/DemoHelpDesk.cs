using System.Security.Cryptography;
using System.Text.RegularExpressions;
using BackupCodeBroker.Cli;

namespace BackupCodeBroker.Dev;

/// <summary>A chapter: somebody lost their phone. Two agents and a verifier, none of whom can do it alone or be two of the three.</summary>
internal sealed partial class DemoHelpDesk(DevEnvironment environment, DemoStage stage)
{
    private readonly string _identity = "team-a.alice-admin-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2));

    /// <summary>Tells it.</summary>
    public async Task TellAsync(string number)
    {
        stage.Chapter(number + ". Alice lost her phone: two agents and a verifier let her in");
        var codes = await PrintedAsync();
        stage.Say("Alice has her printed codes. The profile asks for a second person, so a right code alone opens nothing, and is not spent:");
        await stage.RunAsync("verifier", codes[0], ExitCode.Refused, "consume", _identity, "--purpose", "HD-4711");
        var asked = await stage.RunAsync(
            "ann", "", ExitCode.Done, "approve", "request", _identity, "--reason", "phone lost", "--ticket", "HD-4711", "--verified-by", "video call, badge seen");
        var approval = IdIn(asked, "approval");
        stage.Say("Ann cannot consent to her own request:");
        await stage.RunAsync("ann", "", ExitCode.Refused, "approve", "give", _identity, approval);
        await stage.RunAsync("bob", "", ExitCode.Done, "approve", "list", _identity);
        await stage.RunAsync("bob", "", ExitCode.Done, "approve", "give", _identity, approval, "--note", "manager called back");
        await stage.RunAsync("verifier", codes[0], ExitCode.Done, "consume", _identity, "--purpose", "HD-4711");
        stage.Say("The consent served once. A second code needs another one:");
        await stage.RunAsync("verifier", codes[1], ExitCode.Refused, "consume", _identity, "--purpose", "once more");
        stage.Say("What was done stays open until somebody else has looked at it:");
        var open = await stage.RunAsync("bob", "", ExitCode.Done, "approve", "list", _identity);
        await stage.RunAsync("bob", "", ExitCode.Done, "approve", "review", _identity, IdIn(open[open.IndexOf("[to review]", StringComparison.Ordinal)..], "operation"), "--note", "talked to Alice");
    }

    private async Task<IReadOnlyList<string>> PrintedAsync()
    {
        var owner = environment.People["owner"].EntityId;
        var (registered, _) = await stage.AskAsync("platform", "", "register", _identity, "--owner", owner, "--profile", DevEnvironment.AdminProfile);
        var (claimed, answer) = await stage.AskAsync("owner", "", "claim", _identity);
        return registered == ExitCode.Done && claimed == ExitCode.Done
            ? [.. answer["codes"]!.AsArray().Select(c => (string)c!)]
            : throw new DemoFailedException("the administrator's codes could not be made");
    }

    private static string IdIn(string shown, string name) => Id().Matches(shown).FirstOrDefault(m => m.Groups["name"].Value == name)?.Groups["id"].Value
        ?? throw new DemoFailedException($"no {name} was shown");

    [GeneratedRegex("^ *(?<name>[a-z]+) +(?<id>[0-9a-f]{32})\r?$", RegexOptions.Multiline)]
    private static partial Regex Id();
}
