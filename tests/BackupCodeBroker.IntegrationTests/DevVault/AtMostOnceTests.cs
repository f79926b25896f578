using Xunit;

namespace BackupCodeBroker.IntegrationTests.DevVault;

/// <summary>What many callers race for is had exactly as often as it is there. Many rounds, because one seldom meets the moment.</summary>
public sealed class AtMostOnceTests
{
    private const int Callers = 64;
    private const int Rounds = 60;

    [Fact]
    public async Task A_secret_is_created_by_one_of_64()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        for (int round = 0; round < Rounds; round++)
        {
            string path = $"secret/data/raced-{round}";
            int[] statuses = await RaceAsync(() => vault.StatusAsync("POST", path, new { options = new { cas = 0 }, data = new { k = "v" } }));
            Assert.Equal((1, Callers - 1), (statuses.Count(s => s == 200), statuses.Count(s => s == 400)));
        }
    }

    [Fact]
    public async Task A_wrapped_value_is_unwrapped_by_one_of_64()
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        for (int round = 0; round < Rounds; round++)
        {
            string wrapped = await vault.TextAsync("wrap_info/token", "POST", "sys/wrapping/wrap", new { code = "c" }, null, ("X-Vault-Wrap-TTL", "60s"));
            int[] statuses = await RaceAsync(() => vault.StatusAsync("POST", "sys/wrapping/unwrap", new { token = wrapped }));
            Assert.Equal((1, Callers - 1), (statuses.Count(s => s == 200), statuses.Count(s => s == 400)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task A_token_with_limited_uses_is_used_that_often_by_64(int uses)
    {
        await using DevVaultProbe vault = await DevVaultProbe.StartAsync();
        for (int round = 0; round < Rounds; round++)
        {
            string token = await vault.TokenAsync(new { policies = new[] { "default" }, num_uses = uses });
            int[] statuses = await RaceAsync(() => vault.StatusAsync("GET", "auth/token/lookup-self", token: token));
            Assert.Equal((uses, Callers - uses), (statuses.Count(s => s == 200), statuses.Count(s => s == 403)));
        }
    }

    private static Task<int[]> RaceAsync(Func<Task<int>> call) => Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(call)));
}
