using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.Health;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Worker;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Worker;

/// <summary>One of several replicas leads; whatever becomes of it, another goes on, and nothing is done twice.</summary>
public sealed class LeaderTests(TestVault vault) : IAsyncLifetime
{
    private const string Leads = "this replica's worker leads";

    private readonly BrokerEnvironment _environment = new(vault);

    public ValueTask InitializeAsync() => _environment.InitializeAsync();

    public ValueTask DisposeAsync() => _environment.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData(15)]
    public void However_the_takeover_is_set_another_takes_over_within_thirty_seconds(int? seconds)
    {
        var worker = seconds is null ? new WorkerSettings() : new WorkerSettings { Takeover = TimeSpan.FromSeconds(seconds.Value) };
        Assert.Empty(worker.Errors());
        Assert.NotEmpty((worker with { Takeover = WorkerLease.MaxTakeover + TimeSpan.FromSeconds(1) }).Errors());
        var callPatience = TimeSpan.FromSeconds(2);
        Assert.True(worker.Takeover + 2 * worker.Renewal + 2 * callPatience < TimeSpan.FromSeconds(30));
        Assert.True(worker.Leading < worker.Takeover && worker.Renewal + callPatience < worker.Leading);
        Assert.True(WorkerSettings.MaxInterval < TimeSpan.FromSeconds(60) - TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task One_leads_and_gives_the_lease_back_at_its_end_and_what_is_done_is_done_once()
    {
        await using var one = await SweepWatch.StartAsync(_environment);
        await one.UntilLeadsAsync();
        await using var two = await SweepWatch.StartAsync(_environment);
        var cast = await _environment.CastAsync();
        var holding = await _environment.HoldingAsync(one.Broker, cast);
        await _environment.ChangeDocumentAsync(holding.Identity, d => d with { Active = d.Active! with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) } });
        await one.SweepAsync();
        Assert.Equal((true, false), (one.Leads, two.Leads));
        Assert.Empty(two.Watch.Sweeps);

        await one.DisposeAsync();
        Assert.True((await LeaseAsync()).IsFree || two.Leads);
        await two.UntilLeadsAsync();
        await two.SweepAsync();

        Assert.Single((await _environment.DocumentAsync(holding.Identity)).Document.Events, e => e.Operation == "expire");
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_stops_by_its_own_clock_before_another_begins()
    {
        var tap = new VaultTap(_environment.Names);
        await using var one = await SweepWatch.StartAsync(_environment, tap: tap);
        await one.UntilLeadsAsync();
        await using var two = await SweepWatch.StartAsync(_environment);
        var term = (await LeaseAsync()).Term;
        tap.Interfere = (call, send) => call.Name.EndsWith("broker/lease", StringComparison.Ordinal) && call.Name.StartsWith("POST", StringComparison.Ordinal)
            ? throw new HttpRequestException("cut off")
            : send();

        var both = false;
        await two.Broker.UntilAsync(() =>
        {
            both |= one.Leads && two.Leads;
            return Task.FromResult(two.Leads);
        });

        Assert.False(both);
        Assert.True((await LeaseAsync()).Term > term);
        one.Says("this replica's worker leads no more");
        tap.Interfere = null;
        var sweeps = one.Watch.Sweeps.Count;
        await two.SweepAsync();
        Assert.Equal((false, sweeps), (one.Leads, one.Watch.Sweeps.Count));
    }

    [Fact]
    public async Task A_renewal_whose_answer_is_lost_is_found_again_and_leading_goes_on()
    {
        var tap = new VaultTap(_environment.Names);
        await using var one = await SweepWatch.StartAsync(_environment, tap: tap);
        await one.UntilLeadsAsync();
        var (lost, term) = (0, (await LeaseAsync()).Term);
        tap.Interfere = async (call, send) =>
        {
            var answer = await send();
            return call.Name == "POST codes/data/broker/lease" && Interlocked.Increment(ref lost) <= 3 ? throw new HttpRequestException("lost") : answer;
        };

        await one.Broker.UntilAsync(() => Task.FromResult(lost > 5));

        Assert.Equal((true, term), (one.Leads, (await LeaseAsync()).Term));
        Assert.DoesNotContain("leads no more", one.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leader_whose_heart_breaks_down_beats_again()
    {
        var tap = new VaultTap(_environment.Names);
        await using var one = await SweepWatch.StartAsync(_environment, tap: tap);
        await one.UntilLeadsAsync();
        var defects = 0;
        tap.Interfere = (call, send) => call.Name == "POST codes/data/broker/state" && Interlocked.Increment(ref defects) == 1
            ? throw new InvalidOperationException("a defect of the broker's own")
            : send();
        await UntilAsync(() => defects > 0);
        var count = (await HeartbeatAsync()).Count;

        await UntilAsync(async () => (await HeartbeatAsync()).Count > count + 1);

        one.Says("the worker broke down and begins again");
        one.Says("a defect of the broker's own");
        await one.UntilLeadsAsync();
    }

    [Fact]
    public async Task A_look_at_the_state_that_the_leaders_own_beat_overtakes_breaks_no_sweep_off()
    {
        var tap = new VaultTap(_environment.Names);
        await using var one = await SweepWatch.StartAsync(_environment, tap: tap);
        await one.UntilLeadsAsync();
        await one.SweepAsync();
        var heart = one.Broker.Services.GetRequiredService<Heart>();
        var overtaken = 0;
        tap.Interfere = async (call, send) =>
        {
            var answer = await send();
            if (call.Name == TappedCall.State && Interlocked.Increment(ref overtaken) == 1)
            {
                await heart.BeatAsync(BackupCodeBroker.Vault.VaultCall.Fresh(CancellationToken.None));
            }

            return answer;
        };

        Assert.True((await one.SweepAsync()).HasEnded);

        Assert.True(overtaken > 1);
        Assert.DoesNotContain(one.Logs.Lines, l => l.Contains("broke off", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R-18")]
    public async Task Who_stands_before_the_last_beat_neither_beats_nor_leads_until_a_higher_epoch_begins_time_anew()
    {
        await _environment.ChangeStateAsync((state, _) => state with { Heartbeat = state.Heartbeat.Next("00000000", DateTimeOffset.UtcNow.AddHours(1)) });
        var beats = (await HeartbeatAsync()).Count;
        await using var behind = await SweepWatch.StartAsync(_environment);
        await UntilAsync(() => behind.Log.Contains("clock stands before the leading worker's last beat", StringComparison.Ordinal));
        var call = BackupCodeBroker.Vault.VaultCall.Fresh(CancellationToken.None);
        var fault = await Assert.ThrowsAsync<BackupCodeBroker.Operations.BrokerFaultException>(() => behind.Broker.Services.GetRequiredService<Heart>().BeatAsync(call));
        Assert.Contains("clock", fault.Message, StringComparison.Ordinal);
        await behind.Broker.Services.GetRequiredService<DeploymentProbe>().LookAsync(CancellationToken.None);
        var told = Assert.Single(behind.Broker.Services.GetRequiredService<BackupCodeBroker.Access.Deployment>().Notices, n => n.Id == "heartbeat");
        Assert.Equal((true, true), (told.What.Contains("does not lead", StringComparison.Ordinal), told.Fix.Contains("raise epoch", StringComparison.Ordinal)));

        // Whose clock is right leads, and need not wait for the other.
        var clock = new TestClock();
        clock.Move(TimeSpan.FromHours(1));
        await using var right = await SweepWatch.StartAsync(_environment, clock);
        await right.UntilLeadsAsync();
        await UntilAsync(async () => (await HeartbeatAsync()).Count > beats);
        Assert.False(behind.Leads);
        await right.DisposeAsync();

        await using var raised = await SweepWatch.StartAsync(_environment, settings: s => s with { Epoch = 2 });
        await raised.UntilLeadsAsync();
        await UntilAsync(async () => (await HeartbeatAsync()).At < DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("garbage")]
    [InlineData("of a later schema")]
    [InlineData("a term that never ends")]
    public async Task A_lease_that_is_none_is_taken_over_once_nobody_renews_it(string what)
    {
        var path = $"{_environment.Names.KvMount}/data/broker/lease";
        object data = what switch
        {
            "garbage" => new { hello = "world" },
            "of a later schema" => new { schema = 2, holder = "x", term = 1, takeover_milliseconds = 2000 },
            _ => new { schema = 1, holder = "somebody", term = 1, takeover_milliseconds = int.MaxValue },
        };
        await _environment.Root.PostAsync(path, new { options = new { cas = 0 }, data });
        if (what == "deleted")
        {
            await _environment.Root.DeleteAsync(path);
        }

        var clock = new TestClock();
        await using var one = await SweepWatch.StartAsync(_environment, clock);
        await one.Broker.UntilAsync(() =>
        {
            clock.Move(TimeSpan.FromSeconds(1));
            return Task.FromResult(one.Leads);
        });

        Assert.Equal(1, (await LeaseAsync()).Schema);
    }

    [Fact]
    public async Task A_sweep_goes_on_where_the_former_leader_left_off()
    {
        var tap = new VaultTap(_environment.Names);
        string[] names = [.. Enumerable.Range(1, 6).Select(i => $"team-a.n{i}")];
        await using var one = await SweepWatch.StartAsync(_environment, tap: tap, settings: s => s with { Worker = s.Worker with { Page = 2 } });
        await one.UntilLeadsAsync();
        var cast = await _environment.CastAsync();
        foreach (var name in names)
        {
            await one.Broker.RegisterAsync(cast.Team, name, cast.Owner);
        }

        tap.Interfere = (call, send) => call.Name == TappedCall.Read && call.Request.RequestUri!.AbsolutePath.EndsWith("n5", StringComparison.Ordinal)
            && call.Request.Method == HttpMethod.Get ? throw new HttpRequestException("in trouble") : send();
        one.Broker.Services.GetRequiredService<SweepSignal>().Ask();
        await one.Broker.UntilAsync(async () => (await LeaseAsync()).Cursor is { After: "team-a.n4" });
        await UntilAsync(() => one.Log.Contains("broke off and goes on soon", StringComparison.Ordinal));
        await one.DisposeAsync();
        await using var two = await SweepWatch.StartAsync(_environment);
        await two.Broker.UntilAsync(() => Task.FromResult(two.Watch.Sweeps.Count(s => s.HasEnded) >= 2));

        // The rest, and at once all of them.
        Assert.Equal(names[4..], two.Watch.Sweeps[0].Seen.Select(d => d.Identity).Order());
        Assert.Equal(names, two.Watch.Sweeps[1].Seen.Select(d => d.Identity).Order());
        Assert.Equal((false, true), (two.Watch.Sweeps[0].Begun.IsWhole, two.Watch.Sweeps[1].Begun.IsWhole));
    }

    [Fact]
    public async Task An_identity_that_is_deleted_and_a_Vault_in_trouble_in_the_middle_of_a_sweep_do_not_end_it()
    {
        var tap = new VaultTap(_environment.Names);
        await using var one = await SweepWatch.StartAsync(_environment, tap: tap, settings: s => s with { Worker = s.Worker with { Page = 2 } });
        var cast = await _environment.CastAsync();
        foreach (var i in Enumerable.Range(1, 5))
        {
            await one.Broker.RegisterAsync(cast.Team, $"team-a.n{i}", cast.Owner);
        }

        await one.SweepAsync();
        var (sealedFor, before) = (0, one.Watch.Sweeps.Count);
        tap.Interfere = async (call, send) =>
        {
            var path = call.Request.RequestUri!.AbsolutePath;
            if (path.EndsWith("bcb.team-a.n3", StringComparison.Ordinal) && Interlocked.Increment(ref sealedFor) <= 3)
            {
                await _environment.Root.DeleteAsync($"{_environment.Names.KvMount}/data/identities/bcb.team-a.n5");
                return new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable) { Content = new StringContent("{\"errors\":[\"Vault is sealed\"]}") };
            }

            return await send();
        };

        await one.SweepAsync();

        Assert.True(sealedFor > 1);
        Assert.Equal(["team-a.n1", "team-a.n2", "team-a.n3", "team-a.n4"], one.Watch.Sweeps.Skip(before).SelectMany(s => s.Seen).Select(d => d.Identity).Distinct().Order());
    }

    [Fact]
    public async Task Of_two_processes_one_leads_and_after_kill_9_the_other_does()
    {
        var quick = new Dictionary<string, string> { ["BCB_WORKER__TAKEOVER"] = "3s" };
        await using var one = await BrokerProcess.StartAsync(_environment, variables: quick);
        await using var two = await BrokerProcess.StartAsync(_environment, variables: quick);
        await UntilAsync(() => one.Said.Contains(Leads, StringComparison.Ordinal) || two.Said.Contains(Leads, StringComparison.Ordinal));
        var (leader, other) = one.Said.Contains(Leads, StringComparison.Ordinal) ? (one, two) : (two, one);
        var beats = (await HeartbeatAsync()).Count;
        Assert.DoesNotContain(Leads, other.Said, StringComparison.Ordinal);

        await leader.KillAsync();
        await UntilAsync(() => other.Said.Contains(Leads, StringComparison.Ordinal));

        await UntilAsync(async () => (await HeartbeatAsync()).Count > beats + 1);
        Assert.Equal(0, await other.TerminateAsync(TimeSpan.FromSeconds(30)));
        Assert.True((await LeaseAsync()).IsFree);
    }

    [Fact]
    public async Task A_leader_that_stops_while_a_sink_takes_nothing_gives_the_lease_back()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var offered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Answer = async (http, _) =>
        {
            offered.TrySetResult();
            var gone = new TaskCompletionSource();
            await using var registration = http.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        };
        await using var one = await SweepWatch.StartAsync(
            _environment, settings: s => s with { Notices = receiver.Settings with { TryTimeout = TimeSpan.FromMinutes(10) } });
        await one.UntilLeadsAsync();
        await _environment.LockDownAsync("void", "team-x.*");
        await one.Broker.UntilAsync(() =>
        {
            one.Broker.Services.GetRequiredService<SweepSignal>().Ask();
            return Task.FromResult(offered.Task.IsCompleted);
        });

        await one.DisposeAsync();

        Assert.True((await LeaseAsync()).IsFree);
    }

    [Fact]
    public async Task The_worker_alone_sweeps_and_serves_health_and_nothing_else()
    {
        await using var alone = await SweepWatch.StartAsync(_environment, settings: s => s with { Worker = s.Worker with { Alone = true } });
        var cast = await _environment.CastAsync();
        using var team = alone.Broker.As(cast.Team);
        Assert.Equal(200, (await team.SendAsync(HttpMethod.Get, "/healthz")).Status);
        Assert.Equal(200, (await team.SendAsync(HttpMethod.Get, "/readyz")).Status);
        Assert.Equal(404, (await team.StatusAsync("team-a.x")).Status);
        Assert.Equal(404, (await team.ListAsync()).Status);
        await alone.UntilLeadsAsync();
        Assert.True((await alone.SweepAsync()).HasEnded);
    }

    [Fact]
    public async Task A_broker_that_is_not_ready_does_not_lead()
    {
        await using var one = await SweepWatch.StartAsync(_environment);
        await one.UntilLeadsAsync();
        await _environment.ChangeStateAsync((state, _) => state with { EpochFloor = 7 });
        await one.Broker.Services.GetRequiredService<BackupCodeBroker.Health.DeploymentProbe>().LookAsync(CancellationToken.None);
        await one.Broker.UntilAsync(async () => !one.Leads && (await LeaseAsync()).IsFree);
    }

    private async Task<WorkerLease> LeaseAsync() => DocumentJson.ReadLease(await JsonAsync("broker/lease"))!;

    private async Task<Heartbeat> HeartbeatAsync() => DocumentJson.TryReadState(await JsonAsync("broker/state"), out var state, out _) ? state.Heartbeat : throw new InvalidOperationException();

    private async Task<byte[]> JsonAsync(string path)
    {
        var read = await _environment.Root.GetAsync($"{_environment.Names.KvMount}/data/{path}");
        return System.Text.Encoding.UTF8.GetBytes(read.GetProperty("data").GetProperty("data").GetRawText());
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            await beat.WaitForNextTickAsync(patience.Token);
        }
    }
}
