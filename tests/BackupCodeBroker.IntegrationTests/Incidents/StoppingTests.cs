using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Incidents;

/// <summary>A broker that is told to end while it counts, sweeps and answers.</summary>
public sealed class StoppingTests(TestVault vault) : IAsyncLifetime
{
    private const string Revoke = "POST auth/token/revoke-self";
    private const string Names = "LIST codes/metadata/identities";

    private readonly BrokerEnvironment _environment = new(vault);

    public async ValueTask InitializeAsync() => await _environment.InitializeAsync();

    public ValueTask DisposeAsync() => _environment.DisposeAsync();

    [Fact]
    public async Task A_count_that_is_under_way_does_not_hold_the_end_up_and_declares_nothing()
    {
        var (tap, gate) = (new VaultTap(_environment.Names), new TaskCompletionSource());
        var broker = await _environment.StartAsync(tap: tap);
        using var api = broker.As(await _environment.ResponderAsync());
        var counting = false;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name.StartsWith(Names, StringComparison.Ordinal))
            {
                Volatile.Write(ref counting, true);
                await gate.Task;
            }

            return await send();
        };
        var declaring = api.DeclareAsync(new { identities = "team-a.*" }, "freeze", expect: 0);
        await broker.UntilAsync(() => Task.FromResult(Volatile.Read(ref counting)));
        var stopping = broker.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var ending = broker.DisposeAsync().AsTask();
        await broker.UntilAsync(() => Task.FromResult(stopping.IsCancellationRequested));
        gate.SetResult();
        var reply = await declaring;
        await ending;
        Assert.Equal((503, "unavailable"), (reply.Status, reply.Code));
        Assert.Empty((await _environment.StateAsync()).State.Lockdowns);
        Assert.Contains(tap.All, c => c.Name == Revoke);
    }

    [Fact]
    public async Task The_lease_is_given_back_while_requests_are_still_finished_and_the_token_is_revoked_after_them()
    {
        var (tap, gate) = (new VaultTap(_environment.Names), new TaskCompletionSource());
        var broker = await _environment.StartAsync(s => s with { Worker = s.Worker with { Enabled = true } }, tap: tap);
        var cast = await _environment.CastAsync();
        var holding = await _environment.HoldingAsync(broker, cast);
        using var verifier = broker.As(cast.Verifier);
        await broker.UntilAsync(async () => await LeaseAsync() is { IsFree: false });
        var consuming = false;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Write)
            {
                Volatile.Write(ref consuming, true);
                await gate.Task;
            }

            return await send();
        };
        var spending = verifier.ConsumeAsync(holding.Identity, holding.Code());
        await broker.UntilAsync(() => Task.FromResult(Volatile.Read(ref consuming)));

        var ending = broker.DisposeAsync().AsTask();
        await broker.UntilAsync(async () => await LeaseAsync() is { IsFree: true });
        Assert.DoesNotContain(tap.All, c => c.Name == Revoke);
        gate.SetResult();
        Assert.Equal(200, (await spending).Status);
        await ending;
        Assert.Contains(tap.All, c => c.Name == Revoke);
    }

    [Fact]
    public async Task A_sink_that_takes_its_time_over_an_incident_does_not_hold_the_end_up()
    {
        var sink = new SlowSink();
        var broker = await _environment.StartAsync(s => s with { Worker = s.Worker with { Enabled = true } }, services => services.AddSingleton<INoticeOffer>(sink));
        using var api = broker.As(await _environment.ResponderAsync());
        var declared = await api.DeclareAsync(new { identities = "team-a.*" }, "freeze");
        Assert.Equal(201, declared.Status);
        await broker.UntilAsync(() => Task.FromResult(sink.Stop is not null));

        var ending = broker.DisposeAsync().AsTask();
        await broker.UntilAsync(() => Task.FromResult(sink.Stop is { IsCancellationRequested: true }));
        await ending;

        // It was not taken: the next broker tells of it.
        Assert.NotEmpty((await _environment.StoryAsync(declared.Member("id")!))!.Outbox);
    }

    private async Task<WorkerLease?> LeaseAsync()
    {
        var (status, json) = await _environment.Root.TryAsync(HttpMethod.Get, $"{_environment.Names.KvMount}/data/broker/lease");
        return status == 200 ? DocumentJson.ReadLease(System.Text.Encoding.UTF8.GetBytes(json.GetProperty("data").GetProperty("data").GetRawText())) : null;
    }

    /// <summary>Answers nothing before it is told to stop.</summary>
    private sealed class SlowSink : INoticeOffer
    {
        public CancellationToken? Stop { get; private set; }

        public async Task<NoticeOffered> OfferAsync(Notice notice, CancellationToken cancellation)
        {
            Stop = cancellation;
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return NoticeOffered.Taken;
        }
    }
}
