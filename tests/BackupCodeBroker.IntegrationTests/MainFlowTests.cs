using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests;

/// <summary>Registered, issued, received once, consumed once.</summary>
public sealed class MainFlowTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    [Theory]
    [InlineData("machine")]
    [InlineData("printable")]
    public async Task A_code_is_issued_received_consumed_once_and_never_again(string profile)
    {
        var broker = await environment.StartAsync();
        var team = await environment.HolderAsync("team", "register/team-a.*", "status/team-a.*", "revoke/team-a.*");
        var owner = await environment.HolderAsync("owner", "issue/@owned", "retrieve/@owned", "status/@owned");
        var verifier = await environment.HolderAsync("idp", "consume/team-a.*");
        var identity = BrokerEnvironment.NewIdentity();
        await broker.RegisterAsync(team, identity, owner, profile);

        var payload = await environment.ClaimAsync(broker, owner, identity);
        Assert.Equal(10, payload.Codes.Count);
        using var idp = broker.As(verifier);
        var consumed = await idp.ConsumeAsync(identity, payload.Codes[0], "key-1");
        Assert.True(consumed.Status == 200, consumed.Text);
        Assert.Equal(9, consumed.Json.GetProperty("remaining").GetInt32());
        var repeat = await idp.ConsumeAsync(identity, payload.Codes[0], "key-1");
        Assert.Equal(consumed.Json.GetProperty("operation_id").GetString(), repeat.Json.GetProperty("operation_id").GetString());
        var replay = await idp.ConsumeAsync(identity, payload.Codes[0], "key-2");
        Assert.Equal((403, "refused", null), (replay.Status, replay.Code, replay.Reason));
        using var ownerApi = broker.As(owner);
        var status = await ownerApi.StatusAsync(identity);
        Assert.Equal(("active", 9), (status.Json.GetProperty("state").GetString(), status.Json.GetProperty("remaining").GetInt32()));
        using var teamApi = broker.As(team);
        Assert.Equal(204, (await teamApi.RevokeAsync(identity)).Status);
        Assert.Equal("revoked", (await teamApi.StatusAsync(identity)).Json.GetProperty("state").GetString());
        Assert.Equal(403, (await idp.ConsumeAsync(identity, payload.Codes[1])).Status);
    }
}
