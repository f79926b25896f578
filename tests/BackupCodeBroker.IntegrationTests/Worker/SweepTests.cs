using BackupCodeBroker.Configuration;
using BackupCodeBroker.Core.Documents;
using BackupCodeBroker.IntegrationTests.Kit;
using Xunit;

namespace BackupCodeBroker.IntegrationTests.Worker;

/// <summary>What a sweep does to each kind of set, on a Vault; what it decides is tested without one.</summary>
public sealed class SweepTests(BrokerEnvironment environment) : IClassFixture<BrokerEnvironment>
{
    // One for all: a worker notes the time in broker/state, and who stands behind it refuses.
    private static readonly TestClock Clock = new();

    [Fact]
    [Trait("Requirement", "R-23")]
    public async Task A_set_past_its_life_is_ended_and_its_owner_was_asked_before()
    {
        await using var swept = await StartAsync();
        var cast = await CastAsync();
        var holding = await environment.HoldingAsync(swept.Broker, cast);
        await environment.ChangeDocumentAsync(holding.Identity, d => d with { Active = d.Active! with { IssuedAt = d.Active.IssuedAt.AddDays(-85), ExpiresAt = d.Active.ExpiresAt.AddDays(-85) } });

        await swept.SweepAsync();

        var asked = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Equal(["expiry"], asked.Active!.Asked);
        Assert.Equal("claim-request", asked.Events[^1].Operation);
        Assert.Null(asked.Pending);

        await environment.ChangeDocumentAsync(holding.Identity, d => d with { Active = d.Active! with { ExpiresAt = Clock.GetUtcNow() } });
        await swept.SweepAsync();

        var ended = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Equal((null, "expired", "expire"), (ended.Active, ended.Ended!.Reason, ended.Events[^1].Operation));
        using var desk = swept.Broker.As(cast.Desk);
        Assert.Equal("ended", (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
    }

    [Fact]
    [Trait("Requirement", "R-23")]
    public async Task A_set_whose_owner_changed_is_suspended_and_stays_so()
    {
        await using var swept = await StartAsync();
        var cast = await CastAsync();
        var holding = await environment.HoldingAsync(swept.Broker, cast);
        await environment.Root.PostAsync("identity/entity/id/" + cast.Owner.EntityId, new { disabled = true });

        await swept.SweepAsync();
        await environment.Root.PostAsync("identity/entity/id/" + cast.Owner.EntityId, new { disabled = false });
        await swept.SweepAsync();

        var document = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Equal("owner-disabled", document.Active!.Suspension!.Cause);
        Assert.Single(document.Events, e => e.Operation == "suspend");
        using var desk = swept.Broker.As(cast.Desk);
        Assert.Equal("suspended", (await desk.ConsumeAsync(holding.Identity, holding.Code())).Reason);
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public async Task A_wrap_that_was_taken_and_not_activated_ends_its_set_with_an_alarm_and_one_nobody_took_lapses_quietly()
    {
        await using var swept = await StartAsync();
        var cast = await CastAsync();
        using var metrics = new MetricWatch(swept.Broker);
        using var owner = swept.Broker.As(cast.Owner);
        var (taken, left) = (BrokerEnvironment.NewIdentity(), BrokerEnvironment.NewIdentity());
        await swept.Broker.RegisterAsync(cast.Team, taken, cast.Owner);
        await swept.Broker.RegisterAsync(cast.Team, left, cast.Owner);
        var payload = await environment.UnwrapAsync(cast.Owner, await owner.IssueAsync(taken));
        Assert.Equal(201, (await owner.IssueAsync(left)).Status);

        await swept.SweepAsync();
        Assert.NotNull((await environment.DocumentAsync(taken)).Document.Pending!.Delivery.TakenAt);
        Assert.Null((await environment.DocumentAsync(left)).Document.Pending!.Delivery.TakenAt);
        Assert.Equal(0, metrics.Count("bcb.alarms", "taken-not-activated"));

        Clock.Move(TimeSpan.FromSeconds(61));
        await swept.SweepAsync();
        Assert.Null((await environment.DocumentAsync(taken)).Document.Pending);
        Assert.NotNull((await environment.DocumentAsync(left)).Document.Pending);
        Assert.Equal("not-activated", (await environment.DocumentAsync(taken)).Document.Events[^1].Reason);
        Assert.Equal(1, metrics.Count("bcb.alarms", "taken-not-activated"));
        Assert.NotEqual(204, (await owner.ActivateAsync(taken, payload.Generation, payload.Activation)).Status);

        Clock.Move(TimeSpan.FromMinutes(6));
        await swept.SweepAsync();
        var lapsed = (await environment.DocumentAsync(left)).Document;
        Assert.Equal((null, "lapse"), (lapsed.Pending, lapsed.Events[^1].Operation));
        Assert.Equal(1, metrics.Count("bcb.alarms", "taken-not-activated"));
        Assert.Equal(1, metrics.Count("bcb.sweep.acts", "not-activated"));
    }

    [Fact]
    [Trait("Requirement", "R-23")]
    public async Task A_void_lockdown_ends_and_stamps_what_it_is_over_soon_and_unasked()
    {
        await using var swept = await StartAsync();
        var cast = await CastAsync();
        var (one, other) = (await environment.HoldingAsync(swept.Broker, cast), await environment.HoldingAsync(swept.Broker, cast));
        var sweeps = swept.Watch.Sweeps.Count;
        await environment.LockDownAsync("void", one.Identity);

        // Nobody asks for a sweep: the leader sees that the state has changed.
        await swept.Broker.UntilAsync(async () => (await environment.DocumentAsync(one.Identity)).Document.Active is null);

        Assert.True(swept.Watch.Sweeps.Count > sweeps);
        var ended = (await environment.DocumentAsync(one.Identity)).Document;
        Assert.Equal(("locked-down", 1), (ended.Ended!.Reason, Assert.Single(ended.Lockdowns).Generation));
        Assert.NotNull((await environment.DocumentAsync(other.Identity)).Document.Active);
    }

    [Fact]
    public async Task What_cannot_be_read_is_counted_and_passed_by()
    {
        await using var swept = await StartAsync();
        var cast = await CastAsync();
        var (deleted, garbage, foreign, whole) = (await environment.HoldingAsync(swept.Broker, cast), await environment.HoldingAsync(swept.Broker, cast), BrokerEnvironment.NewIdentity(), await environment.HoldingAsync(swept.Broker, cast));
        var mount = environment.Names.KvMount;
        await environment.Root.DeleteAsync($"{mount}/data/identities/bcb.{deleted.Identity}");
        await environment.Root.PostAsync($"{mount}/data/identities/bcb.{garbage.Identity}", new { options = new { cas = (await environment.DocumentAsync(garbage.Identity)).Version }, data = new { schema = 99 } });
        await environment.Root.PostAsync($"{mount}/data/identities/bcb.{foreign}", new { options = new { cas = 0 }, data = Raw((await environment.DocumentAsync(whole.Identity)).Document) });
        await environment.Root.PostAsync($"{mount}/data/identities/somebody-elses", new { options = new { cas = 0 }, data = new { note = "hello" } });
        await environment.ChangeDocumentAsync(whole.Identity, d => d with { Active = d.Active! with { ExpiresAt = Clock.GetUtcNow() } });

        var notes = await swept.SweepAsync();

        Assert.Null((await environment.DocumentAsync(whole.Identity)).Document.Active);
        Assert.Contains(notes.Seen, d => d.Identity == whole.Identity);
        Assert.DoesNotContain(notes.Seen, d => d.Identity == deleted.Identity || d.Identity == garbage.Identity || d.Identity == foreign);
        Assert.Equal(3, swept.Broker.Services.GetRequiredService<BackupCodeBroker.Worker.WorkerMetrics>().Fleet!.Unreadable);
        swept.Says("3 without a readable document");
    }

    [Theory]
    [InlineData("read", 500)]
    [InlineData("read", 200)]
    [InlineData("read", 404)]
    [InlineData("write", 400)]
    public async Task One_identity_that_Vault_says_nothing_useful_about_holds_up_none_of_the_others(string what, int status)
    {
        var tap = new VaultTap(environment.Names);
        await using var swept = await StartAsync(tap, s => s with { Worker = s.Worker with { Page = 3 } });
        var cast = await CastAsync();
        var (before, sick, after) = (await HoldingAsync(swept, cast, "a"), await HoldingAsync(swept, cast, "b"), await HoldingAsync(swept, cast, "c"));
        foreach (var holding in (Holding[])[before, sick, after])
        {
            await environment.ChangeDocumentAsync(holding.Identity, d => d with { Active = d.Active! with { ExpiresAt = Clock.GetUtcNow() } });
        }

        tap.Interfere = (call, send) => call.Request.RequestUri!.AbsolutePath.EndsWith(sick.Identity, StringComparison.Ordinal)
            && call.Name == (what == "read" ? TappedCall.Read : TappedCall.Write)
            ? Task.FromResult(Broken(status))
            : send();
        var notes = await swept.SweepAsync();

        Assert.Null((await environment.DocumentAsync(before.Identity)).Document.Active);
        Assert.Null((await environment.DocumentAsync(after.Identity)).Document.Active);
        Assert.NotNull((await environment.DocumentAsync(sick.Identity)).Document.Active);
        Assert.Equal((true, what == "read" ? 1 : 0), (notes.HasEnded, notes.Missing));
        swept.Says($"the sweep passed {sick.Identity} by");
        swept.Says(" 1 left for the next");
        Assert.DoesNotContain(swept.Logs.Lines, l => l.Contains("broke off", StringComparison.Ordinal));

        tap.Interfere = null;
        await swept.SweepAsync();
        Assert.Null((await environment.DocumentAsync(sick.Identity)).Document.Active);
    }

    [Theory]
    [InlineData(500, "{\"errors\":[\"something about identities/bcb.NAME\"]}", "the sweep passed ")]
    [InlineData(404, "{\"errors\":[\"no handler for route 'codes/data/identities/bcb.NAME'\"]}", "broke off and goes on soon: ")]
    public async Task Under_pseudonyms_the_workers_log_names_nobody(int status, string words, string says)
    {
        var (tap, pseudonyms) = (new VaultTap(environment.Names), new BackupCodeBroker.Telemetry.Pseudonyms([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        await using var swept = await StartAsync(tap, s => s with { Telemetry = s.Telemetry with { Pseudonyms = pseudonyms } });
        var holding = await environment.HoldingAsync(swept.Broker, await CastAsync());
        tap.Interfere = (call, send) => call.Name == TappedCall.Read && call.Request.RequestUri!.AbsolutePath.EndsWith(holding.Identity, StringComparison.Ordinal)
            ? Task.FromResult(new HttpResponseMessage((System.Net.HttpStatusCode)status) { Content = new StringContent(words.Replace("NAME", holding.Identity, StringComparison.Ordinal)) })
            : send();
        await swept.Broker.UntilAsync(() =>
        {
            swept.Broker.Services.GetRequiredService<BackupCodeBroker.Worker.SweepSignal>().Ask();
            return Task.FromResult(swept.Log.Contains(says, StringComparison.Ordinal));
        });

        swept.Says(pseudonyms.Of(holding.Identity)!);
        Assert.DoesNotContain(holding.Identity, swept.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_in_a_row_are_passed_by_as_well_where_Vault_answers_and_break_the_sweep_off_where_it_does_not()
    {
        var tap = new VaultTap(environment.Names);
        await using var swept = await StartAsync(tap);
        var cast = await CastAsync();
        var prefix = "team-a.row-" + Guid.NewGuid().ToString("n")[..6];
        foreach (var i in Enumerable.Range(0, 12))
        {
            await swept.Broker.RegisterAsync(cast.Team, $"{prefix}{i:x}", cast.Owner);
        }

        bool IsRow(TappedCall call) => call.Name == TappedCall.Read && call.Request.RequestUri!.AbsolutePath.Contains(prefix, StringComparison.Ordinal);
        tap.Interfere = (call, send) => IsRow(call) ? Task.FromResult(Broken()) : send();
        var notes = await swept.SweepAsync();
        Assert.Equal((true, 12), (notes.HasEnded, notes.Missing));

        // Down from the middle of a page on: the page's own look at the state was answered.
        var (sweeps, isDown) = (swept.Watch.Sweeps.Count, false);
        tap.Interfere = (call, send) =>
        {
            isDown |= IsRow(call);
            return isDown && (call.Name is TappedCall.Read or TappedCall.State) ? Task.FromResult(Broken()) : send();
        };
        swept.Broker.Services.GetRequiredService<BackupCodeBroker.Worker.SweepSignal>().Ask();
        await swept.Broker.UntilAsync(() => Task.FromResult(swept.Log.Contains("broke off and goes on soon", StringComparison.Ordinal)));
        Assert.DoesNotContain(swept.Watch.Sweeps.Skip(sweeps), s => s.HasEnded);
    }

    [Fact]
    [Trait("Requirement", "R-25")]
    public async Task Whoever_has_no_owner_is_counted_with_codes_or_without_and_suspended_or_not()
    {
        await using var swept = await StartAsync();
        var cast = await CastAsync();
        var without = BrokerEnvironment.NewIdentity();
        await swept.Broker.RegisterAsync(cast.Team, without, cast.Owner);
        await environment.HoldingAsync(swept.Broker, cast);
        var suspended = await environment.HoldingAsync(swept.Broker, cast);
        await environment.ChangeDocumentAsync(suspended.Identity, d => d with { Active = d.Active! with { Suspension = new Suspension(Clock.GetUtcNow(), "suspended", "op", Actor.Worker) } });
        var metrics = swept.Broker.Services.GetRequiredService<BackupCodeBroker.Worker.WorkerMetrics>();
        await swept.SweepAsync();
        var before = metrics.Fleet!.Ownerless;

        await environment.Root.PostAsync("identity/entity/id/" + cast.Owner.EntityId, new { disabled = true });
        await swept.SweepAsync();
        Assert.Equal(before + 3, metrics.Fleet!.Ownerless);
        // By now all of them with codes are suspended.
        await swept.SweepAsync();
        Assert.Equal(before + 3, metrics.Fleet!.Ownerless);
        await environment.Root.DeleteAsync("identity/entity/id/" + cast.Owner.EntityId);
        await swept.SweepAsync();
        Assert.Equal(before + 3, metrics.Fleet!.Ownerless);
    }

    [Fact]
    public async Task An_identity_whose_alias_is_gone_or_disabled_is_passed_by_and_no_alias_is_made()
    {
        await using var swept = await StartAsync();
        var cast = await CastAsync();
        var (gone, disabled) = (await environment.HoldingAsync(swept.Broker, cast), await environment.HoldingAsync(swept.Broker, cast));
        foreach (var holding in (Holding[])[gone, disabled])
        {
            await environment.ChangeDocumentAsync(holding.Identity, d => d with { Active = d.Active! with { ExpiresAt = Clock.GetUtcNow() } });
        }

        await environment.Root.DeleteAsync("identity/entity/id/" + (await environment.DocumentAsync(gone.Identity)).Document.AliasEntity);
        await environment.Root.PostAsync("identity/entity/id/" + (await environment.DocumentAsync(disabled.Identity)).Document.AliasEntity, new { disabled = true });
        swept.Broker.Services.GetRequiredService<BackupCodeBroker.Access.IdentityChildren>().Forget("bcb." + gone.Identity);
        swept.Broker.Services.GetRequiredService<BackupCodeBroker.Access.IdentityChildren>().Forget("bcb." + disabled.Identity);

        Assert.True((await swept.SweepAsync()).HasEnded);

        Assert.NotNull((await environment.DocumentAsync(gone.Identity)).Document.Active);
        Assert.NotNull((await environment.DocumentAsync(disabled.Identity)).Document.Active);
        swept.Says("2 that cannot be reached");
        using var desk = swept.Broker.As(cast.Desk);
        Assert.Equal("unknown-identity", (await desk.ConsumeAsync(gone.Identity, gone.Code())).Reason);
    }

    [Fact]
    public async Task A_change_by_somebody_else_in_between_is_read_and_decided_anew()
    {
        var tap = new VaultTap(environment.Names);
        await using var swept = await StartAsync(tap);
        var cast = await CastAsync();
        var holding = await environment.HoldingAsync(swept.Broker, cast);
        await environment.ChangeDocumentAsync(holding.Identity, d => d with { Active = d.Active! with { ExpiresAt = Clock.GetUtcNow() } });
        var written = 0;
        tap.Interfere = async (call, send) =>
        {
            if (call.Name == TappedCall.Write && call.Request.RequestUri!.AbsolutePath.EndsWith(holding.Identity, StringComparison.Ordinal) && Interlocked.Increment(ref written) == 1)
            {
                // An administrator prolongs it, just before the worker's write.
                await environment.ChangeDocumentAsync(holding.Identity, d => d with { Active = d.Active! with { ExpiresAt = Clock.GetUtcNow().AddDays(80) } });
            }

            return await send();
        };

        await swept.SweepAsync();

        Assert.Equal(1, written);
        var document = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.NotNull(document.Active);
        Assert.DoesNotContain(document.Events, e => e.Operation == "expire");
    }

    [Fact]
    public async Task A_write_whose_answer_is_lost_is_done_once()
    {
        var tap = new VaultTap(environment.Names);
        await using var swept = await StartAsync(tap);
        var cast = await CastAsync();
        var holding = await environment.HoldingAsync(swept.Broker, cast);
        using var metrics = new MetricWatch(swept.Broker);
        var written = 0;
        tap.Interfere = async (call, send) =>
        {
            var answer = await send();
            return call.Name == TappedCall.Write && Interlocked.Increment(ref written) == 1 ? throw new HttpRequestException("lost") : answer;
        };
        await environment.Root.PostAsync("identity/entity/id/" + cast.Owner.EntityId, new { disabled = true });

        await swept.SweepAsync();

        var document = (await environment.DocumentAsync(holding.Identity)).Document;
        Assert.Single(document.Events, e => e.Operation == "suspend");
        Assert.Equal((1, 1), (written, metrics.Count("bcb.sweep.acts", "suspended")));
    }

    private Task<Holding> HoldingAsync(Swept swept, Cast cast, string place) => environment.HoldingAsync(swept.Broker, cast, name: BrokerEnvironment.NewIdentity("team-a." + place));

    private async Task<Swept> StartAsync(VaultTap? tap = null, Func<BrokerSettings, BrokerSettings>? settings = null)
    {
        var swept = await SweepWatch.StartAsync(environment, Clock, tap, settings);
        await swept.UntilLeadsAsync();
        return swept;
    }

    private static HttpResponseMessage Broken(int status = 500) => new((System.Net.HttpStatusCode)status) { Content = new StringContent("{ this is no JSON") };

    private async Task<Cast> CastAsync() => (await environment.CastAsync()) with { Owner = await environment.OwnerAsync() };

    private static System.Text.Json.JsonElement Raw(IdentityDocument document) =>
        System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(DocumentJson.Write(document));
}
