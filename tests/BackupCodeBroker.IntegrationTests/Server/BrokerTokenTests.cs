using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Vault.Login;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Server;

/// <summary>Somebody revokes the broker's own token: its children die with it, the broker notices at once, logs in again and serves on.</summary>
public sealed class BrokerTokenTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    [Trait("Requirement", "R-33")]
    public async Task A_revoked_token_of_the_broker_ends_its_children_and_is_replaced()
    {
        var broker = await environment.StartAsync();
        var team = await environment.HolderAsync("team", "register/*", "status/*");
        var identity = BrokerEnvironment.NewIdentity();
        await broker.RegisterAsync(team, identity, team);
        var session = broker.Services.GetRequiredService<BrokerSession>();
        var before = session.Generation;

        await environment.Root.PostAsync("auth/token/revoke-accessor", new { accessor = session.Accessor });

        using var api = broker.As(team);
        using var patience = new CancellationTokenSource(Patience);
        var reply = await api.StatusAsync(identity);
        Assert.Equal(503, reply.Status);
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (reply.Status == 503 && await beat.WaitForNextTickAsync(patience.Token))
        {
            reply = await api.StatusAsync(identity);
        }

        Assert.True(reply.Status == 200, reply.Text);
        Assert.True(session.Generation > before);
    }
}
