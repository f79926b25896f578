using System.Text.Json;
using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.IntegrationTests.Recoveries;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Worker;

/// <summary>
/// Vault's storage is set back to a snapshot: spent codes would work again. The running brokers notice, void everything and say what to do; after the epoch
/// is raised nothing old works, and what is issued anew does.
/// </summary>
public sealed class RestoreTests(TestVault vault) : IAsyncLifetime
{
    private readonly BrokerEnvironment _environment = new(vault);

    public ValueTask InitializeAsync() => _environment.InitializeAsync();

    public ValueTask DisposeAsync() => _environment.DisposeAsync();

    [Theory]
    [Trait("Requirement", "R-27")]
    [InlineData("a replica that only serves", 0)]
    [InlineData("the leader", 0)]
    [InlineData("a replica whose memory a new leader's heartbeat has overtaken", 20)]
    public async Task A_code_spent_after_the_snapshot_is_refused_after_the_restore(string who, int beatsSince)
    {
        var leads = who == "the leader";
        var broker = await _environment.StartAsync(s => s with { Worker = leads ? SweepWatch.Quick(s.Worker) : s.Worker });
        var cast = await _environment.CastAsync();
        var holding = await _environment.HoldingAsync(broker, cast);
        await BeatAsync(3);
        var snapshot = await SnapshotAsync();
        using var desk = broker.As(cast.Desk);
        await BeatAsync(5);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);

        await RestoreAsync(snapshot);
        Assert.Equal(10, (await _environment.DocumentAsync(holding.Identity)).Document.Active!.Remaining);
        await BeatAsync(beatsSince);

