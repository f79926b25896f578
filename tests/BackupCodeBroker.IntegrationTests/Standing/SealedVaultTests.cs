using BackupCodeBroker.DevVault;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault.Login;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Standing;

/// <summary>While Vault is sealed or away the broker is up and says so; when Vault is back, it serves again by itself. Sealing needs a Vault of one's own.</summary>
public sealed class SealedVaultTests
{
    [Fact]
    public async Task A_sealed_Vault_is_503_with_a_time_to_retry_and_work_goes_on_once_it_is_unsealed()
    {
        await using var server = await DevVaultServer.StartAsync(new DevVaultOptions(), TestContext.Current.CancellationToken);
        await using var environment = await EnvironmentOnAsync(server);
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        using var desk = broker.As(cast.Desk);
        await environment.Root.SendAsync(HttpMethod.Put, "sys/seal");

        foreach (var reply in new[] { await desk.ConsumeAsync(holding.Identity, holding.Code(), "k"), await desk.StatusAsync(holding.Identity), await desk.StatusAsync("team-a.unknown") })
        {
            Assert.True((503, "unavailable") == (reply.Status, reply.Code), reply.Text);
            Assert.True(reply.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        Assert.Equal(200, (await desk.SendAsync(HttpMethod.Get, "/healthz")).Status);
        await environment.Root.SendAsync(HttpMethod.Put, "sys/unseal", new { key = server.UnsealKey });
        await broker.UntilAsync(async () => (await desk.ConsumeAsync(holding.Identity, holding.Code(), "k")).Status == 200);
        Assert.Equal(9, (await environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
    }

    [Fact]
    public async Task A_broker_that_starts_beside_a_sealed_Vault_is_up_and_becomes_ready_when_it_is_unsealed()
    {
        await using var server = await DevVaultServer.StartAsync(new DevVaultOptions(), TestContext.Current.CancellationToken);
        await using var environment = await EnvironmentOnAsync(server);
        var cast = await environment.CastAsync();
        await environment.Root.SendAsync(HttpMethod.Put, "sys/seal");
        var broker = await environment.StartAsync(untilReady: false);
        using var team = broker.As(cast.Team);
        await broker.UntilAsync(async () => (await team.SendAsync(HttpMethod.Get, "/readyz")).Text.Contains("sealed", StringComparison.OrdinalIgnoreCase));
        Assert.Equal((503, "not-ready"), ((await team.StatusAsync("team-a.x")).Status, (await team.StatusAsync("team-a.x")).Code));

        await environment.Root.SendAsync(HttpMethod.Put, "sys/unseal", new { key = server.UnsealKey });
        await broker.UntilReadyAsync();
        Assert.Equal(201, (await team.RegisterAsync(BrokerEnvironment.NewIdentity(), cast.Owner.EntityId)).Status);
    }

    [Fact]
    public async Task A_token_of_the_brokers_that_is_revoked_is_replaced_by_a_new_log_in()
    {
        await using var server = await DevVaultServer.StartAsync(new DevVaultOptions(), TestContext.Current.CancellationToken);
        await using var environment = await EnvironmentOnAsync(server);
        var (broker, cast) = (await environment.SharedAsync(), await environment.CastAsync());
        var holding = await environment.HoldingAsync(broker, cast);
        using var desk = broker.As(cast.Desk);
        var session = broker.Services.GetRequiredService<BrokerSession>();
        await environment.Root.PostAsync("auth/token/revoke-accessor", new { accessor = session.Accessor });

        await broker.UntilAsync(async () => (await desk.ConsumeAsync(holding.Identity, holding.Code(), "k")).Status == 200);
    }

    private static async Task<BrokerEnvironment> EnvironmentOnAsync(DevVaultServer server)
    {
        var environment = new BrokerEnvironment(TestVault.At(server.Address.ToString().TrimEnd('/'), server.RootToken));
        await environment.InitializeAsync();
        return environment;
    }
}
