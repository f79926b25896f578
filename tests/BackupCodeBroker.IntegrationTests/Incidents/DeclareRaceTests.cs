using System.Diagnostics;
using System.Net;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using BackupCodeBroker.Notices;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Incidents;

/// <summary>Declarations against each other, against heartbeats and consumptions, and against a network and a process that die in between.</summary>
public sealed class DeclareRaceTests(TestVault vault) : IAsyncLifetime
{
    private const string StateWrite = "POST codes/data/broker/state";

    private readonly BrokerEnvironment _environment = new(vault);

    public async ValueTask InitializeAsync() => await _environment.InitializeAsync();

    public ValueTask DisposeAsync() => _environment.DisposeAsync();

    [Fact]
    public async Task Responders_at_once_and_a_beating_heart_lose_nothing_of_each_other()
    {
        var brokers = new[] { await _environment.StartAsync(), await _environment.StartAsync() };
        var responder = await _environment.ResponderAsync();
        using var stop = new CancellationTokenSource();
        var beating = Task.Run(async () =>
        {
            var beats = 0;
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await _environment.ChangeStateAsync((state, _) => state with { Heartbeat = state.Heartbeat.Next($"{beats:x8}", DateTimeOffset.UtcNow) });
                    beats++;
                }
                catch (InvalidOperationException)
                {
                    // A responder was faster.
                }
            }

            return beats;
        });

        var declared = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            using var api = brokers[i % 2].As(responder);
            return await api.DeclareAsync(new { identities = $"team-b.{i}*" }, "freeze");
        }));
        await stop.CancelAsync();
        var beats = await beating;

        Assert.All(declared, d => Assert.True(d.Status == 201, d.Text));
        var (state, version) = await _environment.StateAsync();
        Assert.Equal(declared.Select(d => d.Member("id")).Order(), state.Lockdowns.Select(l => l.Id).Order());
        Assert.Equal(12, state.Lockdowns.Select(l => l.Version).Distinct().Count());
        Assert.Equal(state.Lockdowns.Select(l => l.Version), state.Lockdowns.Select(l => l.Version).Order());
        Assert.All(declared, d => Assert.Equal(state.Lockdowns.Single(l => l.Id == d.Member("id")).Version.ToString(System.Globalization.CultureInfo.InvariantCulture), d.Member("version")));
        Assert.True(beats > 0 && state.Heartbeat.Count == beats && version >= 12 + beats);
    }

    [Fact]
    [Trait("Requirement", "R-23")]
    public async Task No_success_is_answered_once_it_is_in_force_however_many_consume()
    {
        var brokers = new[] { await _environment.StartAsync(), await _environment.StartAsync() };
        var cast = await _environment.CastAsync();
        var team = Responders.NewTeam();
        var holdings = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _environment.HoldingAsync(brokers[0], cast, team, $"x{i}")));
        using var responder = brokers[0].As(await _environment.ResponderAsync());
        var (answers, declaredAt) = (new System.Collections.Concurrent.ConcurrentBag<(long Called, int Status, string? Code)>(), long.MaxValue);
        var consumers = holdings.SelectMany((holding, h) => Enumerable.Range(0, 2).Select(b => Task.Run(async () =>
        {
            using var api = brokers[b].As(cast.Verifier);
            for (var (code, refused) = (b, false); code < 10 || !refused; code += 2)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                var called = Stopwatch.GetTimestamp();
                var reply = await api.ConsumeAsync(holding.Identity, holding.Code(code % 10));
                answers.Add((called, reply.Status, reply.Code));
                refused = called > Volatile.Read(ref declaredAt) && reply.Status == 403;
            }
        }))).ToList();
        await brokers[0].UntilAsync(() => Task.FromResult(answers.Count(a => a.Status == 200) >= 6));

        var declared = await responder.DeclareAsync(new { identities = team + "*" });
        Volatile.Write(ref declaredAt, Stopwatch.GetTimestamp());
        await Task.WhenAll(consumers);

        Assert.Equal(201, declared.Status);
        // Refused it is, sooner or later by everybody. Before that a replica may not know: a read of the state that the declaration overtook on its way looks
        // like storage that was set back until the next look clears it up, and a slow Vault answers nobody in time.
        Assert.All(
            answers.Where(a => a.Called > declaredAt),
            a => Assert.True(a is { Status: 403 } or { Status: 503, Code: "unavailable" or "busy" or "not-ready" }, $"{a.Status} {a.Code}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_that_is_not_answered_declares_once(bool arrived)
    {
        var tap = new VaultTap(_environment.Names);
        var broker = await _environment.StartAsync(tap: tap);
        using var api = broker.As(await _environment.ResponderAsync());
        var writes = 0;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == StateWrite && Interlocked.Increment(ref writes) == 1)
            {
                if (arrived)
                {
                    (await send()).Dispose();
                }
                else
                {
                    // Sent, and lost on the way: reading the content is what sending is to the broker.
                    await call.Request.Content!.LoadIntoBufferAsync();
                }

                throw new HttpRequestException(HttpRequestError.ResponseEnded);
            }

            return await send();
        };
        var declared = await api.DeclareAsync(new { identities = "team-b.*" }, "freeze");
        Assert.True(declared.Status == 201, declared.Text);
        var lockdown = Assert.Single((await _environment.StateAsync()).State.Lockdowns);
        Assert.Equal((lockdown.Id, declared.OperationId), (declared.Member("id"), lockdown.OperationId));
        Assert.Equal(arrived ? 1 : 2, writes);
    }

    [Fact]
    public async Task Where_nothing_can_be_read_any_more_the_outcome_is_unknown_and_the_same_key_tells()
    {
        var tap = new VaultTap(_environment.Names);
        var broker = await _environment.StartAsync(tap: tap);
        using var api = broker.As(await _environment.ResponderAsync());
        var down = false;
        tap.Interfere = async (call, send) =>
        {
            if (down)
            {
                return Sealed();
            }

            if (call.Name == StateWrite)
            {
                down = true;
                (await send()).Dispose();
                throw new HttpRequestException(HttpRequestError.ResponseEnded);
            }

            return await send();
        };
        var unknown = await api.DeclareAsync(new { identities = "team-b.*" }, "freeze", key: "k");
        Assert.Equal((503, "unknown-outcome"), (unknown.Status, unknown.Code));
        tap.Interfere = null;
        await broker.UntilReadyAsync();
        var again = await api.DeclareAsync(new { identities = "team-b.*" }, "freeze", key: "k");
        Assert.True(again.Status == 201, again.Text);
        Assert.Equal(Assert.Single((await _environment.StateAsync()).State.Lockdowns).Id, again.Member("id"));
    }

    [Fact]
    [Trait("Requirement", "R-26")]
    public async Task A_broker_that_dies_between_state_and_story_leaves_a_lockdown_in_force_whose_story_the_worker_makes()
    {
        var cast = await _environment.CastAsync();
        var tap = new VaultTap(_environment.Names);
        var dying = await _environment.StartAsync(tap: tap);
        var holding = await _environment.HoldingAsync(dying, cast);
        using var responder = dying.As(await _environment.ResponderAsync());
        tap.Interfere = (call, send) => call.Name.StartsWith("POST codes/data/broker/lockdowns/", StringComparison.Ordinal) ? Task.FromResult(Sealed()) : send();
        var declared = await responder.DeclareAsync(new { identities = holding.Identity }, "freeze");
        Assert.Equal(201, declared.Status);
        var id = declared.Member("id")!;
        Assert.Null(await _environment.StoryAsync(id));
        Assert.True((await responder.LockdownAsync(id)).Json.GetProperty("in_force").GetBoolean());
        Assert.Equal(204, (await responder.LiftAsync(id, "a mistake")).Status);
        Assert.Null(await _environment.StoryAsync(id));
        await dying.DisposeAsync();

        var told = new NoticeWatch();
        var living = await _environment.StartAsync(
            s => s with { Worker = s.Worker with { Enabled = true, Interval = TimeSpan.FromMilliseconds(300) } }, services => services.AddSingleton<INoticeSink>(told));
        await living.UntilAsync(async () => await _environment.StoryAsync(id) is { Lift: not null, Progress: not null, Outbox: [] });
        var story = (await _environment.StoryAsync(id))!;
        Assert.Equal("a mistake", story.Lift!.Reason);
        Assert.Equal(declared.OperationId, story.Lockdown.OperationId);
        Assert.Equal([LockdownStory.Declared, LockdownStory.WasLifted], told.About(id).Where(n => n != LockdownStory.Completed));
    }

    private static HttpResponseMessage Sealed() =>
        new(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("""{"errors":["Vault is sealed"]}""", System.Text.Encoding.UTF8, "application/json") };
}