        // The spent code, and one that was never used: neither works, now or later.
        Assert.NotEqual(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
        await broker.UntilAsync(async () => (await desk.SendAsync(HttpMethod.Get, "/readyz")).Status == 503 && (await StateAsync()).EpochFloor == 2);
        Assert.NotEqual(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(1))).Status);
        var ready = await desk.SendAsync(HttpMethod.Get, "/readyz");
        Assert.Contains("set epoch to 2 on every broker", ready.Text, StringComparison.Ordinal);

        await RaisedAsync(cast, holding);
    }

    [Fact]
    [Trait("Requirement", "R-27")]
    public async Task A_replica_that_saw_nothing_obeys_the_floor_that_another_raised()
    {
        var broker = await _environment.StartAsync();
        var cast = await _environment.CastAsync();
        var holding = await _environment.HoldingAsync(broker, cast);
        var snapshot = await SnapshotAsync();
        await BeatAsync(5);
        using var desk = broker.As(cast.Desk);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
        await RestoreAsync(snapshot);
        var fresh = await _environment.StartAsync();
        using var other = fresh.As(cast.Desk);

        await desk.StatusAsync(holding.Identity);
        await broker.UntilAsync(async () => (await StateAsync()).EpochFloor == 2);

        Assert.Equal("other-epoch", (await other.ConsumeAsync(holding.Identity, holding.Code())).Reason);
    }

    [Fact]
    [Trait("Requirement", "R-27")]
    public async Task A_credential_of_an_earlier_epoch_that_a_restore_may_have_brought_back_ends()
    {
        var lab = await Recovering.OpenAsync(_environment);
        var holding = await lab.HoldingAsync(Recovering.ByToken);
        using var nobody = lab.Broker.AsNobody();
        var token = await lab.LogInAsync(await nobody.RecoverAsync(holding.Identity, holding.Code()));
        Assert.Equal(200, await lab.ReadsAsync(token, holding.Identity));

        var raised = await _environment.StartAsync(s => s with { Epoch = 2, Worker = SweepWatch.Quick(s.Worker) });
        await raised.UntilAsync(async () => await lab.ReadsAsync(token, holding.Identity) == 403);
        await raised.UntilAsync(async () => (await _environment.DocumentAsync(holding.Identity)).Document.Recoveries.Count == 0);
    }

    [Theory]
    [Trait("Requirement", "R-27")]
    [InlineData("done, and its answer lost")]
    [InlineData("not done")]
    public async Task A_restore_is_alarmed_of_once_where_the_proof_was_not_answered(string write)
    {
        var tap = new VaultTap(_environment.Names);
        var broker = await _environment.StartAsync(tap: tap);
        using var metrics = new MetricWatch(broker);
        var cast = await _environment.CastAsync();
        var holding = await _environment.HoldingAsync(broker, cast);
        var snapshot = await SnapshotAsync();
        await BeatAsync(5);
        using var desk = broker.As(cast.Desk);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
        var proofs = 0;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == "POST codes/data/broker/state" && Interlocked.Increment(ref proofs) == 1)
            {
                using var _ = write == "not done" ? null : await send();
                return new HttpResponseMessage(System.Net.HttpStatusCode.InternalServerError);
            }

            return await send();
        };
        await RestoreAsync(snapshot);

        Assert.NotEqual(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
        await broker.UntilAsync(async () => (await desk.SendAsync(HttpMethod.Get, "/readyz")).Status == 503 && (await StateAsync()).EpochFloor == 2);

        await broker.UntilAsync(() => Task.FromResult(metrics.Count("bcb.alarms", "storage-restored") > 0));
        Assert.Equal((1, write == "not done" ? 2 : 1), (metrics.Count("bcb.alarms", "storage-restored"), proofs));
    }

    [Fact]
    [Trait("Requirement", "R-27")]
    public async Task An_answer_that_is_late_is_no_restore()
    {
        var tap = new VaultTap(_environment.Names);
        var broker = await _environment.StartAsync(tap: tap);
        var cast = await _environment.CastAsync();
        var holding = await _environment.HoldingAsync(broker, cast);
        await BeatAsync(2);
        using var desk = broker.As(cast.Desk);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
        // A standby that is behind: what it knew is answered for a while, whatever has become of it.
        var old = await ReadAsync("broker/state");
        await BeatAsync(4);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code(1))).Status);
        var stale = 0;
        tap.Interfere = async (call, send) => call.Name == TappedCall.State && Interlocked.Increment(ref stale) <= 6
            ? new HttpResponseMessage { Content = new StringContent(old) }
            : await send();

        Assert.Equal(503, (await desk.ConsumeAsync(holding.Identity, holding.Code(2))).Status);
        await broker.UntilAsync(async () => (await desk.ConsumeAsync(holding.Identity, holding.Code(2), "again")).Status == 200);

        Assert.True(stale > 2);
        Assert.Equal(1, (await StateAsync()).EpochFloor);
        Assert.False(broker.Services.GetRequiredService<Deployment>().Memory.IsSuspicious);
    }

    [Fact]
    [Trait("Requirement", "R-27")]
    public async Task A_late_answer_is_no_restore_where_beats_have_gone_beyond_what_is_remembered()
    {
        var tap = new VaultTap(_environment.Names);
        var broker = await _environment.StartAsync(tap: tap);
        var cast = await _environment.CastAsync();
        var holding = await _environment.HoldingAsync(broker, cast);
        await BeatAsync(2);
        using var desk = broker.As(cast.Desk);
        var old = await ReadAsync("broker/state");
        await BeatAsync(1);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, holding.Code())).Status);
        var isLate = true;
        tap.Interfere = async (call, send) => call.Name == TappedCall.State && isLate ? new HttpResponseMessage { Content = new StringContent(old) } : await send();
        Assert.Equal(503, (await desk.ConsumeAsync(holding.Identity, holding.Code(1))).Status);
        Assert.True(broker.Services.GetRequiredService<Deployment>().Memory.IsSuspicious);
        await BeatAsync(Heartbeat.MaxMarks + 8);
        var beats = (await StateAsync()).Heartbeat.Count;
        isLate = false;

        await broker.UntilAsync(async () => (await desk.ConsumeAsync(holding.Identity, holding.Code(1), "again")).Status == 200);

        var state = await StateAsync();
        Assert.Equal((1, beats), (state.EpochFloor, state.Heartbeat.Count));
        Assert.False(broker.Services.GetRequiredService<Deployment>().Memory.IsSuspicious);
    }

    [Fact]
    [Trait("Requirement", "R-27")]
    public async Task A_leader_with_a_higher_epoch_raises_the_floor_so_that_no_forgotten_replica_serves()
    {
        var old = await _environment.StartAsync();
        var cast = await _environment.CastAsync();
        var holding = await _environment.HoldingAsync(old, cast);

        await using var swept = await SweepWatch.StartAsync(_environment, settings: s => s with { Epoch = 2 });
        await swept.UntilLeadsAsync();
        await swept.Broker.UntilAsync(async () => (await StateAsync()).EpochFloor == 2);

        using var desk = old.As(cast.Desk);
        Assert.Equal("other-epoch", (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
    }

    // The operator's part: every broker is started anew with the raised epoch, and codes are issued anew.
    private async Task RaisedAsync(Cast cast, Holding holding)
    {
        var broker = await _environment.StartAsync(s => s with { Epoch = 2 });
        using var desk = broker.As(cast.Desk);
        Assert.Equal("other-epoch", (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
        Assert.Equal("other-epoch", (await desk.ConsumeAsync(holding.Identity, holding.Code(1))).Reason);
        var anew = await _environment.ClaimAsync(broker, cast.Owner, holding.Identity);
        Assert.Equal(200, (await desk.ConsumeAsync(holding.Identity, anew.Codes[0])).Status);
    }

    private async Task<BrokerState> StateAsync()
    {
        Assert.True(DocumentJson.TryReadState(System.Text.Encoding.UTF8.GetBytes(JsonDocument.Parse(await ReadAsync("broker/state")).RootElement.GetProperty("data").GetProperty("data").GetRawText()), out var state, out _));
        return state;
    }

    private async Task<string> ReadAsync(string path) => (await _environment.Root.GetAsync($"{_environment.Names.KvMount}/data/{path}")).GetRawText();

    // A leader elsewhere, which knows nothing of what this replica has seen.
    private async Task BeatAsync(int beats)
    {
        for (var i = 0; i < beats; i++)
        {
            await _environment.ChangeStateAsync((state, _) => state with { Heartbeat = state.Heartbeat.Next(Guid.NewGuid().ToString("n")[..Heartbeat.MarkLength], state.Heartbeat.At) });
        }
    }

    private async Task<Dictionary<string, (long Version, JsonElement Data)>> SnapshotAsync()
    {
        var mount = _environment.Names.KvMount;
        var documents = new Dictionary<string, (long, JsonElement)>();
        foreach (var folder in (string[])["identities", "broker"])
        {
            var keys = (await _environment.Root.SendAsync(new HttpMethod("LIST"), $"{mount}/metadata/{folder}")).GetProperty("data").GetProperty("keys");
            foreach (var path in keys.EnumerateArray().Select(k => $"{folder}/{k.GetString()}").Where(p => !p.EndsWith('/')))
            {
                var read = (await _environment.Root.GetAsync($"{mount}/data/{path}")).GetProperty("data");
                documents[path] = (read.GetProperty("metadata").GetProperty("version").GetInt64(), read.GetProperty("data"));
            }
        }

        return documents;
    }

    // What a storage snapshot does to KV: contents and version numbers are those of then.
    private async Task RestoreAsync(Dictionary<string, (long Version, JsonElement Data)> snapshot)
    {
        var mount = _environment.Names.KvMount;
        foreach (var (path, (version, data)) in snapshot)
        {
            await _environment.Root.DeleteAsync($"{mount}/metadata/{path}");
            for (var cas = 0; cas < version; cas++)
            {
                await _environment.Root.PostAsync($"{mount}/data/{path}", new { options = new { cas }, data });
            }
        }
    }
}
