using System.Security.Cryptography;
using BackupCodeBroker.Cli;

namespace BackupCodeBroker.Dev;

/// <summary>Three chapters: a locked-out person logs in again, codes for emergencies only, and a code that is proven on a good day.</summary>
internal sealed class DemoRecovery(DevEnvironment environment, DemoStage stage)
{
    private readonly string _mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2));

    /// <summary>The second half of the story of the help desk: no verifier, no token, a log-in at the end.</summary>
    public async Task LockedOutAsync(string number)
    {
        stage.Chapter(number + ". Alice is locked out of Vault itself, and recovers her own account");
        var identity = "team-a.alice-" + _mark;
        var entity = environment.People["owner"].EntityId;
        var codes = await ClaimedAsync(identity, DevEnvironment.AdminProfile, "--entity", entity);
        await environment.MakeRecoveryRoleAsync(identity, entity);
        var file = environment.TokenFile("alice");
        stage.Say("She has no token, only her printed codes. Without the help desk they are refused, and none is spent:");
        await stage.RunAsync("nobody", codes[0], ExitCode.Refused, "recover", identity, "--out", file);
        var (_, asked) = await stage.AskAsync(
            "ann", "", "approve", "request", identity, "--operation", "recover", "--reason", "phone lost", "--ticket", "HD-4712", "--verified-by", "video call, badge seen");
        await stage.RunAsync("bob", "", ExitCode.Done, "approve", "give", identity, (string)asked["approval"]!, "--note", "manager called back");
        await stage.RunAsync("nobody", codes[0], ExitCode.Done, "recover", identity, "--out", file);
        stage.Say("She is logged in as herself, and does what she was told to do first: has new codes made. The others of the old sheet end with it.");
        await stage.RunAsync("alice", "", ExitCode.Done, "claim", identity, "--out", Path.Combine(environment.Folder, "alice.codes"));
        await stage.RunAsync("verifier", codes[1], ExitCode.Refused, "consume", identity, "--purpose", "old sheet");
    }

    /// <summary>An identity provider's codes for break-glass.</summary>
    public async Task BreakGlassAsync(string number)
    {
        stage.Chapter(number + ". Break-glass: four printable codes, and every use is told and has to be looked at");
        var identity = $"{DevEnvironment.BreakGlassPrefix}{_mark}";
        stage.Say("The profile is for these names only; anybody else gets no such codes:");
        await stage.RunAsync(
            "platform", "", ExitCode.Refused, "register", "team-a.ordinary-" + _mark, "--owner", environment.People["owner"].EntityId, "--profile", DevEnvironment.BreakGlassProfile);
        var codes = await ClaimedAsync(identity, DevEnvironment.BreakGlassProfile);
        await stage.RunAsync("verifier", codes[0], ExitCode.Done, "consume", identity, "--purpose", "all authenticators are down");
        stage.Say("A notice went out with the write that spent it. The use stays open until somebody other than its user has looked:");
        await stage.RunAsync("bob", "", ExitCode.Done, "approve", "list", identity);
    }

    /// <summary>A drill.</summary>
    public async Task GoodDayAsync(string number)
    {
        stage.Chapter(number + ". A service's emergency codes, proven on a good day");
        var identity = "team-a.backup-" + _mark;
        var codes = await ClaimedAsync(identity, "machine");
        await stage.RunAsync("owner", codes[0], ExitCode.Done, "drill", identity);
        stage.Say("Nothing was spent, and it is known since when the codes are good. In Vault there are hashes; who asked for what stands in its audit log:");
        await stage.RunAsync("owner", "", ExitCode.Done, "status", identity);
    }

    private async Task<IReadOnlyList<string>> ClaimedAsync(string identity, string profile, params string[] more)
    {
        var (registered, _) = await stage.AskAsync(
            "platform", "", ["register", identity, "--owner", environment.People["owner"].EntityId, "--profile", profile, .. more]);
        var (claimed, answer) = await stage.AskAsync("owner", "", "claim", identity);
        return registered == ExitCode.Done && claimed == ExitCode.Done
            ? [.. answer["codes"]!.AsArray().Select(c => (string)c!)]
            : throw new DemoFailedException($"the codes of {identity} could not be made");
    }
}
