using System.Text;
using System.Text.Json.Nodes;
using BackupCodeBroker.Configuration;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Consumption;

/// <summary>At most one success per code, however many race and whichever broker they ask; and a check that would notice two.</summary>
public sealed class RaceTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    private const int RoundsInOneProcess = 50;

    [Fact]
    [Trait("Requirement", "R-12")]
    public async Task Of_64_callers_at_once_over_two_brokers_exactly_one_spends_the_code()
    {
        var one = await environment.StartAsync(Roomy);
        var two = await environment.StartAsync(Roomy);
        using var race = new Race(environment, one, [one.Address, two.Address], await environment.CastAsync());
        await race.RunAsync(Math.Min(RoundsInOneProcess, Race.Rounds));
    }

    [Fact]
    [Trait("Requirement", "R-12")]
    public async Task Two_server_processes_race_as_two_brokers_in_one_process_do()
    {
        await using var one = await BrokerProcess.StartAsync(environment);
        await using var two = await BrokerProcess.StartAsync(environment);
        using var race = new Race(environment, await environment.SharedAsync(), [one.Address, two.Address], await environment.CastAsync());
        await BrokerProcess.WhileTheyRunAsync(() => race.RunAsync(Race.Rounds), one, two);
    }

    [Fact]
    [Trait("Requirement", "R-12")]
    public async Task Without_check_and_set_two_callers_win_and_the_check_notices()
    {
        var cast = await environment.CastAsync();
        using var both = new Rendezvous(2);
        var one = await environment.StartAsync(tap: Blind(both));
        var two = await environment.StartAsync(tap: Blind(both));
        var holding = await environment.HoldingAsync(await environment.SharedAsync(), cast);
        using var first = one.As(cast.Verifier);
        using var second = two.As(cast.Verifier);
        var history = new History();

        var replies = await Task.WhenAll(
            history.NoteAsync(() => first.ConsumeAsync(holding.Identity, holding.Code())),
            history.NoteAsync(() => second.ConsumeAsync(holding.Identity, holding.Code())));

        Assert.Equal([200, 200], replies.Select(r => r.Status));
        Assert.False(history.IsLinearizable());
    }

    [Theory]
    [InlineData("refused before anybody has won", false, new[] { 0, 1, 1 }, new[] { 2, 3, 0 })]
    [InlineData("one winner, the refusal overlaps", true, new[] { 0, 2, 0 }, new[] { 1, 3, 1 })]
    [InlineData("two winners", false, new[] { 0, 2, 0 }, new[] { 1, 3, 0 })]
    [InlineData("a success after an end that was answered", false, new[] { 0, 1, 2 }, new[] { 2, 3, 0 })]
    [InlineData("a success that overlaps the end", true, new[] { 0, 2, 2 }, new[] { 1, 3, 0 })]
    [InlineData("an unknown outcome explains a refusal", true, new[] { 0, 1, 3 }, new[] { 2, 3, 1 })]
    public void The_check_of_histories_tells_right_from_wrong(string what, bool linearizable, int[] one, int[] other)
    {
        var history = new History();
        foreach (var e in new[] { one, other })
        {
            history.Add(e[0], e[1], (History.Act)e[2]);
        }

        Assert.True(history.IsLinearizable() == linearizable, what);
    }

    // A crowd on two cores may keep a call waiting for its turn; what is tested is the race, not the patience.
    private static BrokerSettings Roomy(BrokerSettings settings) =>
        settings with { Vault = settings.Vault with { CallTimeout = TimeSpan.FromSeconds(4), MaxConcurrency = 64, MaxQueue = 4096 } };

    /// <summary>Takes check-and-set out: both writes wait for each other, then each claims to know the newest version.</summary>
    private VaultTap Blind(Rendezvous both)
    {
        var tap = new VaultTap(environment.Names);
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Write)
            {
                await both.MeetAsync();
                using var read = new HttpRequestMessage(HttpMethod.Get, call.Request.RequestUri);
                read.Headers.Add("X-Vault-Token", call.Request.Headers.GetValues("X-Vault-Token"));
                using var now = await tap.SendPastAsync(read);
                var version = JsonNode.Parse(await now.Content.ReadAsStringAsync())!["data"]!["metadata"]!["version"]!.GetValue<long>();
                var body = JsonNode.Parse(await call.Request.Content!.ReadAsStringAsync())!;
                body["options"]!["cas"] = version;
                call.Request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
                var answer = await both.InTurnAsync(send);
                return answer;
            }

            return await send();
        };
        return tap;
    }

    /// <summary>Lets nobody on before all have come.</summary>
    private sealed class Rendezvous(int count) : IDisposable
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly SemaphoreSlim _turn = new(1, 1);
        private int _come;

        public void Dispose() => _turn.Dispose();

        public async Task MeetAsync()
        {
            if (Interlocked.Increment(ref _come) >= count)
            {
                _all.TrySetResult();
            }

            await _all.Task;
            await _turn.WaitAsync();
        }

        public async Task<HttpResponseMessage> InTurnAsync(Func<Task<HttpResponseMessage>> send)
        {
            try
            {
                return await send();
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}
