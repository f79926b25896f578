using System.Text.Json.Nodes;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Approvals;

/// <summary>
/// The first half of U-1, through the command line and the shipped policies: somebody without their phone, a help desk of two, a verifier. The second half, where the
/// code recovers the account itself, comes with <c>recover</c>; until then no test claims U-1.
/// </summary>
public sealed class UOneTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Fact]
    [Trait("Requirement", "R-28")]
    public async Task A_person_without_their_phone_gets_in_by_two_agents_and_a_verifier()
    {
        var desk = await HelpDesk.OpenAsync(environment);
        var verifier = await environment.PersonAsync("idp", "verifier");
        var identity = BrokerEnvironment.NewIdentity();
        await desk.Broker.RegisterAsync(desk.Cast.Team, identity, desk.Cast.Owner, "paper");
        var codes = (await environment.ClaimAsync(desk.Broker, desk.Cast.Owner, identity)).Codes;

        // Without a request the verifier is refused, told nothing, and the code is whole.
        var early = await RunAsync(desk, verifier, codes[0], "consume", identity, "--purpose", "HD-4711", "--json");
        Assert.Equal((1, null), (early.ExitCode, (string?)Error(early)["reason"]));
        Assert.Equal(10, (await environment.DocumentAsync(identity)).Document.Active!.Remaining);

        var asked = await RunAsync(
            desk, desk.Ann, "", "approve", "request", identity, "--reason", "phone lost", "--ticket", "HD-4711", "--verified-by", "video call, badge seen", "--json");
        Assert.True(asked.ExitCode == 0, asked.Output + asked.Error);
        var approval = (string)JsonNode.Parse(asked.Output)!["approval"]!;
        Assert.Equal(1, (await RunAsync(desk, verifier, codes[0], "consume", identity, "--purpose", "HD-4711")).ExitCode);
        var own = await RunAsync(desk, desk.Ann, "", "approve", "give", identity, approval, "--json");
        Assert.Equal((1, "not-a-second-person"), (own.ExitCode, (string?)Error(own)["reason"]));

        var waiting = await RunAsync(desk, desk.Bob, "", "approve", "list", identity);
        Assert.Contains("ticket", waiting.Output, StringComparison.Ordinal);
        Assert.Contains("video call, badge seen", waiting.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(desk, desk.Bob, "", "approve", "give", identity, approval, "--note", "manager called back")).ExitCode);

        var spent = await RunAsync(desk, verifier, codes[0], "consume", identity, "--purpose", "HD-4711", "--json");
        Assert.True(spent.ExitCode == 0, spent.Output + spent.Error);
        Assert.Equal(1, (await RunAsync(desk, verifier, codes[1], "consume", identity, "--purpose", "once more")).ExitCode);
        Assert.Equal(9, (await environment.DocumentAsync(identity)).Document.Active!.Remaining);

        var operation = (string)JsonNode.Parse(spent.Output)!["operation_id"]!;
        var status = await RunAsync(desk, desk.Bob, "", "status", identity);
        Assert.Contains($"0 to approve, 1 to review: bcb approve list {identity}", status.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(desk, desk.Bob, "", "approve", "review", identity, operation, "--note", "talked to Alice")).ExitCode);
        Assert.Empty((await environment.DocumentAsync(identity)).Document.Reviews);
    }

    private static JsonNode Error(CliResult result) => JsonNode.Parse(result.Output)!["error"]!;

    private async Task<CliResult> RunAsync(HelpDesk desk, Person who, string input, params string[] arguments)
    {
        var home = Directory.CreateTempSubdirectory("bcb-u1-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(home, ".vault-token"), who.Token, TestContext.Current.CancellationToken);
            return await CliProcess.RunAsync(home, desk.Broker.Address, environment.Vault.Address, input, arguments);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }
}
