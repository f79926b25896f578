using System.Security.Cryptography;
using BackupCodeBroker.Cli;

namespace BackupCodeBroker.Dev;

/// <summary>Two chapters: codes die with the ownership that they were issued under, and in an incident all at once.</summary>
internal sealed class DemoChanges(DevEnvironment environment, DemoStage stage)
{
    private const int Fleet = 3;

    private readonly string _prefix = "team-a.demo-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2)) + ".";

    /// <summary>A service account changes owner.</summary>
    public async Task TransferAsync(string number)
    {
        stage.Chapter(number + ". A service account changes owner: its codes die with the old ownership");
        var identity = _prefix + "service";
        var codes = await ClaimedAsync(identity);
        await stage.RunAsync(
            "platform", "", ExitCode.Done, "transfer", identity, "--owner", environment.People["successor"].EntityId, "--reason", "moved to another team");
        stage.Say("Codes that the old owner kept are worthless, and the old owner gets no new ones:");
        await stage.RunAsync("verifier", codes[0], ExitCode.Refused, "consume", identity, "--purpose", "kept from before");
        await stage.RunAsync("owner", "", ExitCode.Refused, "issue", identity);
        stage.Say("The new owner claims codes of their own; one of them works:");
        var (_, claimed) = await stage.AskAsync("successor", "", "claim", identity);
        await stage.RunAsync("verifier", (string)claimed["codes"]![0]!, ExitCode.Done, "consume", identity, "--purpose", "under the new owner");
    }

    /// <summary>An incident.</summary>
    public async Task IncidentAsync(string number)
    {
        stage.Chapter(number + ". An incident: what matches stops working, at once and for good");
        IReadOnlyList<string> codes = [];
        for (var i = 1; i <= Fleet; i++)
        {
            codes = await ClaimedAsync($"{_prefix}host-{i}");
        }

        var last = $"{_prefix}host-{Fleet}";
        string[] declare = ["lockdown", "declare", "--void", "--identities", _prefix + "*", "--reason", "secrets of a fleet on a stolen laptop"];
        stage.Say("The responder looks first, and then declares only if it is what was looked at:");
        await stage.RunAsync("responder", "", ExitCode.Done, [.. declare, "--dry-run"]);
        await stage.RunAsync("responder", "", ExitCode.Refused, [.. declare, "--expect", "40"]);
        await stage.RunAsync("responder", "", ExitCode.Done, [.. declare, "--expect", "3", "--watch"]);
        stage.Say("A right code is refused from then on, and while it lasts nobody gets new ones without a permission of its own:");
        await stage.RunAsync("verifier", codes[0], ExitCode.Refused, "consume", last, "--purpose", "during the incident");
        await stage.RunAsync("owner", "", ExitCode.Refused, "issue", last);
        var (_, lockdowns) = await stage.AskAsync("responder", "", "lockdown", "list");
        var id = (string)lockdowns["lockdowns"]![0]!["id"]!;
        stage.Say("Lifting revives nothing; who claims new codes has working ones. Progress tells who has not, as of the last sweep of the worker:");
        await stage.RunAsync("responder", "", ExitCode.Done, "lockdown", "lift", id, "--reason", "laptop recovered");
        await stage.RunAsync("verifier", codes[0], ExitCode.Refused, "consume", last, "--purpose", "after the incident");
        var (_, claimed) = await stage.AskAsync("owner", "", "claim", last);
        await stage.RunAsync("verifier", (string)claimed["codes"]![0]!, ExitCode.Done, "consume", last, "--purpose", "with new codes");
        await stage.RunAsync("responder", "", ExitCode.Done, "lockdown", "status", id);
    }

    private async Task<IReadOnlyList<string>> ClaimedAsync(string identity)
    {
        var (registered, _) = await stage.AskAsync("platform", "", "register", identity, "--owner", environment.People["owner"].EntityId);
        var (claimed, answer) = await stage.AskAsync("owner", "", "claim", identity);
        return registered == ExitCode.Done && claimed == ExitCode.Done
            ? [.. answer["codes"]!.AsArray().Select(c => (string)c!)]
            : throw new DemoFailedException("codes could not be made");
    }
}
