using BackupCodeBroker.DevVault;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.DevVault.Replay;

/// <summary>The embedded Vault answers what a real one answered: each recording on a fresh server, and all of them on one.</summary>
public sealed class TranscriptReplayTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "vault-transcripts");

    public static TheoryData<string> Files() => [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    [Trait("Requirement", "R-48")]
    public async Task A_recorded_exchange_is_answered_as_recorded(string file)
    {
        Assert.Empty(await ReplayAsync([file]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("Requirement", "R-48")]
    public async Task All_recorded_exchanges_replay_on_one_server_in_any_order(int seed)
    {
        string[] files = [.. Files().Select(row => row.Data)];
        new Random(seed).Shuffle(files);
        Assert.Empty(await ReplayAsync(files));
    }

    private static async Task<List<string>> ReplayAsync(string[] files)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using DevVaultServer server = await DevVaultServer.StartAsync(new DevVaultOptions { Time = time });
        using var client = new HttpClient { BaseAddress = server.Address };
        var differences = new List<string>();
        foreach (string file in files)
        {
            var replayer = new TranscriptReplayer(client, server.RootToken, span =>
            {
                time.Advance(span);
                return Task.CompletedTask;
            });
            differences.AddRange((await replayer.ReplayAsync(Path.Combine(Folder, file))).Select(difference => $"{file}: {difference}"));
        }

        return differences;
    }
}
