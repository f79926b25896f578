using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Consumption;

/// <summary>Rounds of one race: many callers, one code, several brokers; exactly one caller wins.</summary>
internal sealed class Race(BrokerEnvironment environment, RunningBroker issuer, IReadOnlyList<string> brokers, Cast cast) : IDisposable
{
    public const int Callers = 64;

    // Whoever is told to come back (too much at once; a look at Vault that was too slow) does so for as long as a machine may be busy with other things.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ApiClient[] _clients = [.. brokers.Select(address => new ApiClient(address, cast.Verifier.Token))];
    private readonly Queue<string> _codes = new();
    private string? _identity;

    /// <summary>How many rounds two processes race: 1,000 is what is claimed and what is run; <c>BCB_RACE_ROUNDS</c> makes it fewer while working on something else.</summary>
    public static int Rounds { get; } = int.TryParse(Environment.GetEnvironmentVariable("BCB_RACE_ROUNDS"), out var rounds) ? rounds : 1000;

    public async Task RunAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var history = new History();
            var replies = await OnceAsync(history);
            var statuses = string.Join(' ', replies.GroupBy(r => (r.Status, r.Code)).Select(g => g.Key + "x" + g.Count()));
            Assert.True(replies.Count(r => r.Status == 200) == 1, $"round {round}: {statuses}");
            Assert.True(replies.Count(r => r.Status == 403) == Callers - 1, $"round {round}: {statuses}");
            Assert.True(history.IsLinearizable(), $"round {round}: no order explains the answers");
        }
    }

    /// <summary>All callers at once for the next code.</summary>
    public async Task<IReadOnlyList<ApiReply>> OnceAsync(History history)
    {
        var code = await NextCodeAsync();
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var callers = Enumerable.Range(0, Callers).Select(async i =>
        {
            await start.Task;
            return await history.NoteAsync(() => UntilToldAsync(_clients[i % _clients.Length], code));
        }).ToList();
        start.SetResult();
        return await Task.WhenAll(callers);
    }

    // A crowd on few processors may be told to come back; it does, with the same key, as any client.
    private async Task<ApiReply> UntilToldAsync(ApiClient client, string code)
    {
        var key = Guid.NewGuid().ToString();
        var reply = await client.ConsumeAsync(_identity!, code, key);
        using var patience = new CancellationTokenSource(Patience);
        using var beat = new PeriodicTimer(Pause);
        while (reply.Status == 503 && !patience.IsCancellationRequested)
        {
            await beat.WaitForNextTickAsync(CancellationToken.None);
            reply = await client.ConsumeAsync(_identity!, code, key);
        }

        return reply;
    }

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }
    }

    private async Task<string> NextCodeAsync()
    {
        if (_identity is null)
        {
            _identity = BrokerEnvironment.NewIdentity();
            await issuer.RegisterAsync(cast.Team, _identity, cast.Owner);
        }

        if (_codes.Count == 0)
        {
            (await environment.ClaimAsync(issuer, cast.Owner, _identity)).Codes.ToList().ForEach(_codes.Enqueue);
        }

        return _codes.Dequeue();
    }
}
